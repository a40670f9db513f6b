"""Statements that run on every check: rendered once per dialect and passed directly to the driver.

Everything else in `storage` uses SQLAlchemy as usual. docs/adr/0002-hot-statements.md gives the reason, and
says when this package may go.
"""

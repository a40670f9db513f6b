"""Withdrawal of imports: what they put in, what was built on it, and what goes."""

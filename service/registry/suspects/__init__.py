"""Suspects: what the scan history makes stand out, investigated by the organisation that owns the product."""

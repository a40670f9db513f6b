"""Reports of suspicious products: `intake` takes them from the public, `inbox` is for the organisations
concerned.
"""

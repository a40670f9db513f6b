"""Lists that people send from a browser: looked at, checked, shown, and only then put on record."""

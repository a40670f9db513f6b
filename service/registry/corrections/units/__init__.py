"""Changes of units: which are meant, what is done to them, and how it is withdrawn."""

"""ISO code lists that identifiers and records use: countries (3166-1), languages (639-1)."""

"""GS1 identifiers and the carriers that bring them. Pure: no I/O, no web, no database."""

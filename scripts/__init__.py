"""Programs for people who change the code."""

"""Lots presented against lots on record: the same, alike, misread, or too young to be there."""

"""Scanners that type like a keyboard: the layouts of countries, and how what they type is undone."""

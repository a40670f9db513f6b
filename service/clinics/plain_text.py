"""Texts that people type into a clinic's records, without what no person reads."""


def printable(text: str) -> str:
    """Return the text without control characters, but for line ends and tabs, and without blank ends.

    >>> printable(" Dropped\\x00 ")
    'Dropped'
    """
    return "".join(each for each in text if each.isprintable() or each in "\n\r\t").strip()

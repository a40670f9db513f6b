"""A day as a calendar file (RFC 5545): one event that lasts the whole day, and names no person.

>>> "DTSTART;VALUE=DATE:20270604" in day_file("x", "Day", "Text", date(2027, 6, 4), "20270301T000000Z")
True
"""

from collections.abc import Iterator
from datetime import date, timedelta


def day_file(uid: str, title: str, text: str, on: date, stamp: str) -> str:
    """Return the file. `uid`: the same for the same event, which is added once; `stamp`: DTSTAMP."""
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Vialcheck//Receipts//EN",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(text)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _escaped(text: str) -> str:
    """Text as a value of type TEXT (3.3.11)."""
    for character in ("\\", ";", ","):
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets (3.1); a continued one begins with a space, no character is divided."""
    part = ""
    for character in line:
        if len((part + character).encode()) > 75:
            yield part
            part = " "
        part += character
    yield part

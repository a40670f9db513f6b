"""What was seen of marks as one line of text, as forms carry it along.

>>> marks_from_text(marks_as_text([("box-seal", "agrees"), ("cap", "differs")]))
(('box-seal', 'agrees'), ('cap', 'differs'))
"""

from collections.abc import Iterable

Pairs = tuple[tuple[str, str], ...]


def marks_as_text(marks: Iterable[tuple[str, str]]) -> str:
    """Codes with what was seen of them: `box-seal=agrees cap=differs`."""
    return " ".join(f"{code}={seen}" for code, seen in marks)


def marks_from_text(text: str) -> Pairs:
    """The reverse; a code without an answer says nothing."""
    pairs = (each.partition("=") for each in text.split())
    return tuple((code, seen) for code, _, seen in pairs if code and seen)


def with_mark(text: str, code: str, seen: str) -> str:
    """The line with one answer more; a mark that was answered before is answered anew."""
    others = [pair for pair in marks_from_text(text) if pair[0] != code]
    return marks_as_text([*others, (code, seen)]) if code and seen else text

"""The letters on a label: one typeface, measured before it is drawn, so that no text is cut."""

from functools import cache
from importlib.resources import files

from PIL import ImageFont

from service.errors import ErrorCode, RefusedError

FONT_NAME = "Vera"
FAMILIES = "Bitstream Vera Sans, DejaVu Sans, Verdana, sans-serif"
"""For SVG, where the reader's own fonts draw: families with the widths of ours come first."""

LONGEST_NAME = 120
"""Characters of a product name; more would be a leaflet."""


def font_path() -> str:
    """The TrueType file of Bitstream Vera Sans that comes with reportlab."""
    return str(files("reportlab").joinpath("fonts", "Vera.ttf"))


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The typeface with an em of `size` dots."""
    return ImageFont.truetype(font_path(), size)


@cache
def _no_glyph() -> bytes:
    """What the typeface draws for a character that it does not have (U+FFFF never has one)."""
    return bytes(font(40).getmask("\uffff"))


def checked_name(text: str) -> str:
    """A product name with single spaces, all of whose characters can be printed.

    Raises VALUE_INVALID for more than LONGEST_NAME characters or one that the typeface lacks: a row of empty
    boxes on a thousand vials helps nobody.
    """
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME:
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=name,
            expected=f"at most {LONGEST_NAME} characters",
            found=f"{len(name)} characters",
            field="name",
        )
    for character in name:
        if character != " " and (
            not character.isprintable() or bytes(font(40).getmask(character)) == _no_glyph()
        ):
            raise RefusedError(
                ErrorCode.VALUE_INVALID,
                given=name,
                expected="letters that the label's typeface has (Latin ones)",
                found=f"U+{ord(character):04X}",
                field="name",
            )
    return name


def width(text: str, size: int) -> int:
    """How many dots wide `text` is with an em of `size` dots, rounded up."""
    return -int(-font(size).getlength(text) // 1)


def wrapped(text: str, size: int, limit: int) -> list[str]:
    """`text` in lines of at most `limit` dots, broken at spaces, and inside a word only when it must be."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        candidate = f"{line} {word}" if line else word
        if width(candidate, size) <= limit:
            line = candidate
            continue
        if line:
            lines.append(line)
        line = word
        while width(line, size) > limit:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or width(line[:n], size) <= limit)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line] if line else lines

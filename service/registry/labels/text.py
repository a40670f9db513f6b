"""Text on labels: one typeface, measured before it is drawn, so that no text is cut."""

from functools import cache
from importlib.resources import files

from PIL import ImageFont

from service.errors import ErrorCode, RefusedError

FONT_NAME = "Vera"
FAMILIES = "Bitstream Vera Sans, DejaVu Sans, Verdana, sans-serif"
"""For SVG, where the viewer's own fonts draw: families with our widths come first."""

LONGEST_NAME = 120
"""The most characters of a product's name."""


def font_path() -> str:
    """Return the path of the TrueType file of Bitstream Vera Sans that comes with reportlab."""
    return str(files("reportlab").joinpath("fonts", "Vera.ttf"))


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the typeface with an em of `size` dots."""
    return ImageFont.truetype(font_path(), size)


@cache
def _no_glyph() -> bytes:
    """Return what the typeface draws for a missing character (U+FFFF never has a glyph)."""
    return bytes(font(40).getmask("\uffff"))


def check_name(text: str) -> str:
    """Return a product's name with single spaces, all of whose characters can be printed.

    Raises VALUE_INVALID for more than LONGEST_NAME characters, or for one that the typeface lacks and would
    print as an empty box.
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
    """Return the width of `text` in dots with an em of `size` dots, rounded up."""
    return -int(-font(size).getlength(text) // 1)


def wrap_lines(text: str, size: int, limit: int) -> list[str]:
    """Return `text` in lines of at most `limit` dots, broken at spaces, and inside a word only where
    necessary.
    """
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

"""The typeface of papers: Bitstream Vera, which comes with reportlab. It has Latin letters, and no others."""

from functools import cache
from importlib.resources import files

MISSING = "?"
"""Stands for a letter that the typeface lacks."""

REGULAR, BOLD = "Vera", "VeraBd"


@cache
def register() -> frozenset[int]:
    """Make the typefaces known to reportlab; return the code points that both have."""
    # the library is large, and most processes draw no paper
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    folder, known = files("reportlab").joinpath("fonts"), []
    for name in (REGULAR, BOLD):
        font = TTFont(name, str(folder.joinpath(f"{name}.ttf")))
        pdfmetrics.registerFont(font)
        known.append(frozenset(font.face.charToGlyph))
    return known[0] & known[1]


def printed(text: str) -> str:
    """Return a text with `MISSING` for each character that would print as an empty box."""
    known = register()
    return "".join(each if ord(each) in known or each in "\n\t " else MISSING for each in text)


def has_all(text: str) -> bool:
    """Whether the typeface has every letter of a text."""
    return printed(text) == text

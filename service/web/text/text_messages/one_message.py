"""What fits one text message: 160 units of the GSM 7 bit alphabet (3GPP TS 23.038, 6.2.1), else 70 of UTF-16.

>>> units("Do not use it [C3709C3]")
25
>>> units("Ne pas utiliser…") is None
True
>>> plain("Não use “isto”…")
'Nao use "isto"...'
"""

import re
import unicodedata

GSM_UNITS, UTF16_UNITS = 160, 70

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each takes two units: an escape stands before it."""

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‘’‚‹›", "'"),
        **dict.fromkeys("–—‑", "-"),
        **dict.fromkeys("\u00a0\u202f\u2009", " "),
        "…": "...",
        "ı": "i",
        "œ": "oe",
        "Œ": "OE",
    }
)
_ISOLATED = re.compile("\u2068([^\u2068\u2069]*)\u2069")
_LEFT_TO_RIGHT_MARK = "\u200e"


def units(text: str) -> int | None:
    """Return how many units of the GSM alphabet a text takes; None where it has other characters."""
    if not _BASIC.union(_EXTENDED).issuperset(text):
        return None
    return len(text) + sum(each in _EXTENDED for each in text)


def utf16_units(text: str) -> int:
    """Return how many UTF-16 code units a text takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits(text: str) -> bool:
    """Return whether a text is one message."""
    of_gsm = units(text)
    return of_gsm <= GSM_UNITS if of_gsm is not None else utf16_units(text) <= UTF16_UNITS


def plain(text: str) -> str:
    """Return a text as it is sent: Latin letters without accents that the GSM alphabet lacks.

    That leaves 160 characters for what would else have 70. Isolates, which older telephones show as boxes,
    become marks around what has to run from left to right (a lot in an Arabic sentence).
    """
    marked = _ISOLATED.sub(
        lambda found: (
            f"{_LEFT_TO_RIGHT_MARK}{found[1]}{_LEFT_TO_RIGHT_MARK}" if found[1].isascii() else found[1]
        ),
        text,
    )
    return "".join(_plain_letter(each) for each in marked.translate(_PLAIN))


def _plain_letter(letter: str) -> str:
    if letter in _BASIC or letter in _EXTENDED:
        return letter
    base = "".join(
        each for each in unicodedata.normalize("NFKD", letter) if unicodedata.category(each) != "Mn"
    )
    return base if base.isascii() and base.isalnum() else letter

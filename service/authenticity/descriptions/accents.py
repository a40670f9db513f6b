"""Accents, which people leave out and packs in capitals too."""

import unicodedata

_VOICED = frozenset("\u3099\u309a")
"""Marks of Japanese kana: with another one it is another letter."""


def without_accents(text: str) -> str:
    """The text without the marks on its letters: `Téstavox` is `Testavox`; Turkish dotless i is i.

    >>> without_accents("Téstavox"), without_accents("バイアル")
    ('Testavox', 'バイアル')
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    kept = "".join(each for each in parts if not unicodedata.combining(each) or each in _VOICED)
    return unicodedata.normalize("NFC", kept).replace("\u0131", "i")

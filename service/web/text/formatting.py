"""Small words that every sentence shares: dates, fields, and text from outside made visible."""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime
from gettext import NullTranslations

from service.web.text.locales import day_words, language_of

SHOWN = 80
"""How many characters of a person's input a sentence repeats."""


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's extractors look for
    """Mark a sentence for translation where it stands in a table; it is looked up when it is said."""
    return text


FIELDS = {
    "scan": N_("text"),
    "gtin": N_("product number"),
    "lot": N_("lot number"),
    "serial": N_("serial number"),
    "expiry": N_("expiry date"),
    "market": N_("country"),
    "strength": N_("strength"),
    "substance": N_("active substance"),
    "language": N_("language"),
    "form": N_("form"),
    "product": N_("product"),
    "national": N_("national number"),
    "scanned_at": N_("time of the scan"),
    "scope": N_("choice of packs"),
    "expiry_from": N_("first expiry date"),
    "expiry_to": N_("last expiry date"),
    "serial_from": N_("first serial number"),
    "serial_to": N_("last serial number"),
    "serials": N_("serial numbers"),
    "recall_class": N_("class of the recall"),
    "public_text": N_("text for patients"),
    "email": N_("e-mail address"),
    "name": N_("name"),
    "password": N_("password"),
    "code": N_("code"),
    "organisation": N_("organisation"),
    "clinic": N_("clinic's name"),
    "country": N_("country"),
    "region": N_("region"),
    "manufacturer": N_("manufacturer"),
    "roles": N_("what they may do"),
    "scopes": N_("what the key may do"),
    "days": N_("how long"),
    "href": N_("address"),
    "title": N_("title"),
    "link_type": N_("type of the link"),
    "media_type": N_("kind of file"),
    "context": N_("country"),
    "link_hosts": N_("name of a web server"),
    "gln": N_("GLN"),
    "glns": N_("GLN"),
}
"""What people call the parts of an identifier, inside a sentence."""


def field_name(field: str | None, tr: NullTranslations) -> str:
    """A field in words; a column of a file keeps its own name."""
    if not field:
        return tr.gettext(FIELDS["scan"])
    return tr.gettext(FIELDS[field]) if field in FIELDS else visible(field)


def date_words(text: str, tr: NullTranslations) -> str:
    """`2024-12-31` as 31 December 2024, `2024-12` as December 2024; anything else as it came."""
    parts = text.split("-")
    try:
        year, month, day = (*map(int, parts), *[1] * (3 - len(parts)))
        on = date(year, month, day)
    except (ValueError, TypeError):
        return text
    return day_words(on, language_of(tr), whole=len(parts) == 3) if len(parts) in {2, 3} else text


def moment_words(moment: datetime, tr: NullTranslations) -> str:
    """A moment to the minute, in UTC: 5 June 2027, 14:05 UTC."""
    utc = moment.astimezone(UTC)
    return tr.gettext("{date}, {time} UTC").format(
        date=date_words(utc.date().isoformat(), tr), time=f"{utc:%H:%M}"
    )


def duration_words(seconds: int, tr: NullTranslations) -> str:
    """A wait in words: seconds up to a minute and a half, then minutes, rounded up."""
    if seconds <= 90:
        return tr.ngettext("{count} second", "{count} seconds", seconds).format(count=seconds)
    minutes = -(-seconds // 60)
    return tr.ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)


def visible(text: str, limit: int = SHOWN) -> str:
    """Text from outside as it can be shown: what has no shape of its own gets one, and the rest is cut.

    >>> visible("10ABC" + chr(29) + "21X")
    '10ABC␝21X'
    >>> visible("a" + chr(0x202E) + "b")
    'a⟨U+202E⟩b'
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return cut if cut.isascii() and cut.isprintable() else "".join(_visible_characters(cut))


def _visible_characters(text: str) -> Iterator[str]:
    for character in text:
        number = ord(character)
        if number < 0x20:
            yield chr(0x2400 + number)  # Unicode's control pictures
        elif number == 0x7F:
            yield "␡"
        elif unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            yield f"⟨U+{number:04X}⟩"
        else:
            yield character


_PICTURES = {0x2400 + number: number for number in range(0x20)} | {0x2421: 0x7F}


def from_visible(text: str) -> str:
    """Control pictures back to the characters that they show, so that a kept input survives a second try."""
    return text.translate(_PICTURES)

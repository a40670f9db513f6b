"""Headers of lists of statements. They come from the manufacturer's own editors, in English."""

from collections.abc import Mapping

from service.registry.lists.conventions.header_words import GTIN

STATEMENT_LIST: Mapping[str, str] = {
    "gtin": GTIN,
    "topic": "topic, statement topic",
    "language": "language, hreflang",
    "text": "text, statement, statement text",
    "source": "source, statement source, name of the source",
    "source_url": "source url, source address, source link",
    "dated": "date, dated, source date, date of the source",
}
"""By field, as in the tables of `columns`."""

"""Headers of lists of links. They come from programs of the manufacturer, in English."""

from collections.abc import Mapping

from service.registry.lists.conventions.header_words import GTIN, LOT

LINK_LIST: Mapping[str, str] = {
    "gtin": GTIN,
    "lot": LOT,
    "link_type": "link type, gs1 link type, type of link",
    "href": "href, target url, link url, link target",
    "title": "title, link title",
    "language": "language, hreflang",
    "media_type": "media type, mime type",
    "context": "context, link context",
    "is_default": "default link, is default",
}
"""By field, as in the tables of `columns`."""

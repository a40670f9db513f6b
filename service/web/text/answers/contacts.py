"""Whom to call: the maker, the authority of a country, a notice; each as a link where one is known."""

import re
from dataclasses import dataclass
from gettext import NullTranslations

from service.authenticity.reasons import Reason
from service.web.text.authorities import AUTHORITIES
from service.web.text.formatting import visible

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SITE = re.compile(r"https?://[^\s,;]+")
_PHONE = re.compile(r"\+?\d[\d ()/-]{5,}\d")
_MOST = 160
"""Characters of a manufacturer's own text that are shown."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One place to call. `text`: what to write or dial, empty for none known; `href`: its link, or empty."""

    name: str
    text: str = ""
    href: str = ""


def maker_contact(manufacturer: str, recorded: str, tr: NullTranslations) -> Contact:
    """The manufacturer, with the way to reach it that it put on record; never a number from a box."""
    name = (
        tr.gettext("The maker, {name}").format(name=visible(manufacturer))
        if manufacturer
        else tr.gettext("The maker")
    )
    for pattern, scheme in ((_PHONE, "tel:"), (_MAIL, "mailto:"), (_SITE, "")):
        found = pattern.search(recorded[:_MOST])
        if found:
            address = re.sub(r"[^\d+]", "", found[0]) if scheme == "tel:" else found[0]
            return Contact(name, found[0], scheme + address)
    said = visible(recorded, _MOST) if recorded else tr.gettext("number on its own website, not on the box")
    return Contact(name, said)


def authority_contacts(country: str) -> list[Contact]:
    """The medicines authority of a country, by phone where a number is known and by its own site."""
    authority = AUTHORITIES.get(country)
    if authority is None:
        return []
    if authority.phone:
        return [Contact(authority.name, authority.phone, "tel:" + re.sub(r"[^\d+]", "", authority.phone))]
    return [Contact(authority.name, authority.url.removeprefix("https://").rstrip("/"), authority.url)]


def notice_contact(reason: Reason, tr: NullTranslations) -> Contact | None:
    """The notice that a reason rests on, where its address is known."""
    known = dict(reason.params)
    source = known.get("source", "")
    if not source.startswith(("https://", "http://")):
        return None
    authority = visible(known.get("authority", "")) or tr.gettext("the authority")
    return Contact(tr.gettext("Read the warning of {authority}").format(authority=authority), "", source)

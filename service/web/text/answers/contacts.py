"""Whom to call: the maker, the authority of a country, a notice; each as a link where one is known."""

import re
from dataclasses import dataclass
from gettext import NullTranslations
from urllib.parse import urlsplit

from service.authenticity.reasons import Reason
from service.web.text.authorities import AUTHORITIES, is_own_site
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
        tr.gettext("the maker, {name}").format(name=visible(manufacturer))
        if manufacturer
        else tr.gettext("the maker")
    )
    ways = (
        (_PHONE, "tel:", tr.gettext("Call {name}")),
        (_MAIL, "mailto:", tr.gettext("Write to {name}")),
        (_SITE, "", tr.gettext("Ask {name}")),
    )
    for pattern, scheme, words in ways:
        found = pattern.search(recorded[:_MOST])
        if found:
            address = re.sub(r"[^\d+]", "", found[0]) if scheme == "tel:" else found[0]
            return Contact(words.format(name=name), found[0], scheme + address)
    said = (
        visible(recorded, _MOST) if recorded else tr.gettext("find its phone number yourself, not on the box")
    )
    return Contact(tr.gettext("Ask {name}").format(name=name), said)


def authority_contacts(country: str, tr: NullTranslations) -> list[Contact]:
    """The medicines authority of a country, by phone where a number is known and by its own site."""
    authority = AUTHORITIES.get(country)
    if authority is None:
        return []
    called = tr.gettext("the medicines authority, {name}").format(name=authority.name)
    if authority.phone:
        name = tr.gettext("Call {name}").format(name=called)
        return [Contact(name, authority.phone, "tel:" + re.sub(r"[^\d+]", "", authority.phone))]
    name = tr.gettext("Ask {name}").format(name=called)
    return [Contact(name, authority.url.removeprefix("https://").rstrip("/"), authority.url)]


def notice_contact(reason: Reason, tr: NullTranslations) -> Contact | None:
    """The notice that a reason rests on, where its address is known."""
    known = dict(reason.params)
    source = known.get("source", "")
    if not source.startswith(("https://", "http://")):
        return None
    return Contact(notice_link_words(known.get("authority", ""), source, tr), "", source)


def notice_link_words(authority: str, source: str, tr: NullTranslations) -> str:
    """What a link to a notice is called: whose it is, and where it leads if not to the authority itself."""
    name, host = visible(authority), visible((urlsplit(source).hostname or "").removeprefix("www."))
    if not name:
        return tr.gettext("Read about the warning ({host})").format(host=host)
    if is_own_site(authority, source):
        return tr.gettext("Read the warning of {authority}").format(authority=name)
    return tr.gettext("About the {authority} warning, on another site ({host})").format(
        authority=name, host=host
    )

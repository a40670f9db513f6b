"""Link statements: what a manufacturer registered for a product or one of its lots."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.errors import ErrorCode, RefusedError
from service.gs1.hosts import in_ascii

MOST_OF_A_TARGET = 2000
"""Characters of a target: what browsers and servers in use carry without cutting."""

MEDIA_TYPES = (
    *("text/html", "application/pdf", "application/json", "application/ld+json", "application/jose"),
    *("application/fhir+json", "application/xml", "text/plain", "text/csv"),
    *("image/png", "image/jpeg", "video/mp4"),
)
"""The media types that a target may be registered with, each one of IANA's."""

_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(
    r"(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,63}(?<!-)"
)


@dataclass(frozen=True, slots=True)
class LinkStatement:
    """One link of a product, or of the lot whose key is `lot_key`.

    `link_type`: its name in `link_types`. `languages`: ISO 639-1 codes. `media_type`: empty where it was not
    said. `context`: a market (ISO 3166-1 alpha-2), empty for every one. `default`: where a request without a
    link type is led.
    """

    link_type: str
    href: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str = ""
    context: str = ""
    default: bool = False
    lot_key: str = ""


def read_host(text: str) -> str:
    """Return a host name as it is compared: lower case, in ASCII. RefusedError(VALUE_INVALID).

    A name with a dot: no address in digits, no name of one machine, no port.
    """
    host = in_ascii(f"https://{text.strip()}").removeprefix("https://").lower().removesuffix(".")
    if not _HOST.fullmatch(host):
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=text,
            expected="the name of a web server, such as www.example.com",
            field="link_hosts",
        )
    return host


def read_target(text: str, hosts: Collection[str]) -> str:
    """Return the address of a link's target, its host in ASCII.

    RefusedError: LINK_TARGET_INVALID for what is not a plain https address, LINK_HOST_UNKNOWN for one on a
    host that is not among `hosts`.
    """
    address = in_ascii(text.strip())
    if len(address) > MOST_OF_A_TARGET or not _URI_CHARACTERS.fullmatch(address) or _PERCENT.search(address):
        raise _invalid(text)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _invalid(text) from None
    if parts.scheme.lower() != "https" or parts.username is not None or port is not None:
        raise _invalid(text)
    host = (parts.hostname or "").removesuffix(".")
    if parts.netloc.lower() != parts.hostname or not _HOST.fullmatch(host):
        raise _invalid(text)
    if host not in hosts:
        raise RefusedError(
            ErrorCode.LINK_HOST_UNKNOWN, given=host, expected=", ".join(sorted(hosts)), field="href"
        )
    return f"https://{host}" + address[len("https://") + len(parts.netloc) :]


def is_on(href: str, hosts: Collection[str]) -> bool:
    """Whether a registered target is still on one of these hosts."""
    return urlsplit(href).hostname in hosts


def _invalid(text: str) -> RefusedError:
    return RefusedError(
        ErrorCode.LINK_TARGET_INVALID,
        given=text,
        expected="an address that begins with https://, without a port and without spaces",
        field="href",
    )

"""Hosts of scanned links: spelled as the network knows them, and told from those that only look like ours.

>>> in_ascii("https://сheck.example.org/01/1"), resembles("xn--heck-k6d.example.org", "check.example.org")
('https://xn--heck-k6d.example.org/01/1', True)
"""

# ruff: noqa: RUF001, RUF002 - that characters look like others is what this is about

import re
import unicodedata

_HOST = re.compile(r"((?:\][A-Za-z][0-9])?https?://)([^/?#:@\s]+)", re.IGNORECASE)
_LABEL = re.compile("[.。．｡]")

# Letters of other scripts, and signs, that pass for Latin letters in the fonts of screens (Unicode TR 39).
_ALIKE = str.maketrans(
    "авсԁеһіјкӏморԛѕтуԝхзαγικνορτυχωı0135689|",
    "abcdehijklmopqstywx3ayiknoptuxwiolesbbgl",
)
_SHORTEST = 8
# A shorter name is inside many, and one slip from many, by chance.

_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def in_ascii(text: str) -> str:
    """A link whose host is written in other letters, with the host as browsers send it (IDNA, RFC 3490).

    Any other text, and a host that IDNA forbids, comes back as it was.
    """
    if text.isascii():
        return text
    found = _HOST.match(text)
    if found is None:
        return text
    try:
        host = found[2].encode("idna").decode("ascii")
    except UnicodeError:
        return text
    return found[1] + host + text[found.end() :]


def same_host(one: str, other: str) -> bool:
    """Whether two hosts are one: a dot at the end and the usual ports change nothing."""
    return _bare(one) == _bare(other)


def resembles(host: str, ours: str) -> bool:
    """Whether a host that is not ours could pass for it: look-alike letters, a letter more, less or swapped,
    a hyphen for a dot, or our whole name at the beginning of another's.
    """
    if same_host(host, ours):
        return False
    theirs, own = _bare(host).partition(":")[0], _bare(ours).partition(":")[0]
    if theirs == own:
        return True  # another port
    shown, expected = _skeleton(theirs), _skeleton(own)
    if len(expected) < _SHORTEST:
        return shown == expected
    return expected in shown or _one_slip(shown, expected)


def _bare(host: str) -> str:
    return re.sub(r"\.?(?::(?:443|80))?$", "", host.lower())


def _skeleton(host: str) -> str:
    """What a reader sees of a host, its dots and hyphens aside."""
    shown = "".join(map(_as_shown, _LABEL.split(host)))
    plain = "".join(each for each in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(each))
    plain = plain.casefold().translate(_ALIKE)
    for pair, single in _PAIRS:
        plain = plain.replace(pair, single)
    return plain.replace("i", "l").replace("-", "").replace("_", "")


def _as_shown(label: str) -> str:
    try:
        return label.encode("ascii").decode("idna")
    except UnicodeError:
        return label


def _one_slip(one: str, other: str) -> bool:
    """Whether one character was changed, added, lost, or two changed places."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    swapped = left[:2] == right[1::-1] and left[2:] == right[2:] and len(left) > 1
    return swapped or left[1:] == right[1:] or left[1:] == right or left == right[1:]

"""Links as phones and people give them, and EPC URNs (GS1 EPC Tag Data Standard, section 6).

>>> [dict(each.elements) for each in links("id.gs1.org/01/09506000134352/10/OVA2618") if each.given]
[{'01': '09506000134352', '10': 'OVA2618'}]
"""

import itertools
import re
from collections.abc import Iterator
from urllib.parse import unquote

from service.errors import IdentifierError
from service.gs1 import digital_link
from service.gs1.application_identifiers import Element, check_value
from service.gs1.element_strings import check_format
from service.gs1.identifiers import Expiry, Gtin, check_digit
from service.gs1.reading import Problem, Reading, ReadingKind
from service.gs1.readings.clean_text import clean
from service.gs1.readings.elements import readings_of
from service.gs1.readings.splitting import Way
from service.gs1.repairs import Repair

_SCHEMELESS = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?::[0-9]{1,5})?/\S*")
_ENCODED = re.compile(r"https?%3a(?:%2f){2}", re.IGNORECASE)
_INSIDE = re.compile(r"https?:/{1,3}[^\s<>\"]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?:?/{0,3})?", re.IGNORECASE)
_KEY = re.compile(r"(?:(?:^|/)(?:01|gtin)/|[?&;](?:01|gtin)=)([0-9]{8,14})(?=$|[/?#&;])", re.IGNORECASE)
_UNNAMED_KEY = re.compile(r"(?<=/)([0-9]{13,14})(?=/[^/?#&]+/?(?:[?#]|$))")
"""A GTIN in a path that no AI stands before, and one segment behind it: `/verify/09506000134352/OVA2618`."""
_NAMES = {
    "gtin": "01",
    "lot": "10",
    "ser": "21",
    "serial": "21",
    "exp": "17",
    "expiry": "17",
    "cpv": "22",
    "batch": "10",
    "batchno": "10",
    "batchnumber": "10",
    "lotnumber": "10",
    "lotno": "10",
    "sn": "21",
    "serialnumber": "21",
    "expirydate": "17",
    "expiration": "17",
}
_TAKEN = re.compile(r"0?[0-9]{2,4}")
_MOST_PARTS = 40
_LONGEST_SPACED = 200
_MOST_QUALIFIERS = 6
_BEFORE = frozenset({"10", "21", "22"})


def links(text: str) -> Iterator[Reading]:
    """What a text that holds a link may say: with its scheme put before it as it is, else repaired."""
    plain = text.strip()
    if _SCHEMELESS.fullmatch(plain):
        try:
            link = digital_link.parse("https://" + plain)
        except IdentifierError:
            pass
        else:
            yield from readings_of(Way(link.elements), ReadingKind.DIGITAL_LINK, None, link.host)
    for candidate in _written(plain):
        yield from _leniently(candidate)


def _written(text: str) -> Iterator[str]:
    """The links in a text: encoded as a whole, among other words, or the text itself."""
    plain = _decoded(text)
    if plain != text and _ENCODED.search(unquote(text) if "%25" in text else text):
        yield plain
    found = _INSIDE.findall(text)[:3]
    if not found and "://" in text and len(text) <= _LONGEST_SPACED:
        found = _INSIDE.findall("".join(text.split()))[:1]  # typed with a space in it
    yield from found
    if not found and "/" in text and " " not in text:
        yield text


def _leniently(link: str) -> Iterator[Reading]:
    """Key and qualifiers of a link in any order, in its path or its query, percent-encoded once or twice."""
    key = _KEY.search(link)
    if key is None:
        decoded = unquote(link)
        key = _KEY.search(decoded)
        if key is None:
            yield from _without_names(decoded)
            return
        link = decoded
    scheme = _SCHEME.match(link)
    host = link[scheme.end() if scheme else 0 : key.start()].partition("/")[0].partition("?")[0]
    path, _, query = link[key.end() :].partition("#")[0].partition("?")
    before = ""
    if link[key.start()] in "?&;":  # the key stands in the query
        path, query = "", link.partition("?")[2]
    else:
        before = link[scheme.end() if scheme else 0 : key.start()].partition("/")[2]
    path, *more = re.split("[&;]", path)
    query = "&".join((*more, query))
    pairs: list[Element] = [("01", key[1])]
    segments = [each for each in path.split("/") if each][:_MOST_PARTS]
    pairs += zip(segments[::2], segments[1::2], strict=False)
    qualifiers = [each for each in before.split("/") if each][-_MOST_QUALIFIERS:]  # before the key
    pairs += [
        each for each in itertools.pairwise(qualifiers) if _NAMES.get(each[0].lower(), each[0]) in _BEFORE
    ]
    for parameter in re.split("[&;?]", query)[:_MOST_PARTS]:
        name, _, value = parameter.partition("=")
        pairs.append((name, value.replace("+", " ")))
    way = _way(pairs)
    host = host if re.fullmatch(r"[A-Za-z0-9.:-]{1,200}", host) else ""
    form = frozenset({Repair.LINK_FORM})
    yield from readings_of(way, ReadingKind.DIGITAL_LINK, None, host.lower() or None, form)


def _without_names(link: str) -> Iterator[Reading]:
    """A GTIN in a path, and what stands behind it taken for a lot."""
    key = _UNNAMED_KEY.search(link)
    if key is None:
        return
    lot = re.split("[/?#]", link[key.end() + 1 :])[0]
    way = _way([("01", key[1]), ("10", lot)])
    if not way.problems:
        form = frozenset({Repair.LINK_FORM, Repair.WITHOUT_LABEL})
        yield from readings_of(way, ReadingKind.DIGITAL_LINK, None, None, form)


def _way(pairs: list[Element]) -> Way:
    elements: list[Element] = []
    problems: list[Problem] = []
    for name, raw in pairs:
        ai = _NAMES.get(name.lower(), name)
        value = clean(_decoded(raw)).text
        if ai in ("10", "21"):
            value = "".join(value.split())
        if not value or not _TAKEN.fullmatch(ai):
            continue
        try:
            if ai == "01" and len(value) < 14:
                value = Gtin.parse(value).value
            if ai == "17" and len(value) != 6:
                value = Expiry.parse(value).yymmdd
            check_format(ai, value)
            check_value(ai, value)
        except IdentifierError as error:
            problems.append(Problem(ai, value, error.code, error.expected))
        else:
            elements.append((ai, value))
    repairs = frozenset({Repair.ELEMENT_IMPOSSIBLE}) if problems else frozenset[Repair]()
    return Way(tuple(elements), tuple(problems), repairs)


def _decoded(value: str) -> str:
    for _ in range(3):
        plain = unquote(value, errors="replace")
        if plain == value or "\ufffd" in plain:  # a percent sign that is part of the value
            break
        value = plain
    return value


_EPC = re.compile(
    r"urn:epc:(?:id|class|idpat|tag):(s?gtin|lgtin|upui)(?:-[0-9]+\+?)?:(?:[0-7]\.)?([0-9]{6,12})\.([0-9]{1,7})\.(.+)",
    re.IGNORECASE,
)


def epc(text: str) -> Reading | None:
    """An EPC URN of a trade item (`sgtin`, `lgtin`): GTIN with serial or lot. None for every other text.

    Company prefix and item reference have thirteen digits together; the first of the latter is the indicator.
    """
    found = _EPC.fullmatch(text.strip())
    if found is None or len(found[2]) + len(found[3]) != 13:
        return None
    payload = found[3][0] + found[2] + found[3][1:]
    elements: list[Element] = [("01", payload + check_digit(payload))]
    value = unquote(found[4])
    if value != "*":
        ai = "10" if found[1].lower() == "lgtin" else "21"
        try:
            check_format(ai, value)
        except IdentifierError:
            return None
        elements.append((ai, value))
    return next(readings_of(Way(tuple(elements)), ReadingKind.EPC_URN), None)

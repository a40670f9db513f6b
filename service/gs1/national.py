"""National numbers of medicines (NHRN): the AIs that carry them, and the names that countries know them by.

>>> named((("710", "12345678"), ("10", "A1"))), parse_national("PZN-12345678")
((('PZN', '12345678'),), (('PZN', '12345678'),))
>>> same_number("NDC", "9999-1145-01", "09999114501"), same_number("CIP", "3400930000014", "3000001")
(True, True)
"""

import re
from collections.abc import Iterable
from types import MappingProxyType

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element, check_value
from service.gs1.element_strings import check_format
from service.gs1.identifiers import Gtin, check_digit
from service.gs1.iso15434 import has_pzn_check_digit

SCHEMES = MappingProxyType(
    {
        "710": "PZN",  # Germany
        "711": "CIP",  # France
        "712": "CN",  # Spain
        "713": "DRN",  # Brazil
        "714": "AIM",  # Portugal
        "715": "NDC",  # United States
        "716": "AIC",  # Italy
        "717": "SRN",  # Costa Rica
    }
)
"""AI to scheme (GS1 General Specifications, 3.8.17)."""

_AIS = {scheme: ai for ai, scheme in SCHEMES.items()}
_NAMES = dict.fromkeys(_AIS, "") | {
    **dict.fromkeys(("CIP13", "CIP7", "CODECIP"), "CIP"),
    **dict.fromkeys(("PHARMAZENTRALNUMMER", "PZNNR", "PZN8", "PZN7", "DPZN", "PZNNUMMER", "PZNNO"), "PZN"),
    **dict.fromkeys(("NDCNO", "NDCCODE", "NDC11", "NDC10", "NDCNUMBER"), "NDC"),
    **dict.fromkeys(("CODICEAIC", "AICN"), "AIC"),
    **dict.fromkeys(("CODIGONACIONAL",), "CN"),
}

National = tuple[tuple[str, str], ...]
"""Pairs of scheme and number."""

MOST_FORMS = 24
"""Spellings of one number that are looked for."""

_SCHEME_BEHIND = re.compile(r"(.*?[0-9*])[\s,.:]*[(\[]?([A-Za-z]{2,4}[0-9]{0,2})[)\]]?[\s.:]*")
_PZN_BAR_CODE = re.compile(r"-[0-9]{7,8}")  # Code 39 on German packs
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")

_NDC = re.compile(r"[0-9]{4,5}-[0-9]{3,4}-[0-9]{1,2}")
_PPN = re.compile(r"(?:PPN)?11([0-9]{8})[0-9]{2}")
_BARE = re.compile(r"(?:PPN[ :.-]*)?A?[0-9](?:[ .-]?[0-9])*", re.IGNORECASE)

_NUMBER = r"A?[0-9][0-9A-Za-z]*(?:[ .-]{1,3}[0-9*]+)*"
_WRITTEN = re.compile(
    rf"([A-Za-z][A-Za-z.° -]*?(?:13|7|8|10|11)?)[\s.:=#№/()\[\]-]*({_NUMBER})(?:[\s,;|)\]]+|$)"
)


def named(elements: Iterable[Element]) -> National:
    """The national numbers among `elements`, by their schemes; AIs without a known scheme are left out."""
    return tuple((SCHEMES[ai], value) for ai, value in elements if ai in SCHEMES)


def parse_national(text: str) -> National:
    """`PZN:12345678`, `PZN 12345678`, `12345678 (PZN)`, `-12345678`; several in a row.

    Without a scheme, a number whose form tells it: `9999-1145-01`, `12345678` with a PZN's check digit,
    `34009…`, `A012345678`, a PPN. Raises AI_VALUE_INVALID.
    """
    found: list[tuple[str, str]] = []
    at, plain = 0, _scheme_of_form(_scheme_first(text.strip()))
    while at < len(plain):
        match = _WRITTEN.match(plain, at)
        scheme = _scheme(match[1]) if match else None
        if match is None or scheme is None:
            raise IdentifierError(
                ErrorCode.AI_VALUE_INVALID,
                given=plain[at:],
                expected=f"SCHEME:NUMBER with a scheme of {', '.join(_AIS)}",
                field="national",
            )
        number = re.sub(r"[ .]", "", match[2]) if scheme != "CN" else match[2].replace(" ", "")
        number = re.sub("-", "", number) if scheme != "NDC" else number
        check_format(_AIS[scheme], number)
        check_value(_AIS[scheme], number)
        found.append((scheme, number))
        at = match.end()
    return tuple(found)


def _scheme_first(text: str) -> str:
    """The text with the scheme before its number, and without what stands in brackets beside them."""
    behind = _SCHEME_BEHIND.fullmatch(text)
    if behind and _scheme(behind[2]):
        return f"{behind[2]} {behind[1]}"
    if _PZN_BAR_CODE.fullmatch(text):
        return f"PZN {text[1:]}"
    return _ASIDE.sub(lambda aside: " " if _scheme(aside[0]) is None else aside[0], text)


def _scheme_of_form(text: str) -> str:
    """The text with the scheme that its form tells before it; as it came where that tells none."""
    if _NDC.fullmatch(text):
        return f"NDC {text}"
    if not _BARE.fullmatch(text):
        return text
    number = re.sub("[^0-9A-Z]", "", text.upper())
    ppn = _PPN.fullmatch(number)
    digits = ppn[1] if ppn else number.removeprefix("A")
    if not digits.isdigit() or (digits != number and len(digits) not in (8, 9)):
        return text
    forms = {
        "PZN": len(digits) == 8 and has_pzn_check_digit(digits),
        "CIP": len(digits) == 13 and digits.startswith("34009"),
        "AIC": len(digits) == 9 and digits.startswith("0"),
        "NDC": len(digits) in (10, 11),
    }
    return next((f"{scheme} {digits}" for scheme, fits in forms.items() if fits), text)


def _scheme(name: str) -> str | None:
    folded = re.sub(r"[^A-Z0-9]", "", name.upper())
    return folded if folded in _AIS else _NAMES.get(folded) or None


def same_number(scheme: str, one: str, other: str) -> bool:
    """Whether both are one number: hyphens, leading zeros; NDC of 10 and 11 digits, CIP of 7 and 13."""
    return not _spellings(scheme, one).isdisjoint(_spellings(scheme, other))


def _spellings(scheme: str, number: str) -> frozenset[str]:
    digits = re.sub(r"[^0-9A-Z]", "", number.upper())
    if scheme == "NDC":
        return frozenset(_ndc_11(number))
    if scheme == "CIP" and len(digits) == 13 and digits.startswith("34009"):
        digits = digits[5:12]
    if scheme == "AIC":
        digits = digits.removeprefix("A")
    return frozenset({digits.lstrip("0")})


def _ndc_11(number: str) -> list[str]:
    """The forms of 11 digits (5-4-2) that an NDC may have; ten digits without hyphens may have three."""
    parts = [each for each in re.split("[^0-9]+", number) if each]
    if len(parts) == 3 and len(parts[0]) <= 5 and len(parts[1]) <= 4 and len(parts[2]) <= 2:
        return [parts[0].zfill(5) + parts[1].zfill(4) + parts[2].zfill(2)]
    digits = "".join(parts)
    if len(digits) == 10:
        return ["0" + digits, digits[:5] + "0" + digits[5:], digits[:9] + "0" + digits[9:]]
    return [digits]


def written_forms(scheme: str, number: str) -> tuple[str, ...]:
    """The ways in which a list may spell the number, at most `MOST_FORMS`: parts of what is on record."""
    digits = re.sub(r"[^0-9A-Z]", "", number.upper())
    forms = {number, digits.lstrip("0")}
    if scheme == "NDC":
        for eleven in _ndc_11(number):
            labeler, product, package = eleven[:5], eleven[5:9], eleven[9:]
            forms |= {eleven, f"{labeler}-{product}-{package}"}
            forms |= {each.replace("-", "") for each in _ndc_10(labeler, product, package)}
            forms |= set(_ndc_10(labeler, product, package))
    elif scheme == "CIP":
        forms |= _spellings(scheme, number)
    return tuple(sorted(each for each in forms if len(each) > 3))[:MOST_FORMS]


def _ndc_10(labeler: str, product: str, package: str) -> list[str]:
    found = []
    if labeler[0] == "0":
        found.append(f"{labeler[1:]}-{product}-{package}")
    if product[0] == "0":
        found.append(f"{labeler}-{product[1:]}-{package}")
    if package[0] == "0":
        found.append(f"{labeler}-{product}-{package[1:]}")
    return found


def gtins_of_ndc(number: str) -> list[Gtin]:
    """The GTINs that an NDC makes: 003, its ten digits, the check digit (GS1 US, for the FDA's labelers)."""
    tens = {
        re.sub("-", "", each)
        for eleven in _ndc_11(number)
        if len(eleven) == 11
        for each in _ndc_10(eleven[:5], eleven[5:9], eleven[9:])
    }
    return [Gtin(payload + check_digit(payload)) for payload in sorted("003" + ten for ten in tens)]

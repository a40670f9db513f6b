"""National numbers of medicines (NHRN): the AIs that carry them, and the names that countries know them by.

>>> named((("710", "12345678"), ("10", "A1"))), parse_national("PZN:12345678")
((('PZN', '12345678'),), (('PZN', '12345678'),))
"""

from collections.abc import Iterable
from types import MappingProxyType

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element, check_value
from service.gs1.element_strings import check_format

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

National = tuple[tuple[str, str], ...]
"""Pairs of scheme and number."""


def named(elements: Iterable[Element]) -> National:
    """The national numbers among `elements`, by their schemes; AIs without a known scheme are left out."""
    return tuple((SCHEMES[ai], value) for ai, value in elements if ai in SCHEMES)


def parse_national(text: str) -> National:
    """`PZN:12345678`, several with spaces between them. Raises AI_VALUE_INVALID."""
    found = []
    for word in text.split():
        scheme, _, number = word.partition(":")
        ai = _AIS.get(scheme.upper())
        if ai is None:
            raise IdentifierError(
                ErrorCode.AI_VALUE_INVALID,
                given=word,
                expected=f"SCHEME:NUMBER with a scheme of {', '.join(_AIS)}",
                field="national",
            )
        check_format(ai, number)
        check_value(ai, number)
        found.append((SCHEMES[ai], number))
    return tuple(found)

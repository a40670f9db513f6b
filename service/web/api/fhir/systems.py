"""The systems that codes and identifiers are of: GS1's and the national ones, and those of this service."""

from typing import Any

from service.gs1.identifiers import Expiry

GTIN = "https://www.gs1.org/gtin"
"""HL7's URI of GS1's GTIN (terminology.hl7.org/NamingSystem/gtin)."""

NATIONAL = {
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "PZN": "http://fhir.de/CodeSystem/ifa/pzn",
}
"""National numbers that have a registered URI, by our name of the scheme."""

REASONS, ACTIONS, ERRORS = "reason", "action", "error"
"""Code systems of this service: `{base}/CodeSystem/{name}`."""

USES, REFERENCES = "use", "use-reference"
"""Identifier systems of this service: `{base}/NamingSystem/{name}`. A use's own number, and the clinic's
reference of it."""

Plain = dict[str, Any]


def concept(text: str, *codings: Plain) -> Plain:
    """A CodeableConcept."""
    return {"coding": list(codings), "text": text} if codings else {"text": text}


def gtin_coding(gtin: str, name: str) -> Plain:
    """A product by its GTIN."""
    return {"system": GTIN, "code": gtin, "display": name}


def national_codings(numbers: tuple[str, ...]) -> list[Plain]:
    """The national numbers, `PZN:12345678`, whose scheme has a URI."""
    pairs = (each.partition(":")[::2] for each in numbers)
    return [{"system": NATIONAL[scheme], "code": number} for scheme, number in pairs if scheme in NATIONAL]


def fhir_date(expiry: Expiry) -> str:
    """An expiry as FHIR has dates, with the day where one is printed.

    >>> fhir_date(Expiry(2028, 12, None)), fhir_date(Expiry(2028, 2, 9))
    ('2028-12', '2028-02-09')
    """
    day = f"-{expiry.day:02}" if expiry.day else ""
    return f"{expiry.year:04}-{expiry.month:02}{day}"

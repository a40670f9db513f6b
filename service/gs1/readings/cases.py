"""Shipping cases: a GTIN-14 whose indicator digit says that packs of another GTIN are inside."""

from msgspec.structs import replace

from service.gs1.identifiers import Gtin, check_digit
from service.gs1.reading import Reading


def of_case(reading: Reading) -> Reading | None:
    """The packs of a shipping case (indicator 1 to 8): their GTIN begins with 0. None where it is no case's.

    The serial is the case's own and left out. GS1 General Specifications, 2.1.10.
    """
    gtin = reading.identifier.gtin
    if gtin is None or reading.case or not is_case(gtin):
        return None
    return replace(
        reading, identifier=replace(reading.identifier, gtin=pack_gtin(gtin), serial=None), case=True
    )


def is_case(gtin: Gtin) -> bool:
    """Whether the indicator digit says that this is a group of packs (GS1 General Specifications, 2.1.10)."""
    return "1" <= gtin.value[0] <= "8"


def pack_gtin(case: Gtin) -> Gtin:
    """The GTIN of the packs in a case, by the rule that most makers follow."""
    payload = "0" + case.value[1:13]
    return Gtin(payload + check_digit(payload))

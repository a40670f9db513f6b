"""Elements of which some are impossible or named twice: what is right stands, the rest is told."""

from collections.abc import Iterator

from service.errors import ErrorCode, IdentifierError
from service.gs1.application_identifiers import Element, exclusion
from service.gs1.element_strings import Elements
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.gs1.reading import Problem, Reading, ReadingKind
from service.gs1.readings.splitting import Way
from service.gs1.repairs import Repair

_LOGISTIC = frozenset({"00", "02", "37"})
_NO_PRODUCT = frozenset({"00", "03", "253", "255", "8003", "8004", "8006", "8010", "8013", "8026"})


def readings_of(
    way: Way,
    kind: ReadingKind,
    symbology: str | None = None,
    host: str | None = None,
    repairs: frozenset[Repair] = frozenset(),
) -> Iterator[Reading]:
    """What the elements say: one reading for each value of an AI that came with several.

    (02) names the packs in a case, (00) the case itself: such a reading is a case's. Nothing for elements
    that name neither a product nor a lot.
    """
    values: dict[str, list[str]] = {}
    for ai, value in way.elements:
        known = values.setdefault(ai, [])
        if value not in known:
            known.append(value)
    problems = list(way.problems)
    clash = None if _LOGISTIC & values.keys() and "01" not in values else exclusion(set(values))
    if clash is not None:
        problems.append(
            Problem(clash[0], values[clash[0]][0], ErrorCode.AI_COMBINATION, f"no {clash[1]} beside it")
        )
    for number in range(min(3, max(map(len, values.values()), default=0))):
        chosen = tuple((ai, those[min(number, len(those) - 1)]) for ai, those in values.items())
        others = [
            Problem(ai, each, ErrorCode.AI_REPEATED, f"one value for AI {ai}")
            for ai, value in chosen
            for each in values[ai]
            if each != value
        ]
        code = _identifier(dict(chosen))
        if code is not None:
            yield Reading(
                kind,
                code,
                chosen,
                symbology,
                host,
                way.repairs | repairs,
                (*problems, *others),
                case="01" not in values and bool(_LOGISTIC & values.keys()),
            )


def _identifier(values: dict[str, str]) -> ProductIdentifier | None:
    gtin = values.get("01") or values.get("02")
    national = tuple(each for each in values.items() if len(each[0]) == 3 and each[0].startswith("71"))
    if gtin is None and (_NO_PRODUCT.intersection(values) or not ("10" in values or national)):
        return None
    case = "01" not in values and bool(_LOGISTIC & values.keys())
    expiry = values.get("17") or values.get("7003", "")[:6]
    return ProductIdentifier(
        gtin=Gtin(gtin) if gtin else None,
        lot=_lot(values.get("10")),
        serial=None if case or "21" not in values else Serial.from_element(values["21"]),
        expiry=Expiry.from_yymmdd(expiry) if expiry else None,
        cpv=values.get("22"),
        national=national,
    )


def _lot(value: str | None) -> Lot | None:
    try:
        return Lot.parse(value) if value else None
    except IdentifierError:
        return None


def joined(elements: Elements, more: Elements) -> tuple[Element, ...] | None:
    """The elements of two codes of one pack together; None where they contradict each other."""
    values = dict(elements)
    if any(values.get(ai, value) != value for ai, value in more):
        return None
    return tuple((values | dict(more)).items())

"""What a mark that differs calls for, and that marks which agree change nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.evidence import (
    Asker,
    Evidence,
    MarkFeature,
    MarkRecord,
    Presented,
    ProductRecord,
    Seen,
)
from service.authenticity.marks.matching import concerns
from service.authenticity.reasons import Action, ReasonCode
from service.authenticity.verdicts import judge
from service.gs1.identifiers import Gtin, Lot
from tests.factories.evidence import PRODUCT, evidence
from tests.factories.evidence_strategies import evidences

A, D, N = Seen.AGREES, Seen.DIFFERS, Seen.NOT_VISIBLE
PATIENT, CLINIC = Asker.PATIENT, Asker.CLINIC


def mark(code: str, **fields: Any) -> MarkRecord:
    given = {"product_name": "Verotox", "fakes": ("F1",), **fields}
    return MarkRecord(code, "MHRA", MarkFeature.SEAL, "box", "the seal", "round", "square", **given)


SEAL, CAP, LEAFLET = mark("seal"), mark("cap"), mark("leaflet")
FRENCH, TURKISH = mark("french", markets=("FR",)), mark("turkish", markets=("TR",))
ALL = (SEAL, CAP, LEAFLET, FRENCH, TURKISH)


def seen(answers: dict[str, Seen], **changes: Any) -> Evidence:
    return evidence(
        {"marks": tuple(sorted(answers.items())), **changes.pop("presented", {})}, marks=ALL, **changes
    )


@pytest.mark.parametrize(
    ("answers", "asker", "market", "severities"),
    [
        ({}, PATIENT, "FR", []),
        ({"seal": A, "cap": N}, CLINIC, "FR", []),
        # one answer of an untrained person may be a mistake
        ({"seal": D}, PATIENT, "FR", ["check"]),
        ({"seal": D, "cap": A, "leaflet": N}, PATIENT, "FR", ["check"]),
        # two are no mistake, and a clinic looks closely
        ({"seal": D, "cap": D}, PATIENT, "FR", ["quarantine", "quarantine"]),
        ({"seal": D}, CLINIC, "FR", ["quarantine"]),
        # a mark of a country's packs: true there, nothing elsewhere, a closer look where that is not known
        ({"french": D, "seal": D}, PATIENT, "FR", ["quarantine", "quarantine"]),
        ({"french": D}, CLINIC, "TR", []),
        ({"french": D, "seal": D}, PATIENT, "TR", ["check"]),
        ({"french": D}, CLINIC, None, ["check"]),
        ({"french": D, "turkish": D}, CLINIC, None, ["check", "check"]),
        ({"french": D, "seal": D}, PATIENT, None, ["check", "check"]),
        # a code that is no mark of the product says nothing
        ({"other": D}, CLINIC, "FR", []),
    ],
)
def test_what_differs_calls_for(
    answers: dict[str, Seen], asker: Asker, market: str | None, severities: list[str]
) -> None:
    one = seen(answers, asker=asker, presented={"market": market})
    found = [each for each in judge(one).reasons if each.code is ReasonCode.MARK_DIFFERS]
    assert sorted(str(each.severity) for each in found) == sorted(severities)


def test_a_mark_that_differs_leads_over_numbers_that_match_and_keeps_its_source() -> None:
    one = seen({"seal": D}, asker=CLINIC)
    verdict = judge(replace(one, marks=(mark("seal", source_url="https://example.org/1"),)))
    assert (verdict.action, verdict.headline) == (Action.QUARANTINE, ReasonCode.MARK_DIFFERS)
    assert dict(verdict.reasons[0].params)["source"] == "https://example.org/1"
    assert ReasonCode.UNIT_ON_RECORD in {each.code for each in verdict.reasons}


answered = st.dictionaries(st.sampled_from([each.mark for each in ALL]), st.sampled_from(Seen))


@given(evidences, answered, st.sampled_from([each.mark for each in ALL]))
def test_a_mark_that_agrees_lifts_nothing_and_one_that_differs_makes_nothing_milder(
    one: Evidence, answers: dict[str, Seen], code: str
) -> None:
    answers.pop(code, None)

    def judged(more: dict[str, Seen]) -> Any:
        shown = replace(one.presented, marks=tuple(sorted({**answers, **more}.items())))
        return judge(replace(one, presented=shown, marks=ALL))

    before = judged({})
    for said in (A, N):
        assert judged({code: said}) == before
    after = judged({code: D})
    assert after.action.rank >= before.action.rank
    assert {each.code for each in before.reasons} <= {each.code for each in after.reasons}


VEROTOX = replace(PRODUCT, name="Verotox Aqua 100 units", strengths=("100 units",))


@pytest.mark.parametrize(
    ("of", "presented", "product", "concerned"),
    [
        ({"product_name": "Verotox"}, Presented(), VEROTOX, True),
        # the mark of another presentation is none of this one
        ({"product_name": "Verotox Duo"}, Presented(), VEROTOX, False),
        ({"product_name": "Verotox 50 units"}, Presented(), VEROTOX, False),
        ({"product_name": "Verotox 100 units"}, Presented(), VEROTOX, True),
        ({"product_name": "Medulla"}, Presented(), VEROTOX, False),  # a maker is no product
        # a GTIN says it alone
        ({"gtin": VEROTOX.gtin, "product_name": "Anything"}, Presented(), VEROTOX, True),
        ({"gtin": "09506000110509", "product_name": "Verotox"}, Presented(), VEROTOX, False),
        ({"gtin": VEROTOX.gtin}, Presented(gtin=Gtin(VEROTOX.gtin)), None, True),
        # nothing on record: as the pack is called, else by the lot of the fakes
        ({}, Presented(product="VEROTOX™ 100"), None, True),
        ({}, Presented(product="Dysport"), None, False),
        ({"lot_keys": ("A1",)}, Presented(lot=Lot.parse("a-1")), None, True),
        ({"lot_keys": ("A1",)}, Presented(lot=Lot.parse("a-1"), product="Dysport"), None, False),
        ({"lot_keys": ("A1",)}, Presented(lot=Lot.parse("A2")), None, False),
        ({}, Presented(), None, False),
    ],
)
def test_of_which_product_a_mark_is(
    of: dict[str, Any], presented: Presented, product: ProductRecord | None, concerned: bool
) -> None:
    assert concerns(mark("m", **of), presented, product) is concerned

"""Cases as strangers may write them: one row a way of writing, each with a fake and its genuine twin."""

import json
from typing import Any

import pytest

from tests.counterfeits.cases import Case, CaseError, case_of
from tests.counterfeits.keys import countries, date_words, strength
from tests.counterfeits.made_up import made_up_gtin, mended_gtins
from tests.counterfeits.running import Bench
from tests.counterfeits.scoring import Fit, fit

G = "09506000134352"
APART = [  # a product, a batch and units, each an entry of its own
    {
        "gtin": G,
        "name": "Botox",
        "manufacturer": "Allergan",
        "strengths": ["100 units"],
        "markets": ["FR", "GB"],
    },
    {"gtin": G, "batch": "A1", "expiry_date": "2025-12-31", "status": "distributed"},
    {"gtin": G, "lot": "A1", "serial": "S1A", "disposition": "commissioned"},
    {"gtin": G, "lot": "A1", "serial": "S2B", "status": "supplied"},
]
NESTED = {
    "manufacturer": {"name": "Allergan"},
    "product": {"gtin": G, "name": "Botox", "strength": 100},
    "markets": "FR, United Kingdom",
    "batches": [{"lot": "A1", "exp": "251231", "serials": ["S1A", "S2B"], "quantity": "12,000"}],
}
SPLIT = [  # one product in two entries, its lots joined
    {"company": "Allergan", "brand": "Botox", "gtin": G, "lot": "A0", "expiry": "2024-01"},
    {
        "company": "Allergan",
        "brand": "Botox",
        "gtin": G,
        "lot": "A1",
        "expiry": "12/2025",
        "units": {"S1A": "active"},
    },
]
UNIT = {"gtin": G, "lot": "A1", "serial": "S1A", "expiry": "251231", "market": "FR"}
ONE = [{"manufacturer": "M", "product": "Xeomin", "lot": "L1", "expiry": "2025-01"}]
NO_GTIN = [
    {"manufacturer": "Allergan", "product": "Botox", "lots": {"C1": "2025-04", "C2": {"expiry": "2025-05"}}}
]
KR = {
    "manufacturer": "Hugel",
    "product": "Botulax 100 units",
    "markets": ["Republic of Korea"],
    "lot": "H1",
    "expiry": "2025-10",
}
TOXPIA = {"authority": "MHRA", "kind": "Unlicensed medicine", "product": "Toxpia"}
OZ = {"gtin": G, "product": "Ozempic", "lot": "PAR0362", "expiry": "2026-10"}
PREFIX = {
    "authority": "FDA",
    "kind": "Counterfeit",
    "product": "Ozempic 1 mg",
    "lot": "PAR0362",
    "serial_prefix": "51746517*",
}

# kind, records, alerts, presented, twin, reasons (one of them), further keys of the case
WAYS: list[tuple[str, Any, Any, Any, Any, str, dict[str, Any]]] = [
    ("expiry differs", APART, [], {**UNIT, "expiry": "261231"}, UNIT, "expiry_mismatch", {}),
    ("expiry differs", NESTED, [], {**UNIT, "expiry": "DEC 2026"}, {**UNIT, "expiry": "2025-12-31T00:00:00Z"}, "expiry_mismatch", {}),
    ("expiry differs", SPLIT, [], {**UNIT, "exp": "2026-12", "expiry": "2026-12"}, UNIT, "expiry_mismatch", {}),
    ("expiry differs", NO_GTIN, [], {"lot": "C1", "expiry": "202504", "product": "Botox 100U"} | {"expiry": "202604"}, {"lot": "C1", "expiry": 202504}, "expiry_mismatch", {}),
    # a GTIN of nobody's, with a check digit that nobody counted
    ("expiry differs", [{"gtin": "09506000134350", "lot": "A1", "expiry": "2025-12"}], [], "(01)09506000134350(17)261200(10)A1", "(01)09506000134350(17)251200(10)A1", "expiry_mismatch", {}),
    # the record has no GTIN, the twin has
    ("serial not on record", [{"product": "P", "lot": "A1", "expiry": "2025-12", "units": ["S1A"]}], [], {**UNIT, "serial": "ZZZ"}, UNIT, "serial_not_on_record", {}),
    ("serial not on record", APART, [], "]d20109506000134352172512311" + "0A1\x1d21QQQ", {"code": "https://id.gs1.org/01/09506000134352/10/A1/21/S1A"}, "serial_not_on_record", {}),
    ("lot not on record", APART, [], {"gtin": G, "batch": "B77"}, {"gtin": G, "batch": "a-1"}, "lot_not_on_record", {}),
    # nothing but a lot and a date: it bears the name of the one product that the case is about
    ("lot not on record", ONE, [], {"lot": "ZX55"}, {"lot": "L1"}, "lot_not_on_record", {}),
    ("lot not on record", [{"mah": "Ipsen", "products": [{"name": "Dysport 300", "lots": [{"lot": "A", "exp": "2025-01"}]}, {"name": "Dysport 500", "lots": ["B"]}]}], [], {"product": "Dysport", "lot": "ZZZZ1"}, {"product": "Dysport", "lot": "B"}, "lot_not_on_record", {}),
    ("wrong market", APART, [], {**UNIT, "country": "Brazil", "market": "Brazil"}, {**UNIT, "market": "United Kingdom"}, "market_not_authorised", {}),
    ("wrong market", [{**ONE[0], "markets": "EU"}], [], {"lot": "L1", "market": "US"}, {"lot": "L1", "market": "Germany"}, "market_not_authorised", {}),
    # a flat entry's market is its lot's
    ("wrong market", [{**ONE[0], "markets": ["TR"]}, {**ONE[0], "lot": "L2", "markets": ["BR"]}], [], {"lot": "L1", "market": "BR"}, {"lot": "L2", "market": "BR"}, "market_not_authorised", {}),
    ("presentation", [{**ONE[0], "strengths": [50, 100]}], [], {"lot": "L1", "strength": 150}, {"lot": "L1", "strength": "100 units/vial"}, "presentation_unknown", {}),
    ("presentation", [{**ONE[0], "strengths": ["50 U", "100 U"]}], [], {"lot": "L1", "product": "Xeomin 150 units"}, {"lot": "L1", "product": "Xeomin 100 E"}, "presentation_unknown", {}),
    # of carton and vial, what is wrong with one is wrong with the pack
    ("presentation", [{**ONE[0], "strengths": ["50 U"]}], [], {"carton": {"lot": "L1", "strength": "70 U"}, "vial": {"lot": "L1", "strength": "50 U"}}, [{"lot": "L1"}, {"lot": "L1", "strength": "50 U"}], "presentation_unknown", {}),
    ("carton against vial", APART, [], ["(01)09506000134352(17)251231(10)A1(21)S1A", {"lot": "A2"}], ["(01)09506000134352(17)251231(10)A1(21)S1A", {"lot": "A1", "expiry": "12/2025"}], "carton_vial_mismatch", {}),
    ("carton against vial", [], [], [{"on": "vial", "lot": "C3121 C3"}, {"on": "carton", "lot": "C3016 C3"}], [{"lot": "X1"}, {"lot": "X 1"}], "carton_vial_mismatch", {}),
    ("unauthorised brand", [KR, {**KR, "product": "Letybo", "markets": "UK", "lot": "AL1"}], [], {"product": "Botulax", "lot": "H1", "market": "GB"}, {"product": "Letybo", "lot": "AL1", "market": "GB"}, "market_not_authorised", {}),
    ("unauthorised brand", [], [TOXPIA], {"brand": "Toxpia 100U", "lot": "A", "market": "UK"}, {"brand": "Toxpia", "lot": "A", "market": "South Korea"}, "market_not_authorised", {}),
    ("GTIN not on record", [{"product": "Dysport", "gtin": "03582186006191", "lots": ["U1"]}], [], {"gtin": "03582186006207", "serial": "DYN7PCXH84UNBF"}, {"gtin": "3582186006191", "lot": "U1"}, "presentation_unknown", {}),
    ("GTIN not on record", [{"product": "Dysport", "gtin": G, "lots": ["U1"]}], [], {"gtin": "03582186006207", "lot": "U1"}, {"gtin": G, "lot": "U1"}, "product_mismatch", {}),
    ("GTIN not on record", [], [{"regulator": "MHRA", "product": "Dysport", "gtin": "03582186006207"}], "(01)03582186006207(21)DYN7PCXH84UNBF", {"gtin": G}, "alert_falsified", {}),
    ("alert by lot and expiry", [], [{"authority": "WHO", "product": "Dysport", "lots": [{"lot": "U1", "expiry": "11/2025"}, {"lot": "U2"}]}], {"lot": "U1", "expiry": "251100", "product": "Dysport"}, {"lot": "U3", "product": "Dysport"}, "alert_falsified", {}),
    ("alert by lot and expiry", ONE, [{"authority": "WHO", "kind": "falsified", "lot": "L1", "expiry": "10/2025-12/2025", "date": "May 2024", "source": "a letter"}], {"lot": "L1", "expiry": "11/2025"}, {"lot": "L1", "expiry": "01/2025"}, "alert_falsified", {}),
    ("alert by serial prefix", [OZ], [PREFIX], {"gtin": G, "lot": "PAR0362", "serial": "51746517000001"}, {"gtin": G, "lot": "PAR0362", "serial": "43005512"}, "alert_falsified", {}),
    ("lot with genuine twins", APART, [{"authority": "ANVISA", "lot": ["A1", "A7"], "lot_issued": True}], {"product": "Botox", "lot": "A1"}, UNIT, "alert_lot_counterfeited", {}),
    ("missing lot", NO_GTIN, [], {"product": "Botox"}, {"product": "Botox", "lot": "C1"}, "no_lot_presented", {}),
    ("missing lot number", APART, [], "(01)09506000134352(21)S1A", UNIT, "no_lot_presented", {}),
    ("blank batch", NO_GTIN, [], [{"product": "Botox", "lot": ""}, {"product": "Botox", "lot": None}], {"product": "Botox", "lot": "C2"}, "no_lot_presented", {}),
    ("no lot on the vial", NO_GTIN, [], {"product": "Botox", "no_lot": "yes"}, {"product": "Botox", "lot": "C2"}, "no_lot_presented", {}),
    ("after dispensing", APART, [], {**UNIT, "serial": "S2B"}, UNIT, "dispensed", {}),
    # set down by an earlier scan
    ("after dispensing", SPLIT, [], {**UNIT, "asker": "clinic"}, {"gtin": G, "lot": "A1"}, "dispensed", {"scans": [{"time": "2024-04-01T10:00:00Z", "serial": "S1A", "event": "dispensed"}]}),
    ("serial of another lot", [{"gtin": G, "product": "P", "lots": [{"lot": "L1", "serials": ["S1"]}, {"lot": "L2", "serials": ["S2"]}]}], [], {"gtin": G, "lot": "L1", "serial": "S2"}, {"gtin": G, "lot": "L1", "serial": "S1"}, "serial_in_other_lot", {}),
    ("recalled", [{**ONE[0], "recall_class": "1"}, {**ONE[0], "lot": "L2"}], [], {"lot": "L1"}, {"lot": "L2"}, "recalled", {}),
    ("on hold", [{**ONE[0], "status": "quarantined"}, {**ONE[0], "lot": "L2", "status": "sold"}], [], {"lot": "L1"}, {"lot": "L2"}, "on_hold", {}),
    ("never released", [{**ONE[0], "released": False}, {**ONE[0], "lot": "L2", "released": "2023-01-01"}], [], {"lot": "L1"}, {"lot": "L2"}, "not_released", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("ways"))


def written(**said: Any) -> Case:
    return case_of(json.dumps({"id": "x", "kind": "x", "source": "x", "at": "2024-05-01", **said}))


@pytest.mark.parametrize(
    ("kind", "records", "alerts", "presented", "twin", "reason", "more"),
    WAYS,
    ids=[f"{number} {way[0]}" for number, way in enumerate(WAYS)],
)
def test_each_way_to_write_a_case(
    bench: Bench,
    kind: str,
    records: Any,
    alerts: Any,
    presented: Any,
    twin: Any,
    reason: str,
    more: dict[str, Any],
) -> None:
    expect = {"actions": ["quarantine", "reject"], "reasons_any": [reason]}
    case = written(
        kind=kind,
        records=records,
        alerts=alerts,
        presented=presented,
        expect=expect,
        twin={"presented": twin},
        **more,
    )
    answers = bench.answer(case)
    assert answers.notes == ()
    assert fit(answers.fake, case.expect) is Fit.AS_EXPECTED, answers.fake
    assert answers.twins[0].action in {"accept", "check", "unknown"}, answers.twins[0]


def test_asking_about_the_fake_leaves_no_trace_for_the_twin(bench: Bench) -> None:
    """Both may bear one code: a copy, and the pack that it was copied from."""
    case = written(
        records=APART, presented=UNIT, expect="accept", twin={"presented": UNIT, "expect": "accept"}
    )
    answers = bench.answer(case)
    assert {answers.fake.action, answers.twins[0].action} == {"accept"}


def test_a_cell_that_cannot_be_read_costs_the_record_nothing_else(bench: Bench) -> None:
    odd = {
        **ONE[0],
        "made": "last spring",
        "national_numbers": {"XYZ": "1"},
        "languages": "Klingon",
        "ndc": "0023-1145-01",
    }
    case = written(
        records=[odd, {**ONE[0], "lot": "L2", "expiry": "not printed"}],
        presented={"lot": "L1", "expiry": "2026-01"},
        expect={"actions": ["quarantine"], "reasons_any": ["expiry_mismatch"]},
        twin={"presented": {"lot": "L2"}, "expect": "check"},
    )
    answers = bench.answer(case)
    assert fit(answers.fake, case.expect) is Fit.AS_EXPECTED, answers.fake
    assert answers.twins[0].action == "check"
    assert {note.split()[2] for note in answers.notes} == {"made", "national_numbers", "languages"}


@pytest.mark.parametrize(
    ("records", "complete"),
    [
        (ONE, True),  # its lots are listed: these and no others
        ([{"product": "Xeomin", "markets": ["DE"]}], False),  # nothing is said of lots
        ([{**ONE[0], "complete": False}], False),
        ([{"product": "Xeomin", "complete": "yes"}], True),
        ([{**ONE[0]}, {"product": "Xeomin", "complete": "no"}], False),  # said of the same product elsewhere
    ],
)
def test_when_a_record_counts_as_complete(records: Any, complete: bool) -> None:
    (product,) = written(records=records, presented={"lot": "L1"}).books.products
    assert product.complete is complete


@pytest.mark.parametrize(
    ("expect", "catchable"),
    [
        ({"actions": ["quarantine", "reject"]}, True),
        ("reject", True),
        (None, True),  # a case that says nothing is there to be caught
        ({"action": "check", "reasons_any": ["alert_lot_counterfeited"]}, True),  # a warning has to be given
        ({"actions": ["accept", "check"]}, False),
        ({"actions": ["check"]}, False),
        ({"actions": ["unknown"], "reasons": ["no_records_held"]}, False),
        ({"actions": ["accept", "quarantine"]}, False),  # what may be accepted, nobody need catch
    ],
)
def test_what_can_be_caught(expect: Any, catchable: bool) -> None:
    assert written(records=ONE, presented={"lot": "L1"}, expect=expect).catchable is catchable


def test_what_is_not_understood_is_named_and_the_rest_is_used() -> None:
    case = written(
        records=[{**ONE[0], "colour": "red", "markets": ["Narnia", "DE"]}],
        presented={"lot": "L1", "smell": 1},
    )
    assert any("colour" in note and "smell" in note and "Narnia" in note for note in case.notes)
    assert case.books.products[0].said["markets"] == "DE"


@pytest.mark.parametrize("line", ["", "{", "[1]", "null", '{"presented": null}', '{"presented": {}}'])
def test_what_is_no_case_is_refused(line: str) -> None:
    with pytest.raises(CaseError):
        case_of(line)


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2024-05-01", "2024-05-01T12:00:00+00:00"),
        ("2024-05", "2024-05-01T12:00:00+00:00"),
        ("2024-05-01T10:30:00+02:00", "2024-05-01T10:30:00+02:00"),
        ("2024-05-01T10:30", "2024-05-01T10:30:00+00:00"),
    ],
)
def test_moments(at: str, moment: str) -> None:
    assert written(at=at, presented={"lot": "L1"}).shown.at.isoformat() == moment


def test_scans_come_in_the_order_of_their_moments_and_may_leave_out_of_what_they_are() -> None:
    scans = [{"at": "2024-04-02", "country": "FR"}, {"when": "2024-04-01", "serial": "S1A", "times": 2}]
    case = written(records=APART, presented=UNIT, scans=scans)
    assert [each.at.day for each in case.scans] == [1, 1, 2]
    assert {each.questions[0][0].serial for each in case.scans} == {"S1A"}
    assert {each.questions[0][0].gtin for each in case.scans} == {G}


RECORDS = [
    {"product": "Herceptin", "form": "powder for infusion", "national": "PZN:12345678", "lots": ["H4311B07"]}
]


def test_a_form_and_a_national_number_are_presented(bench: Bench) -> None:
    fake = {"product": "Herceptin", "lot": "H4311B07", "dosage form": "liquid"}
    twin = {"national": "PZN 12345678", "lot": "H4311B07", "form": "powder"}
    case = case_of(json.dumps({"records": RECORDS, "presented": fake, "twin": twin}))
    answers = bench.answer(case)
    assert (answers.fake.action, answers.twins[0].action) == ("quarantine", "check")
    assert "form_unknown" in answers.fake.reasons


def test_a_recall_that_is_only_a_notice_is_no_record() -> None:
    line = {"records": RECORDS, "presented": {"lot": "H4311B07"}, "expect": {"reasons_any": ["recalled"]}}
    assert not case_of(json.dumps(line)).record_contradicts
    recalled = {"product": "Herceptin", "lots": [{"lot": "H4311B07", "status": "recalled"}]}
    assert case_of(json.dumps(line | {"records": [recalled]})).record_contradicts


def test_small_things() -> None:
    assert date_words("202412") == "2024-12"
    assert date_words("241231") == "241231"
    assert date_words(70131) == "070131"
    assert date_words({"year": 2024, "month": 5}) == "2024-05"
    assert strength([50, "100 U"]) == "50 units; 100 U"
    assert countries("GB FR; South Korea", []) == ["GB", "FR", "KR"]
    assert dict(mended_gtins([{"gtin": "9506000134350", "lots": [{"lot": "1"}]}])) == {
        "9506000134350": "9506000134352"
    }
    assert made_up_gtin(1) == "09506000900018"
    assert made_up_gtin(2, "3582186").startswith("03582186")

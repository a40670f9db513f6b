"""Corrections of products and lots: read as cells are, previewed, made at once or by two persons, audited."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from service.authenticity.reasons import Action, ReasonCode
from service.errors import (
    ConflictError,
    ErrorCode,
    ForbiddenError,
    InvalidFieldsError,
    NotFoundError,
    RefusedError,
    VialcheckError,
)
from service.gs1.identifiers import Gtin
from service.registry import recalls
from service.registry.corrections import products
from service.registry.corrections.changes import SecondPerson
from service.registry.corrections.extensions import ExpiryChange, ExtensionWithdrawal
from service.registry.corrections.kinds import KINDS
from service.registry.corrections.two_persons import TwoPersonRule
from service.storage.database import Database
from service.storage.models import Batch, Product
from tests.factories.corrections import Bench, opened_bench
from tests.factories.lists import count, table
from tests.factories.recall_records import GTIN, OTHERS, order

C, A = ReasonCode, Action


@pytest.fixture
def bench(database: Database, database_url: str) -> Iterator[Bench]:
    with opened_bench(database, database_url) as made:
        yield made


CORRECTED: list[tuple[str, str, Any]] = [
    # the field as the form has it, what is typed, and what the record has then
    ("name", "Ondrevaine 100 units", "Ondrevaine 100 units"),
    ("active_substance", "botulinum toxin type A", "botulinum toxin type A"),
    ("strengths", "100 units; 50 units", ("100 units", "50 units")),
    ("form", "powder", "powder"),
    ("content", "100 Allergan units", "100 Allergan units"),
    ("national_numbers", "PZN:01234567", ("PZN:01234567",)),
    ("markets", "France, DE", ("DE", "FR")),
    ("languages", "fr de", ("de", "fr")),
    ("complete", "no", False),
    ("in_use_hours", "24", 24),
    ("storage", "2-8 °C", 2),
    ("stability_months", "3 years", 36),
    ("interval_days", "12 weeks", 84),
    ("source_gtins", OTHERS, (OTHERS,)),
]


@pytest.mark.parametrize(("field", "typed", "kept"), CORRECTED, ids=[field for field, _, _ in CORRECTED])
def test_each_value_of_a_product_is_corrected(bench: Bench, field: str, typed: str, kept: object) -> None:
    assert bench.make(bench.product(**{field: typed})) is None
    column = {"storage": "storage_min"}.get(field, field)
    with bench.database.reading() as connection:
        row = connection.execute(Product.__table__.select().where(Product.gtin == GTIN)).one()
    assert getattr(row, column) == kept
    (entry,) = table(bench.database, "audit_entry")
    assert (entry["action"], entry["object_id"], entry["reason"]) == ("correct", GTIN, "typed wrong")
    # what the form shows then is what it would read: nothing is left to correct
    again = products.shown(bench.database, Gtin(GTIN), bench.who)
    with pytest.raises(RefusedError) as refused:
        bench.known.preview(bench.product(**again), bench.who)
    assert refused.value.code is ErrorCode.NOTHING_TO_CHANGE


def test_a_value_can_be_taken_away_but_no_name(bench: Bench) -> None:
    bench.make(bench.product(markets="FR", complete_until="2026-01-31", complete="yes"))
    assert bench.product(markets="").corrected["markets"] == []
    bench.make(bench.product(markets="", complete_until=""))
    with bench.database.reading() as connection:
        row = connection.execute(Product.__table__.select().where(Product.gtin == GTIN)).one()
    assert (row.markets, row.complete, row.complete_until) == ((), True, None)
    with pytest.raises(InvalidFieldsError):
        bench.product(name="", markets="nowhere")


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"expiry": "soon", "quantity": "many"}, {"expiry", "quantity"}),
        # made after it expires
        ({"made": "2028-01-01"}, {"made"}),
        ({"lot": ""}, {"lot"}),
        ({"expiry": ""}, {"expiry"}),
        ({"status": ""}, {"status"}),
    ],
)
def test_what_cannot_be_read_is_said_of_each_field(
    bench: Bench, given: dict[str, str], wrong: set[str]
) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        bench.lot(**given)
    assert {error.field for error in refused.value.errors} == wrong


def test_the_next_check_knows_the_corrected_expiry_and_the_earlier_answer_stays(bench: Bench) -> None:
    assert bench.verdict()[0] is A.ACCEPT
    earlier = table(bench.database, "scan", "id, verdict")
    bench.make(bench.lot(expiry="2027-07-31"))
    assert C.EXPIRY_MISMATCH in bench.verdict()[1]
    assert bench.verdict(expiry="2027-07-31")[0] is A.ACCEPT
    assert table(bench.database, "scan", "id, verdict")[0] == earlier[0]


def test_a_preview_counts_what_it_touches(bench: Bench) -> None:
    bench.verdict()
    bench.verdict(serial="A1SN002")
    bench.desk.close()
    seen = bench.known.preview(bench.lot(expiry="2027-07-31"), bench.who)
    assert (seen.touched.checks, seen.touched.units, seen.touched.lots) == (2, 5, 1)
    assert [(each.field, each.before, each.after) for each in seen.fields] == [
        ("expiry", "2027-06-30", "2027-07-31")
    ]


def test_a_lot_is_given_its_right_number(bench: Bench) -> None:
    bench.make(bench.lot(lot="A-17"))
    assert bench.row("A-17")["lot_key"] == "A17"
    assert bench.verdict(lot="A-17")[0] is A.ACCEPT
    with pytest.raises(ConflictError) as refused:
        bench.make(bench.lot("A-17", lot="B2"))
    assert refused.value.code is ErrorCode.TAKEN
    recalls.issue(bench.database, order(scope="lot", lot="A17"), who=bench.who, clock=bench.clock)
    with pytest.raises(ConflictError) as refused:
        bench.make(bench.lot("A-17", lot="A18"))
    assert refused.value.code is ErrorCode.RECALL_STANDS


def test_a_corrected_expiry_leaves_a_recalled_window_and_comes_back_into_it(bench: Bench) -> None:
    window = order(scope="window", expiry_from="2027-06", expiry_to="2027-06")
    number = recalls.issue(bench.database, window, who=bench.who, clock=bench.clock)
    assert (bench.row()["status"], bench.row()["status_before"]) == ("recalled", "released")
    seen = bench.known.preview(bench.lot(expiry="2027-07-31"), bench.who)
    assert {each.field: each.after for each in seen.fields} == {"expiry": "2027-07-31", "status": "released"}
    bench.make(bench.lot(expiry="2027-07-31"))
    assert (bench.row()["status"], bench.row()["status_before"]) == ("released", None)
    bench.make(bench.lot(expiry="2027-06-30"))
    assert (bench.row()["status"], bench.row()["status_before"]) == ("recalled", "released")
    with pytest.raises(ConflictError) as refused:
        bench.make(bench.lot(status="released"))
    assert refused.value.code is ErrorCode.RECALL_STANDS
    recalls.lift(bench.database, number, reason="cleared", who=bench.who, clock=bench.clock)
    assert bench.row()["status"] == "released"


def test_a_status_that_a_list_gave_wrongly(bench: Bench) -> None:
    with bench.database.transaction() as connection:
        values = {"status": "recalled", "recall_class": "I", "recall_reason": "wrong list"}
        connection.execute(update(Batch).where(Batch.id == 1).values(values))
    assert bench.verdict()[0] is A.REJECT
    bench.make(bench.lot(status="released", quantity="1200"))
    assert bench.verdict()[0] is A.ACCEPT
    row = bench.row()
    assert (row["recall_class"], row["recall_reason"], row["quantity"]) == ("", "", 1200)


def test_another_organisation_corrects_nothing(bench: Bench) -> None:
    change = bench.lot(expiry="2027-07-31")
    with pytest.raises(NotFoundError):
        bench.known.submit(change, reason="r", who=bench.stranger)
    with pytest.raises(NotFoundError):
        products.read_product(bench.database, Gtin(GTIN), {"name": "X"}, bench.stranger)
    assert count(bench.database, "audit_entry") == 0


def test_what_was_shown_is_what_is_made(bench: Bench) -> None:
    change = bench.lot(quantity="100")
    seen = bench.known.preview(change, bench.who)
    bench.make(bench.lot(quantity="200"))
    with pytest.raises(ConflictError) as refused:
        bench.known.submit(change, reason="r", who=bench.who, seal=seen.seal)
    assert refused.value.code is ErrorCode.RECORD_CHANGED
    with pytest.raises(RefusedError) as missing:
        bench.known.submit(change, reason="  ", who=bench.who)
    assert (missing.value.code, missing.value.field) == (ErrorCode.VALUE_MISSING, "reason")


def test_two_persons_where_the_organisation_asks_for_them(bench: Bench) -> None:
    bench.two()
    number = bench.make(bench.lot(expiry="2027-07-31"))
    assert number is not None
    assert bench.verdict()[0] is A.ACCEPT  # nothing is changed yet
    (waits,) = bench.known.waiting(bench.who)
    assert (waits.id, waits.own, waits.object_id) == (number, True, f"{GTIN}/A1")
    assert bench.known.waiting(bench.stranger) == []
    with pytest.raises(ForbiddenError) as own:
        bench.known.approve(number, who=bench.who)
    assert own.value.code is ErrorCode.OWN_REQUEST
    with pytest.raises(NotFoundError):
        bench.known.approve(number, who=bench.stranger)
    with pytest.raises(ConflictError) as again:
        bench.make(bench.lot(quantity="7"))
    assert again.value.code is ErrorCode.REQUEST_WAITS
    bench.known.approve(number, who=bench.second)
    assert C.EXPIRY_MISMATCH in bench.verdict()[1]
    asked_, made, approved = table(bench.database, "audit_entry")
    assert [asked_["action"], made["action"], approved["action"]] == ["ask", "correct", "approve"]
    assert [asked_["actor"], made["actor"]] == ["Rita", "Sam"]
    with pytest.raises(ConflictError):
        bench.known.approve(number, who=bench.second)


def test_a_request_is_refused_by_another_person_or_retracted_by_its_author(bench: Bench) -> None:
    bench.two()
    states = []
    for who in (bench.second, bench.who):
        number = bench.make(bench.lot(quantity="7"))
        assert number is not None
        bench.known.refuse(number, reason="the sheet says 9", who=who)
        states.append(bench.known.find(number, bench.who).state)
    assert states == ["refused", "retracted"]
    assert bench.row()["quantity"] is None


def test_a_record_that_changed_since_it_was_asked_is_asked_again(bench: Bench) -> None:
    bench.two()
    number = bench.make(bench.lot(quantity="7"))
    assert number is not None
    with bench.database.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(quantity=5))
    with pytest.raises(ConflictError) as refused:
        bench.known.approve(number, who=bench.second)
    assert refused.value.code is ErrorCode.RECORD_CHANGED


def test_an_extension_beyond_the_bound_asks_a_second_person(bench: Bench) -> None:
    bench.make(bench.lot(made="2024-01-15"))
    bench.make(bench.product(stability_months="42"))
    within = bench.known.preview(ExpiryChange(GTIN, "A1", "2027-07", "CP-1"), bench.who)
    beyond = bench.known.preview(ExpiryChange(GTIN, "A1", "2027-08", "CP-1"), bench.who)
    assert (within.second, beyond.second) == (SecondPerson.NOT_NEEDED, SecondPerson.BOUND)
    assert beyond.notes == (("bound", "2027-07-31"),)
    number = bench.make(ExpiryChange(GTIN, "A1", "2088-12-31", "CP-1"))
    assert number is not None
    assert bench.row()["expiry"] != "2088-12-31"
    # a correction is no way around it
    assert bench.known.preview(bench.lot(expiry="2028-12-31"), bench.who).second is SecondPerson.BOUND
    # five years where the product's own time is not on record
    bench.known.refuse(number, reason="a slip", who=bench.who)
    bench.make(bench.product(stability_months=""))
    assert bench.make(ExpiryChange(GTIN, "A1", "2029-01", "CP-2")) is None
    beyond = bench.known.preview(ExpiryChange(GTIN, "A1", "2029-02", "CP-3"), bench.who)
    assert beyond.second is SecondPerson.BOUND


def test_an_extension_has_a_way_back(bench: Bench) -> None:
    before = bench.row()
    for expiry in ("2028-06-30", "2028-12-31"):
        bench.make(ExpiryChange(GTIN, "A1", expiry, "CP"))
    with pytest.raises(ConflictError) as refused:
        bench.make(bench.lot(expiry="2027-07-31"))
    assert refused.value.code is ErrorCode.EXTENSION_STANDS
    with pytest.raises(ConflictError):  # the latest first
        bench.make(ExtensionWithdrawal(1))
    bench.make(ExtensionWithdrawal(2))
    assert str(bench.row()["expiry"]) == "2028-06-30"
    bench.make(ExtensionWithdrawal(1))
    assert bench.row() == before
    assert bench.verdict() == (A.ACCEPT, {C.UNIT_ON_RECORD})
    with pytest.raises(ConflictError) as again:
        bench.make(ExtensionWithdrawal(1))
    assert again.value.code is ErrorCode.WITHDRAWN_BEFORE
    bench.make(bench.lot(expiry="2027-07-31"))  # free again


def test_one_person_turns_the_rule_on_and_two_turn_it_off(bench: Bench) -> None:
    owner = bench.who.organisation_id
    assert owner is not None
    assert bench.make(TwoPersonRule(owner, wanted=True)) is None
    rows = {row["name"]: bool(row["two_person_release"]) for row in table(bench.database, "manufacturer")}
    assert rows == {"Example Biologics": True, "Other Biologics": False}
    number = bench.make(TwoPersonRule(owner, wanted=False))
    assert number is not None
    with pytest.raises(ForbiddenError):
        bench.known.approve(number, who=bench.who)
    bench.known.approve(number, who=bench.second)
    assert not any(row["two_person_release"] for row in table(bench.database, "manufacturer"))
    with pytest.raises(NotFoundError):
        bench.known.submit(TwoPersonRule(owner, wanted=True), reason="r", who=bench.stranger)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_survives_being_stored(kind: str) -> None:
    samples: dict[str, dict[str, Any]] = {
        "product": {"gtin": GTIN, "corrected": {"name": "X", "markets": ["FR"]}},
        "batch": {"gtin": GTIN, "lot": "A1", "corrected": {"expiry": "2027-07-31"}},
        "units": {
            "gtin": GTIN,
            "selection": {"first": "", "last": "", "serials": ["S1"], "lot": ""},
            "step": "holding",
            "to_lot": "",
        },
        "units_withdrawal": {"number": 3},
        "extension": {"gtin": GTIN, "lot": "A1", "expiry": "2028-06", "reference": "CP"},
        "extension_withdrawal": {"number": 3},
        "alert_withdrawal": {"number": 3},
        "import_withdrawal": {"number": 3},
        "mark_withdrawal": {"number": 3},
        "merge": {"wrong": "A", "right": "B"},
        "two_persons": {"organisation_id": 1, "wanted": False},
        "link_addition": {"gtin": GTIN, "link": {"link_type": "pip", "href": "https://www.maker.example/en"}},
        "link_removal": {"gtin": GTIN, "number": 3},
        "maker_settings": {"organisation_id": 1, "settings": {"link_hosts": ["www.maker.example"]}},
    }
    change = KINDS[kind].of_values(samples[kind])
    assert change.values() == samples[kind]
    assert KINDS[kind].of_values(change.values()) == change


def test_an_unknown_lot_is_named(bench: Bench) -> None:
    with pytest.raises(VialcheckError) as refused:
        bench.lot("NONE", expiry="2027-07-31")
    assert refused.value.code is ErrorCode.LOT_NOT_ON_RECORD

"""What events do to units and lots, and what they cannot do."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from service.accounts.actors import OrganisationKind
from service.authenticity.dispositions import Disposition
from service.registry.epcis import captures, staging
from service.registry.lists.ownership import Owner
from service.storage.database import Database
from service.storage.models import Product, Recall
from tests.factories.events import (
    CASE,
    PALLET,
    URN,
    captured,
    commissioning,
    document,
    event,
    refusal,
    step,
    taken,
    xml_commissioning,
    xml_document,
)
from tests.factories.lists import GTIN, NOW, prepared, table


@pytest.fixture
def stocked(database: Database, tmp_path: Path) -> Database:
    """Two products with three batches on record, and five units of a new lot N1."""
    prepared(database, tmp_path)
    outcome = taken(database, tmp_path, commissioning("12345"))
    assert (outcome.applied, outcome.units) == (1, 5)
    return database


def units(database: Database) -> dict[str, str]:
    """The dispositions of the units of N1, by serial."""
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT serial, disposition FROM unit ORDER BY serial").all()
    return {row[0]: str(Disposition.from_number(row[1])) for row in rows}


def test_commissioning_makes_lot_and_units(stocked: Database) -> None:
    (lot,) = (row for row in table(stocked, "batch") if row["lot"] == "N1")
    assert (str(lot["expiry"]), lot["status"]) == ("2028-12-31", "released")
    assert units(stocked) == dict.fromkeys("12345", "active")
    audited = {(row["action"], row["object_type"], row["object_id"]) for row in table(stocked, "audit_entry")}
    assert {("create", "batch", f"{GTIN}/N1"), ("commission", "batch", f"{GTIN}/N1")} <= audited
    (kept,) = table(stocked, "epcis_event")
    assert (kept["outcome"], kept["whole"]) == ("applied", 1 if stocked.is_sqlite else True)
    assert "epcList" not in json.dumps(kept["body"])  # its EPCs are rows of their own


def test_the_same_in_xml_of_1_2(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    outcome = captured(database, tmp_path, xml_document(xml_commissioning("12", lot="A1")))
    assert (outcome.refused, outcome.units) == (False, 2)
    again = captured(database, tmp_path, xml_document(xml_commissioning("12", lot="A1")))
    assert (again.known, again.units, len(units(database))) == (1, 0, 2)


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("shipping", "in_transit"),
        ("receiving", "in_progress"),
        ("dispensing", "dispensed"),
        ("decommissioning", "inactive"),
        ("destroying", "destroyed"),
        ("holding", "locked"),
    ],
)
def test_steps(stocked: Database, tmp_path: Path, name: str, disposition: str) -> None:
    action = "DELETE" if name in ("decommissioning", "destroying") else "OBSERVE"
    assert taken(stocked, tmp_path, step(name, "12", action=action)).applied == 1
    assert units(stocked) == dict.fromkeys("12", disposition) | dict.fromkeys("345", "active")
    assert {row["step"] for row in table(stocked, "unit_change")} == {name}
    assert name in {row["action"] for row in table(stocked, "audit_entry")}


def test_both_forms_of_an_epc_name_one_unit(stocked: Database, tmp_path: Path) -> None:
    link = f"https://id.gs1.org/01/{GTIN}/21/3"
    taken(stocked, tmp_path, step("dispensing", []) | {"epcList": [link]})
    assert units(stocked)["3"] == "dispensed"


def test_what_a_case_on_a_pallet_holds_goes_with_it(stocked: Database, tmp_path: Path) -> None:
    taken(
        stocked,
        tmp_path,
        event(
            type="AggregationEvent", action="ADD", parentID=CASE, childEPCs=[f"{URN}{each}" for each in "12"]
        ),
        event(type="AggregationEvent", action="ADD", parentID=PALLET, childEPCs=[CASE]),
        step("shipping", []) | {"epcList": [PALLET]},
    )
    assert units(stocked) == dict.fromkeys("12", "in_transit") | dict.fromkeys("345", "active")
    everything_out = event(type="AggregationEvent", action="DELETE", parentID=CASE)
    taken(stocked, tmp_path, everything_out | {"eventTime": "2026-11-22T09:00:00Z"})
    assert [row["parent_key"] for row in table(stocked, "epcis_containment")] == ["00095060000000000022"]


def test_a_thing_is_in_one_case_at_a_time(stocked: Database, tmp_path: Path) -> None:
    def packed(parent: str) -> dict[str, Any]:
        return event(type="AggregationEvent", action="ADD", parentID=parent, childEPCs=[f"{URN}1"])

    taken(stocked, tmp_path, packed(CASE))
    assert refusal(captured(stocked, tmp_path, document(packed(PALLET))))[2] == "event_out_of_order"


@pytest.mark.parametrize(
    ("fields", "scope"),
    [
        ({"quantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/N1"}], "epcList": []}, "lot"),
        ({"quantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.N1"}]}, "lot"),
        ({"quantityList": [{"epcClass": "urn:epc:idpat:sgtin:9506000.013435.*"}]}, "product"),
        ({"epcList": [f"{URN}1", f"{URN}2"]}, "list"),
    ],
)
def test_recalls(stocked: Database, tmp_path: Path, fields: dict[str, Any], scope: str) -> None:
    recalled = {"bizStep": "holding", "disposition": "recalled"}
    outcome = taken(stocked, tmp_path, event(**recalled | fields))
    assert outcome.applied == 1
    assert [row["scope"] for row in table(stocked, "recall")] == [scope]
    lasting = {"bizStep": "inspecting", "persistentDisposition": {"set": ["recalled"]}}
    taken(stocked, tmp_path, event(**lasting | fields))
    assert len(table(stocked, "recall")) == (2 if scope == "list" else 1)  # in force already


def test_the_end_of_a_recall_is_for_a_person(stocked: Database, tmp_path: Path) -> None:
    lot = {"quantityList": [{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/N1"}]}
    taken(stocked, tmp_path, event(bizStep="holding", disposition="recalled", **lot))
    taken(
        stocked, tmp_path, event(bizStep="inspecting", persistentDisposition={"unset": ["recalled"]}, **lot)
    )
    assert table(stocked, "recall_lift") == []


def test_a_quantity_of_a_lot_makes_the_lot(database: Database, tmp_path: Path) -> None:
    prepared(database, tmp_path)
    lots = [{"epcClass": "urn:epc:class:lgtin:9506000.013435.Q7", "quantity": 400}]
    taken(database, tmp_path, commissioning([], quantityList=lots, epcList=[]))
    (lot,) = (row for row in table(database, "batch") if row["lot"] == "Q7")
    assert lot["quantity"] == 400


def test_an_error_declaration_takes_back_what_the_event_did(stocked: Database, tmp_path: Path) -> None:
    wrong = step("dispensing", "12", eventID="urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8")
    taken(stocked, tmp_path, wrong)
    declared = wrong | {
        "errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z", "reason": "did_not_occur"}
    }
    assert taken(stocked, tmp_path, declared).applied == 1
    assert units(stocked) == dict.fromkeys("12345", "active")
    assert len(table(stocked, "withdrawal")) == 1
    # an earlier step is possible again, because the wrong one does not count as the last
    taken(stocked, tmp_path, step("shipping", "1", at="2026-11-20T20:00:00Z"))
    assert taken(stocked, tmp_path, declared).known == 1


def test_units_that_were_never_made_are_taken_off(stocked: Database, tmp_path: Path) -> None:
    taken(stocked, tmp_path, step("dispensing", "5"))
    wrong = commissioning("12345") | {"errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z"}}
    taken(stocked, tmp_path, wrong)
    assert units(stocked) == {"5": "dispensed"}  # used meanwhile
    assert any("stay as they are" in row["why"] for row in table(stocked, "epcis_event"))


def test_a_declaration_about_another_event_is_refused(stocked: Database, tmp_path: Path) -> None:
    name = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    taken(stocked, tmp_path, step("dispensing", "12", eventID=name))
    other = step("dispensing", "34", eventID=name)
    declared = other | {"errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z"}}
    assert refusal(captured(stocked, tmp_path, document(declared)))[2] == "event_known_otherwise"


SAME_ID = {"eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"}


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([step("shipping", ["9"])], "serials_not_on_record"),
        ([step("dispensing", "1"), step("dispensing", "1", at="2026-11-22T08:00:00Z")], "event_out_of_order"),
        ([step("destroying", "1"), step("shipping", "1", at="2026-11-22T08:00:00Z")], "event_out_of_order"),
        ([step("shipping", "1", **SAME_ID), step("shipping", "2", **SAME_ID)], "event_known_otherwise"),
        ([commissioning("1", lot="B2", ilmd={"cbvmda:lotNumber": "B2"})], "conflict"),  # of another lot
        ([commissioning("6", ilmd={})], "value_missing"),  # no lot
        ([commissioning("6", lot="Z9", ilmd={"cbvmda:lotNumber": "Z9"})], "value_missing"),  # a new one without expiry
        ([commissioning("6", ilmd={"cbvmda:lotNumber": "N1", "cbvmda:itemExpirationDate": "2027-01-01"})], "conflict"),
        ([commissioning("6", ilmd={"cbvmda:lotNumber": ["N1", "N2"]})], "value_invalid"),
    ],
)  # fmt: skip
def test_what_contradicts_the_record_takes_the_whole_document_back(
    stocked: Database, tmp_path: Path, events: list[dict[str, Any]], code: str
) -> None:
    before = {name: table(stocked, name) for name in ("unit", "batch", "epcis_event", "audit_entry")}
    fine = commissioning(["77"], lot="FINE")
    outcome = captured(stocked, tmp_path, document(fine, *events))
    assert refusal(outcome)[2] == code
    assert before == {name: table(stocked, name) for name in before}


def test_an_event_before_the_last_one_of_its_unit_is_refused(stocked: Database, tmp_path: Path) -> None:
    taken(stocked, tmp_path, step("shipping", "1", at="2026-11-22T08:00:00Z"))
    outcome = captured(stocked, tmp_path, document(step("receiving", "1", at="2026-11-22T07:00:00Z")))
    assert refusal(outcome)[2] == "event_out_of_order"


def test_the_events_of_one_document_count_in_the_order_of_time(stocked: Database, tmp_path: Path) -> None:
    late, early = step("receiving", "1", at="2026-11-22T08:00:00Z"), step("shipping", "1")
    taken(stocked, tmp_path, late, early)
    assert units(stocked)["1"] == "in_progress"


def test_the_same_id_for_another_event_is_refused_later_too(stocked: Database, tmp_path: Path) -> None:
    taken(stocked, tmp_path, step("shipping", "1", **SAME_ID))
    assert taken(stocked, tmp_path, step("shipping", "1", **SAME_ID)).known == 1
    outcome = captured(stocked, tmp_path, document(step("shipping", "2", **SAME_ID)))
    assert refusal(outcome)[2] == "event_known_otherwise"


def organisation(database: Database, name: str, prefix: str = "") -> Owner:
    """An organisation that has a manufacturer with this prefix."""
    with database.transaction() as connection:
        number = connection.exec_driver_sql(
            "INSERT INTO organisation (name, kind, contact, country, region, created) VALUES "
            f"('{name}', 'manufacturer', '', '', '', '2026-01-01 00:00:00') RETURNING id"
        ).scalar_one()
        connection.exec_driver_sql(
            "INSERT INTO manufacturer (name, gs1_prefixes, catalogue_complete, contact, organisation_id) "
            f"VALUES ('{name}', '{prefix}', false, '', {number})"
        )
    return Owner.organisation(number, name, OrganisationKind.MANUFACTURER)


def test_events_of_others_products_are_kept_and_change_nothing(stocked: Database, tmp_path: Path) -> None:
    stranger = organisation(stocked, "Stranger")
    outcome = captured(stocked, tmp_path, document(step("destroying", "12")), owner=stranger)
    assert (outcome.refused, outcome.applied, outcome.kept) == (False, 0, 1)
    assert set(units(stocked).values()) == {"active"}
    assert table(stocked, "epcis_event")[-1]["why"] == "Its products are not on record here."


@pytest.mark.parametrize(
    ("fields", "head", "code"),
    [
        ({"sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:9506000.00001"}]}, {}, ""),
        ({"sourceList": [{"type": "owning_party", "source": "urn:epc:id:pgln:4012345.00001"}]}, {}, "sender_not_yours"),
        ({"sourceList": [{"type": "location", "source": "urn:epc:id:sgln:4012345.00001.0"}]}, {}, ""),  # a warehouse
        ({}, {"sender": "urn:epc:id:pgln:4012345.00001"}, "sender_not_yours"),
        ({}, {"sender": "9506000000015"}, ""),
    ],
)  # fmt: skip
def test_a_sender_names_only_itself(
    database: Database, tmp_path: Path, fields: dict[str, Any], head: dict[str, Any], code: str
) -> None:
    mine = organisation(database, "Mine", "9506000")
    shipped = step("shipping", ["1"], **fields)
    outcome = captured(database, tmp_path, document(shipped, **head), owner=mine)
    assert [each["code"] for each in outcome.errors] == ([code] if code else [])
    assert len(table(database, "epcis_event")) == (0 if code else 1)


def test_a_dry_run_says_the_same_and_changes_nothing(stocked: Database, tmp_path: Path) -> None:
    before = table(stocked, "unit")
    outcome = captured(stocked, tmp_path, document(step("shipping", "12")), dry_run=True)
    assert (outcome.applied, table(stocked, "unit")) == (1, before)
    assert len(table(stocked, "epcis_capture")) == 1


def test_more_than_one_piece(stocked: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve chunks of ten units in pieces of two chunks: as if it were one."""
    monkeypatch.setattr(staging, "CHUNK", 10)
    monkeypatch.setattr(captures, "CHUNK", 10)
    monkeypatch.setattr(captures, "AT_ONCE", 20)
    serials = [f"S{number:03}" for number in range(120)]
    outcome = taken(
        stocked,
        tmp_path,
        commissioning(serials, lot="B2", ilmd={"cbvmda:lotNumber": "B2"}),
        step("shipping", serials[:50]),
    )
    assert (outcome.applied, outcome.units, outcome.errors) == (2, 120, [])
    found = units(stocked)
    assert [found[each] for each in serials] == ["in_transit"] * 50 + ["active"] * 70
    assert {row["state"] for row in table(stocked, "epcis_capture")} == {"done"}
    assert {row["importing"] for row in table(stocked, "product")} == {None}
    assert sum(row["field"] == "epcList" for row in table(stocked, "epcis_event_epc")) == 5 + 120 + 50


def test_a_recall_of_serials_knows_the_lots_of_units_that_come_later(
    stocked: Database, tmp_path: Path
) -> None:
    with stocked.transaction() as connection:
        product = select(Product.id).where(Product.gtin == GTIN).scalar_subquery()
        said = {"kind": "recall", "scope": "range", "serial_from": "8", "serial_to": "9"}
        connection.execute(
            insert(Recall).values(said | {"product_id": product, "at": NOW, "actor": "a", "reason": "r"})
        )
    taken(stocked, tmp_path, commissioning("89"))
    assert {row["owning_lots"] for row in table(stocked, "recall")} == {"N1"}

"""Documents in all three forms: what is refused, with its place, and what hostile ones achieve (nothing)."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.storage.database import Database
from tests.factories.events import (
    CONTEXT,
    URN,
    captured,
    commissioning,
    document,
    event,
    refusal,
    xml_commissioning,
    xml_document,
)
from tests.factories.lists import table

LIST = "/epcisBody/eventList/0"


@pytest.fixture
def database(sqlite_url: str) -> Any:
    opened = Database(sqlite_url)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("fields", "place", "code"),
    [
        ({"eventTime": "2026-11-20"}, f"{LIST}/eventTime", "value_invalid"),
        ({"eventTime": "2026-11-20T10:00:00"}, f"{LIST}/eventTime", "value_invalid"),  # no zone
        ({"eventTime": "2026-02-30T10:00:00Z"}, f"{LIST}/eventTime", "value_invalid"),  # no such day
        ({"eventTime": "2026-11-24T10:00:00Z"}, f"{LIST}/eventTime", "event_in_future"),
        ({"eventTimeZoneOffset": "01:00"}, f"{LIST}/eventTimeZoneOffset", "value_invalid"),
        ({"eventTimeZoneOffset": "+15:00"}, f"{LIST}/eventTimeZoneOffset", "value_invalid"),
        ({"eventTimeZoneOffset": None}, f"{LIST}/eventTimeZoneOffset", "value_missing"),
        ({"action": None}, f"{LIST}/action", "value_missing"),
        ({"action": "add"}, f"{LIST}/action", "value_invalid"),
        ({"type": "QuantityEvent"}, f"{LIST}/type", "value_invalid"),  # gone since 2.0
        ({"epcList": ["12345"]}, f"{LIST}/epcList/0", "value_invalid"),
        ({"epcList": [f"{URN}1", f"{URN}1"]}, f"{LIST}/epcList", "value_invalid"),
        ({"epcList": "urn:a:b"}, f"{LIST}/epcList", "value_invalid"),
        ({"epcList": None}, LIST, "value_invalid"),  # about nothing
        ({"childEPCs": ["urn:a:b"]}, f"{LIST}/childEPCs", "value_invalid"),  # of another type of event
        ({"bizStep": "https://ref.gs1.org/cbv/BizStep-teleporting"}, f"{LIST}/bizStep", "value_invalid"),
        ({"disposition": "sold"}, f"{LIST}/disposition", "value_invalid"),
        ({"persistentDisposition": {}}, f"{LIST}/persistentDisposition", "value_invalid"),
        ({"persistentDisposition": {"set": []}}, f"{LIST}/persistentDisposition/set", "value_invalid"),
        ({"persistentDisposition": {"on": ["active"]}}, f"{LIST}/persistentDisposition/on", "value_invalid"),
        ({"readPoint": {}}, f"{LIST}/readPoint/id", "value_missing"),
        ({"sourceList": [{"source": "urn:a:b"}]}, f"{LIST}/sourceList/0/type", "value_missing"),
        ({"bizTransactionList": [{"type": "po"}]}, f"{LIST}/bizTransactionList/0/bizTransaction", "value_missing"),
        ({"quantityList": [{"epcClass": "urn:a:b", "quantity": "5"}]}, f"{LIST}/quantityList/0/quantity", "value_invalid"),
        ({"quantityList": [{"epcClass": "urn:a:b", "uom": "kilogram"}]}, f"{LIST}/quantityList/0/uom", "value_invalid"),
        ({"ilmd": {"cbvmda:lotNumber": "A"}}, f"{LIST}/ilmd", "value_invalid"),  # only with ADD
        ({"colour": "red"}, f"{LIST}/colour", "value_invalid"),
        ({"{urn:x}colour": "red"}, f"{LIST}/{{urn:x}}colour", "value_invalid"),
        ({"errorDeclaration": {"reason": "incorrect_data"}}, f"{LIST}/errorDeclaration/declarationTime", "value_missing"),
        ({"eventID": "17"}, f"{LIST}/eventID", "value_invalid"),
        ({"sensorElementList": [{}]}, f"{LIST}/sensorElementList/0/sensorReport", "value_missing"),
        *(
            ({"sensorElementList": [{"sensorReport": [{"type": "Mass", name: value}]}]}, f"{LIST}/sensorElementList/0/sensorReport/0/{name}", "value_invalid")
            for name, value in (("value", "5"), ("value", True), ("booleanValue", "true"), ("time", "noon"), ("uriValue", "x"), ("hexBinaryValue", "xyz"), ("uom", 5), ("colour", "red"))
        ),
        ({"sensorElementList": [{"sensorReport": [{"value": 5}]}]}, f"{LIST}/sensorElementList/0/sensorReport/0", "value_invalid"),
    ],
)  # fmt: skip
def test_one_wrong_field_refuses_the_document(
    database: Database, tmp_path: Path, fields: dict[str, Any], place: str, code: str
) -> None:
    good, bad = commissioning(["1"]), event(**{"epcList": [f"{URN}2"]} | fields)
    outcome = captured(database, tmp_path, document(bad, good))
    assert (refusal(outcome)[0], refusal(outcome)[2]) == (place, code)
    assert outcome.errors[0]["event"] == 1
    assert table(database, "epcis_event") == []
    assert table(database, "epcis_capture") == []


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"type": "AggregationEvent", "action": "ADD", "childEPCs": ["urn:a:b"]}, f"{LIST}/parentID"),
        ({"type": "AggregationEvent", "action": "ADD", "parentID": "urn:a:b"}, LIST),
        ({"type": "AssociationEvent", "childEPCs": ["urn:a:b"]}, f"{LIST}/parentID"),
        ({"type": "TransactionEvent", "epcList": ["urn:a:b"]}, f"{LIST}/bizTransactionList"),
        ({"type": "TransformationEvent", "action": None, "inputEPCList": ["urn:a:b"]}, LIST),
    ],
)
def test_what_each_type_of_event_needs(
    database: Database, tmp_path: Path, fields: dict[str, Any], place: str
) -> None:
    assert refusal(captured(database, tmp_path, document(event(**fields))))[0] == place


@pytest.mark.parametrize(
    "fields",
    [
        {"epcList": []},
        {"bizStep": "https://ref.gs1.org/cbv/BizStep-shipping", "epcList": ["urn:a:b"]},
        {"bizStep": "urn:epcglobal:cbv:bizstep:shipping", "epcList": ["urn:a:b"]},
        {"bizStep": "https://example.com/steps/teleporting", "epcList": ["urn:a:b"]},
        {"disposition": "urn:epcglobal:cbv:disp:non_sellable_expired", "epcList": ["urn:a:b"]},  # of the CBV 1
        {"quantityList": [{"epcClass": "urn:epc:class:lgtin:9506000.013435.A1", "quantity": 200.5, "uom": "KGM"}]},
        {"eventTime": "2026-11-20T10:00:00.123456789Z", "epcList": ["urn:a:b"]},
        {"type": "AggregationEvent", "childEPCs": ["urn:a:b"]},  # OBSERVE needs no parent
        {"type": "AggregationEvent", "action": "DELETE", "parentID": "urn:a:b"},  # everything in it
        {"type": "TransformationEvent", "action": None, "inputEPCList": ["urn:a:b"], "transformationID": "urn:a:c"},
        {"type": "https://example.com/OwnEvent"},
        {"undeclared:colour": "red", "epcList": ["urn:a:b"]},
        {"epcList": ["urn:epc:id:sgtin:12.3.4"]},  # malformed, and so of no product: kept
        {"recordTime": "2026-11-20T11:00:00Z", "certificationInfo": ["https://a.example/c"], "epcList": ["urn:a:b"]},
    ],
)  # fmt: skip
def test_what_the_standard_allows_is_taken(
    database: Database, tmp_path: Path, fields: dict[str, Any]
) -> None:
    outcome = captured(database, tmp_path, document(event(**fields)))
    assert (outcome.refused, outcome.kept + outcome.applied) == (False, 1), outcome.errors


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ({"@context": None}, "@context"),
        ({"schemaVersion": None}, "schemaVersion"),
        ({"schemaVersion": "two"}, "schemaVersion"),
        ({"creationDate": None}, "creationDate"),
        ({"epcisBody": {}}, "epcisBody"),
        ({"extra": 1}, "extra"),
        ({"type": "Thing"}, "type"),
    ],
)
def test_the_head_of_a_document(database: Database, tmp_path: Path, head: dict[str, Any], field: str) -> None:
    said = {
        name: value
        for name, value in (json.loads(document(commissioning(["1"]))) | head).items()
        if value is not None
    }
    assert refusal(captured(database, tmp_path, json.dumps(said)))[1] == field


def test_one_event_alone_is_a_document(database: Database, tmp_path: Path) -> None:
    alone = {"@context": CONTEXT} | event(epcList=["urn:a:b"])
    assert captured(database, tmp_path, json.dumps(alone)).kept == 1
    element = xml_commissioning(["1"]).replace(
        "<ObjectEvent>", '<ObjectEvent xmlns:cbvmda="urn:epcglobal:cbv:mda">'
    )
    assert (
        captured(database, tmp_path, element.replace("<extension>", "").replace("</extension>", "")).kept == 1
    )


def test_names_of_extensions_mean_the_same_under_any_prefix(database: Database, tmp_path: Path) -> None:
    """Another prefix for one namespace, in the document or in the event, is the same event."""
    one = event(epcList=["urn:a:b"]) | {"x:colour": {"x:shade": "red"}}
    other = event(epcList=["urn:a:b"]) | {"y:colour": {"y:shade": "red"}, "@context": {"y": "http://e.com/"}}
    first = document(one, **{"@context": [CONTEXT, {"x": "http://e.com/"}]})
    assert captured(database, tmp_path, first).kept == 1
    assert captured(database, tmp_path, document(other)).known == 1


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "content",
    [
        BOMB + xml_document(xml_commissioning(["&b;"])),
        OUTSIDE + xml_document(xml_commissioning(["&a;"])),
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + xml_document(xml_commissioning(["1"])),
        '<!DOCTYPE x PUBLIC "-//A//B" "b.dtd">' + xml_document(xml_commissioning(["1"])),
        xml_document(xml_commissioning(["1"])).replace("</EventList>", ""),
        xml_document(xml_commissioning(["1"])) + "<more/>",
        xml_document("<a>" * 100 + "</a>" * 100),
        xml_document(
            xml_commissioning(["1"]).replace("<action>", "<ext:a>" * 100 + "</ext:a>" * 100 + "<action>")
        ),
        xml_document("<PurpleEvent/>"),
        xml_document(xml_commissioning(["1"])).replace("urn:epcglobal:epcis:xsd:1", "urn:other"),
        xml_document(xml_commissioning(["1"])).replace('schemaVersion="1.2"', ""),
        "<html><body>not found</body></html>",
        "<",
        "{",
        '{"type": "EPCISDocument"',
        '{"type": "EPCISDocument", "type": "ObjectEvent", "@context": []}',  # a name twice
        document(event(epcList=["urn:a:b"])).replace('"action"', '"action": "ADD", "action"'),
        '{"type": "EPCISDocument", "x": ' + "[" * 5000 + "]" * 5000 + "}",
        document(event(quantityList=[{"epcClass": "urn:a:b", "quantity": 12345}])).replace(
            "12345", "1" * 400
        ),
        document(event(quantityList=[{"epcClass": "urn:a:b", "quantity": 12345}])).replace(
            "12345", "1e99999"
        ),
        document(event(epcList=["urn:a:" + "b" * 300_000])),
        document(commissioning(["1"])).encode()[:-1] + b"\xff}",
        document(commissioning(["1"])) + "{}",
        document(commissioning(["1"])).encode("utf-16"),
        "",
        "hello",
    ],
    ids=range(26),
)
def test_hostile_documents_are_refused_with_a_place_and_leave_nothing(
    database: Database, tmp_path: Path, content: str | bytes
) -> None:
    outcome = captured(database, tmp_path, content)
    assert all(refusal(outcome))
    for name in ("epcis_event", "epcis_capture", "unit", "batch", "audit_entry"):
        assert table(database, name) == []


def test_the_place_in_xml_is_a_line(database: Database, tmp_path: Path) -> None:
    lines = (
        xml_commissioning(["1", "2"])
        .replace(f"<epc>{URN}2", "\n<epc>two")
        .replace("<action>", "\n\n<action>")
    )
    outcome = captured(database, tmp_path, xml_document(lines))
    assert refusal(outcome) == ("line 2", "epcList", "value_invalid")


@pytest.mark.parametrize(
    ("version", "taken"),
    [("1.2", True), ("2.0", False)],
    ids=["any order in 1.2", "the schema's order in 2.0"],
)
def test_the_order_of_fields(database: Database, tmp_path: Path, version: str, taken: bool) -> None:
    """EPCIS 1.2 has the same order in its schema; real partners do not keep it, and nothing is unclear."""
    swapped = (
        xml_commissioning(["1"])
        .replace("<action>ADD</action>", "", 1)
        .replace("<epcList>", "<action>ADD</action><epcList>", 1)
    )
    outcome = captured(database, tmp_path, xml_document(swapped, version=version))
    assert outcome.refused is not taken


@pytest.mark.parametrize(
    ("inside", "taken"),
    [
        ("<persistentDisposition><unset>urn:epcglobal:cbv:disp:active</unset><set>urn:epcglobal:cbv:disp:expired</set></persistentDisposition>", True),
        ("<persistentDisposition><set>urn:epcglobal:cbv:disp:active</set><unset>urn:epcglobal:cbv:disp:expired</unset></persistentDisposition>", False),
        ("<quantityList><quantityElement><quantity>5</quantity><epcClass>urn:a:b</epcClass></quantityElement></quantityList>", False),
        ("<colour>red</colour>", False),
        ("<ext:colour>red</ext:colour>", True),
        ("<sensorElementList><sensorElement><sensorReport type='gs1:Mass' value='heavy'/></sensorElement></sensorElementList>", False),
        ("<sensorElementList><sensorElement><sensorReport type='gs1:Mass' value='5.50'/></sensorElement></sensorElementList>", True),
        ("<ilmd><lot>A</lot></ilmd>", False),
        ("<ilmd><ext:lot>A</ext:lot></ilmd>", True),
    ],
)  # fmt: skip
def test_the_schema_of_2_0_in_xml(database: Database, tmp_path: Path, inside: str, taken: bool) -> None:
    xml = (
        "<ObjectEvent><eventTime>2026-11-20T09:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
        f"<epcList><epc>urn:a:b</epc></epcList><action>ADD</action>{inside}</ObjectEvent>"
    )
    assert captured(database, tmp_path, xml_document(xml, version="2.0")).refused is not taken


def test_a_quantity_event_of_1_0_is_an_object_event(database: Database, tmp_path: Path) -> None:
    xml = (
        "<QuantityEvent><eventTime>2026-11-20T09:00:00Z</eventTime>"
        "<eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
        "<epcClass>urn:epc:idpat:sgtin:9506000.013435.*</epcClass><quantity>5</quantity></QuantityEvent>"
    )
    assert not captured(database, tmp_path, xml_document(xml, version="1.0")).refused
    (row,) = table(database, "epcis_event")
    assert (row["type"], row["action"]) == ("ObjectEvent", "OBSERVE")
    assert json.loads(row["body"])["quantityList"][0]["quantity"] == 5


def test_a_question_has_no_events(database: Database, tmp_path: Path) -> None:
    poll = (
        '<q:EPCISQueryDocument xmlns:q="urn:epcglobal:epcis-query:xsd:2"><EPCISBody><q:Poll>'
        "<queryName>SimpleEventQuery</queryName><params/></q:Poll></EPCISBody></q:EPCISQueryDocument>"
    )
    outcome = captured(database, tmp_path, poll)
    assert (outcome.refused, outcome.events) == (False, 0)
    assert outcome.head is not None
    assert "no events" in outcome.head.remarks[0]


def test_ids_as_partners_write_them(database: Database, tmp_path: Path) -> None:
    """A bare UUID, and a business transaction with a blank in it: XML Schema lets both be an anyURI."""
    written = (
        xml_commissioning(["1"])
        .replace("<epcList>", "<baseExtension><eventID>374D95FC-9457-4a51-bd6a-0bba133845a8</eventID></baseExtension><epcList>")
        .replace("<extension>", '<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">urn:epcglobal:cbv:bt:9521141000005:PO 17'
                 "</bizTransaction></bizTransactionList><extension>")
    )  # fmt: skip
    assert not captured(database, tmp_path, xml_document(written)).refused
    (row,) = table(database, "epcis_event")
    assert row["event_id"] == "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    transactions = json.loads(row["body"])["bizTransactionList"]
    assert transactions == [{"bizTransaction": "urn:epcglobal:cbv:bt:9521141000005:PO%2017", "type": "po"}]


def test_the_answer_to_a_query_in_soap(database: Database, tmp_path: Path) -> None:
    answer = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        '<q:QueryResults xmlns:q="urn:epcglobal:epcis-query:xsd:1" xmlns:cbvmda="urn:epcglobal:cbv:mda">'
        f"<resultsBody><EventList>{xml_commissioning(['1'])}</EventList></resultsBody></q:QueryResults></s:Body></s:Envelope>"
    )
    assert captured(database, tmp_path, answer).kept == 1

"""What was captured is exported, captured in an empty instance, and exported again: the same events and units."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.registry.epcis.queries.export import export_events
from service.storage.database import Database
from tests.factories.events import (
    CASE,
    PALLET,
    URN,
    captured,
    commissioning,
    document,
    event,
    step,
    taken,
    xml_commissioning,
    xml_document,
)
from tests.factories.lists import GTIN, NOW, prepared, table


def exported(database: Database) -> dict[str, Any]:
    target = io.BytesIO()
    export_events(database, None, target, NOW)
    found: dict[str, Any] = json.loads(target.getvalue())
    return found


def state(database: Database) -> list[Any]:
    """Lots, units and recalls as they stand."""
    lots = {row["id"]: row["lot"] for row in table(database, "batch")}
    return [
        sorted(
            (row["lot"], str(row["expiry"]), row["status"], row["quantity"])
            for row in table(database, "batch")
        ),
        sorted((row["serial"], lots[row["batch_id"]], row["disposition"]) for row in table(database, "unit")),
        sorted((row["scope"], row["lot"]) for row in table(database, "recall")),
        sorted((row["child_key"], row["parent_key"]) for row in table(database, "epcis_containment")),
    ]


@pytest.fixture
def pair(migrated_sqlite: Path, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """Two instances with the same products and lots, and no events."""
    made = []
    for name in ("one", "other"):
        path = tmp_path / f"{name}.db"
        shutil.copy(migrated_sqlite, path)
        made.append(Database(f"sqlite:///{path}"))
        prepared(made[-1], tmp_path)
    yield made[0], made[1]
    for each in made:
        each.close()


def require_round_trip(one: Database, other: Database, folder: Path) -> None:
    first = exported(one)
    outcome = captured(other, folder, json.dumps(first))
    assert not outcome.refused, outcome.errors
    assert exported(other) == first
    assert state(other) == state(one)


ID = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"


def test_a_day_of_events(pair: tuple[Database, Database], tmp_path: Path) -> None:
    one, other = pair
    wrong = step("dispensing", "5", eventID=ID)
    declaration = {"errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z", "reason": "did_not_occur"}}
    captured(one, tmp_path, xml_document(xml_commissioning("12345"), xml_commissioning(["a/b", "c%d"], "A1")))
    packed = [f"{URN}{each}" for each in "12"]
    taken(
        one,
        tmp_path,
        event(type="AggregationEvent", action="ADD", parentID=CASE, childEPCs=packed),
        event(type="AggregationEvent", action="ADD", parentID=PALLET, childEPCs=[CASE]),
        step("shipping", []) | {"epcList": [PALLET]},
        step("destroying", "3", action="DELETE"),
        wrong,
        wrong | declaration,
        commissioning([], epcList=[], quantityList=[{"epcClass": "urn:epc:class:lgtin:9506000.013435.Q7", "quantity": 4}]),
        event(disposition="recalled", quantityList=[{"epcClass": f"https://id.gs1.org/01/{GTIN}/10/A1"}], eventTime="2026-11-22T10:00:00Z"),
        event(epcList=[], sensorElementList=[{"sensorReport": [{"type": "Temperature", "value": 5.5, "uom": "CEL"}]}]),
        event(epcList=["urn:a:b"]) | {"ext:colour": {"ext:shades": ["red", 5, True, {"ext:deep": None}]}},
    )  # fmt: skip
    require_round_trip(one, other, tmp_path)
    assert len(exported(one)["epcisBody"]["eventList"]) == 12


def test_every_document_of_the_corpus(pair: tuple[Database, Database], tmp_path: Path, corpora: Path) -> None:
    """Events that change nothing here are kept whole, whatever form they came in."""
    one, other = pair
    for path in sorted((corpora / "epcis").rglob("*")):
        if path.is_file() and path.suffix in (".xml", ".json", ".jsonld"):
            captured(one, tmp_path, path.read_bytes())
    require_round_trip(one, other, tmp_path)
    assert len(exported(one)["epcisBody"]["eventList"]) > 80


LOCAL = st.text("abcXYZ", min_size=1, max_size=4)
VALUES = st.recursive(
    st.text(max_size=8) | st.integers(-(10**12), 10**12) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LOCAL.map("x:{}".format), inner, max_size=2),
    max_leaves=6,
)
FIELDS = st.fixed_dictionaries(
    {"epcList": st.lists(st.integers(0, 50).map("urn:a:{}".format), max_size=4, unique=True)},
    optional={
        "bizStep": st.sampled_from(["shipping", "https://example.com/step", "urn:epcglobal:cbv:bizstep:packing"]),
        "quantityList": st.lists(
            st.fixed_dictionaries(
                {"epcClass": st.just("urn:epc:class:lgtin:9521141.001234.A")},
                optional={"quantity": st.integers(0, 10**9) | st.sampled_from([0.5, 200.25]), "uom": st.just("KGM")},
            ),
            max_size=2,
        ),
        "eventID": st.integers(0, 10**6).map("urn:id:{}".format),
        "eventTime": st.datetimes(timezones=st.none()).filter(lambda at: 1970 < at.year < 2026).map(
            lambda at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06}Z"
        ),
        "y:own": VALUES,
        "readPoint": st.just({"id": "urn:epc:id:sgln:9521141.00001.0", "y:more": "1"}),
    },
)  # fmt: skip


@settings(max_examples=30)
@given(st.lists(FIELDS, min_size=1, max_size=4))
def test_any_event_is_exported_as_it_came(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, made: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    databases = []
    for name in ("one.db", "other.db"):
        shutil.copy(migrated_sqlite, folder / name)
        databases.append(Database(f"sqlite:///{folder / name}"))
    one, other = databases
    outcome = captured(one, folder, document(*(event(**each) for each in made)))
    if not outcome.refused:
        require_round_trip(one, other, folder)
    else:  # two of them have one id
        assert {each["code"] for each in outcome.errors} == {"event_known_otherwise"}
    for each in databases:
        each.close()


EVENT = {
    "type": "object",
    "required": ["type", "eventTime", "eventTimeZoneOffset", "eventID"],
    "propertyNames": {"pattern": r"^[a-zA-Z]+$|:|^@context$"},
}


def test_the_export_has_the_shape_of_the_standard(pair: tuple[Database, Database], tmp_path: Path) -> None:
    one, _ = pair
    taken(one, tmp_path, event(epcList=["urn:a:b"]) | {"ext:colour": "red"})
    said = exported(one)
    assert (said["type"], said["schemaVersion"]) == ("EPCISDocument", "2.0")
    for each in said["epcisBody"]["eventList"]:
        jsonschema.validate(each, EVENT)
        assert each["@context"] == {"ext1": "ext:"}
        assert each["ext1:colour"] == "red"

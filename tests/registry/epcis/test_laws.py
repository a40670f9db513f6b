"""Whatever is sent is taken or refused with a place: no document makes anything else happen."""

import copy
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.storage.database import Database
from tests.factories.events import (
    CASE,
    URN,
    captured,
    commissioning,
    document,
    event,
    step,
    xml_commissioning,
    xml_document,
)
from tests.factories.lists import GTIN, prepared

LINK = f"https://id.gs1.org/01/{GTIN}"
GOOD: dict[str, Any] = json.loads(
    document(
        commissioning("12", readPoint={"id": "urn:epc:id:sgln:9506000.00000.0"}, eventID="urn:uuid:1"),
        step("shipping", "1", sourceList=[{"type": "owning_party", "source": "urn:epc:id:pgln:9506000.00001"}]),
        event(type="AggregationEvent", action="ADD", parentID=CASE, childEPCs=[f"{URN}2"]),
        event(disposition="recalled", quantityList=[{"epcClass": f"{LINK}/10/N1", "quantity": 5, "uom": "EA"}]),
        event(type="TransformationEvent", action=None, inputEPCList=[f"{URN}1"], outputEPCList=[f"{LINK}/21/3"]),
        event(type="TransactionEvent", bizTransactionList=[{"type": "po", "bizTransaction": "urn:a:b"}], epcList=[]),
        commissioning("2", errorDeclaration={"declarationTime": "2026-11-22T09:00:00Z", "reason": "incorrect_data"}),
        event(epcList=[], persistentDisposition={"set": ["recalled"]}, sensorElementList=[{"sensorReport": [{"type": "Mass"}]}]),
    )
)  # fmt: skip
XML = xml_document(xml_commissioning("12"), xml_commissioning("3", "A1"), version="2.0")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
    | st.sampled_from([URN + "1", CASE, LINK, f"{LINK}/10/A%2", "2026-11-20T10:00:00Z", "ADD", "commissioning", "x:y"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.just("x:y"), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each value in a document."""
    if path:
        yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, each in members:
        yield from places(each, (*path, name))


PLACES = list(places(GOOD))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The good document with a few values gone, exchanged, or put under another name."""
    said = copy.deepcopy(GOOD)
    for path in draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3)):
        holder: Any = said
        try:
            for name in path[:-1]:
                holder = holder[name]
            how = draw(st.sampled_from(["gone", "other", "renamed", "listed"]))
            if how == "gone":
                del holder[path[-1]]
            elif how == "other":
                holder[path[-1]] = draw(JSON)
            elif how == "listed":
                holder[path[-1]] = [holder[path[-1]]] * 2
            else:
                holder[draw(st.text(max_size=6))] = holder.pop(path[-1])
        except (KeyError, IndexError, TypeError):
            continue
    return json.dumps(said)


@st.composite
def cut(draw: st.DrawFn) -> bytes:
    """The good document in XML with pieces taken out, put in or repeated."""
    text = XML
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.integers(0, 30))
        piece = draw(st.text("<>/&;=\"'abcxsiepc:0-9 ", max_size=8) | st.just(text[start:end] * 2))
        text = text[:start] + piece + text[end:]
    return text.encode()


@pytest.fixture(scope="module")
def database(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("laws")
    shutil.copy(migrated_sqlite, folder / "v.db")
    opened = Database(f"sqlite:///{folder / 'v.db'}")
    prepared(opened, folder)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sent")


def require_taken_or_refused(database: Database, folder: Path, content: str | bytes) -> None:
    outcome = captured(database, folder, content, dry_run=True)
    assert outcome.refused is bool(outcome.errors)
    assert all(each["place"] and each["code"] and each["reason"] for each in outcome.errors)


def test_the_good_documents_are_good(database: Database, folder: Path) -> None:
    for content in (json.dumps(GOOD), XML.replace("<extension>", "").replace("</extension>", "")):
        outcome = captured(database, folder, content, dry_run=True)
        assert not outcome.refused, outcome.errors


@given(mutated())
def test_mutated_json(database: Database, folder: Path, content: str) -> None:
    require_taken_or_refused(database, folder, content)


@given(cut())
def test_mutated_xml(database: Database, folder: Path, content: bytes) -> None:
    require_taken_or_refused(database, folder, content)


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything(database: Database, folder: Path, content: bytes) -> None:
    require_taken_or_refused(database, folder, content)
    require_taken_or_refused(database, folder, b'{"@context": [], "type": "ObjectEvent", ' + content)

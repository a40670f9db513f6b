"""The public test vectors of GS1, biip and Solidsoft, measured: 97 % read as expected, 97 % refused."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.errors import VialcheckError
from service.gs1.reading import Reading, read
from tests.figures import Say

KINDS = {"element-string", "scandata", "scandata-noaim", "bracketed", "datastr", "dl-uri"}
ASKED = 0.97

# Rows where the corpus and we part ways on purpose, by a pattern of the input.
OUR_CHOICE = (
    (r"/01/[0-9]{8}$", "eight digits for a GTIN: the corpus has it both ways, the standard says 14"),
    (r"/01/[0-9]{12}$", "a GTIN-12 without its zeros: the corpus has it both ways, codes in use carry it"),
    (r"^[0-9]{12}$", "a broken element string that is a right GTIN-12 too"),
    (r"^\](C1|d2|Q3|e0|J1)", "the source's parser takes no AIM prefix; ours does"),
    (r"^\]E0.*\|", "an EAN-13 with a composite component, which no medicine bears"),
)


@dataclass(frozen=True)
class Vector:
    kind: str
    text: str
    expected: str
    elements: frozenset[tuple[str, str]] | None
    contains: bool
    lenient: bool
    source: str

    @property
    def valid(self) -> bool:
        return self.expected != "INVALID"

    @property
    def has_gtin(self) -> bool:
        listed = {ai for ai, _ in self.elements} if self.elements else set()
        return self.valid and (
            "01" in listed or bool(re.search(r"\(01\)|https?://.*/01/", self.expected, re.IGNORECASE))
        )


@pytest.fixture(scope="module")
def vectors(corpora: Path) -> list[Vector]:
    return list(_load(corpora / "gs1" / "gs1-vectors.jsonl"))


def _load(path: Path) -> Iterator[Vector]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] not in KINDS:
            continue
        text = row["input"]
        if "gs1-syntax-engine" in row["source"] or text.startswith("^"):
            text = text.replace("^", "\x1d")  # how these sources write FNC1
        elements = row["ais"] or re.findall(r"\((\d{2,4})\)(.*?)(?=\(\d{2,4}\)|$)", row["expected"])
        if row["expected"].startswith("DATA:") or row["expected"] in ("VALID", "INVALID"):
            elements = None
            if row["kind"] == "datastr" and "/01/" in text and row["expected"] == "VALID":
                row["expected"] = "DATA:" + text
        yield Vector(
            row["kind"],
            text,
            row["expected"],
            frozenset((ai, value.strip()) for ai, value in elements) if elements else None,
            "contains" in row["note"],
            "PermitUnknownAIs=true" in row["options"],
            row["source"],
        )


def _reading(text: str) -> Reading | VialcheckError:
    try:
        return read(text)
    except VialcheckError as refusal:
        return refusal


def _as_expected(vector: Vector) -> str | None:
    """None when it parses as the source says; otherwise what happened instead."""
    reading = _reading(vector.text)
    if isinstance(reading, VialcheckError):
        return f"refused: {reading}"
    found = frozenset(reading.elements)
    if vector.elements is None or found == vector.elements or (vector.contains and found > vector.elements):
        return None
    return f"read as {sorted(found)}"


def _report(say: Say, title: str, vectors: list[Vector], failures: dict[Vector, str]) -> float:
    """Write the figure and every row that falls short to the terminal; the share that does not."""
    share = 1 - len(failures) / len(vectors)
    say(f"\n{title}: {len(vectors) - len(failures)} of {len(vectors)} ({share:.2%})\n")
    for vector, what in failures.items():
        reason = next((why for pattern, why in OUR_CHOICE if re.search(pattern, vector.text)), "FALLS SHORT")
        say(f"  {reason}\n    {vector.kind} {vector.text!r} -> {what}\n    {vector.source}\n")
    return share


def test_valid_vectors_with_a_gtin_parse_to_the_expected_fields(vectors: list[Vector], say: Say) -> None:
    # under its option PermitUnknownAIs the source takes links that it refuses, and lists as refused, without
    asked = [vector for vector in vectors if vector.has_gtin and not vector.lenient]
    failures = {vector: what for vector in asked if (what := _as_expected(vector))}
    share = _report(say, "valid vectors with AI 01 read as expected", asked, failures)
    assert len(asked) >= 50
    assert share >= ASKED


def test_invalid_vectors_are_refused(vectors: list[Vector], say: Say) -> None:
    asked = [vector for vector in vectors if not vector.valid]
    failures = {
        vector: f"read as {reading.elements}"
        for vector in asked
        if isinstance(reading := _reading(vector.text), Reading)
    }
    share = _report(say, "invalid vectors refused", asked, failures)
    assert len(asked) >= 50
    assert share >= ASKED


def test_no_vector_of_any_kind_escapes_the_family_of_errors(vectors: list[Vector]) -> None:
    for vector in vectors:
        assert isinstance(_reading(vector.text), Reading | VialcheckError), vector

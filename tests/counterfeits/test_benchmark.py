"""The shipped cases: every one that can be caught is, no twin is stopped, and the plain policies do as they say."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from service.verification.question import Channel, Question, RequestOrigin, parse_question
from tests.counterfeits import cases
from tests.counterfeits.__main__ import SHIPPED, main
from tests.counterfeits.books import Books
from tests.counterfeits.policies import POLICIES, Outcome, ask
from tests.counterfeits.printing import table
from tests.counterfeits.running import Bench
from tests.counterfeits.scoring import ENGINE, Result, Score, score
from tests.factories.questions import make_question

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("counterfeits"))


@pytest.fixture(scope="module")
def shipped(bench: Bench) -> Score:
    return score(bench, cases.read(SHIPPED))


def told(results: list[Result]) -> list[str]:
    return [f"{result.case.id}: {result.answers.fake}" for result in results]


def test_every_case_that_can_be_caught_is_caught(shipped: Score) -> None:
    assert told([each for each in shipped.results if each.missed]) == []


def test_no_genuine_twin_is_stopped_and_each_is_answered_as_expected(shipped: Score) -> None:
    wrong = [(each.case.id, each.false_alarms, each.other_twins) for each in shipped.results]
    assert [each for each in wrong if each[1] or each[2]] == []


def test_what_the_record_contradicts_is_caught_with_no_notice_on_record(shipped: Score) -> None:
    assert told([each for each in shipped.results if each.missed_without_alerts]) == []
    resting = [each for each in shipped.results if each.case.record_contradicts and each.case.alerts]
    assert len(resting) >= 10


def test_fakes_with_numbers_of_the_maker_are_told_by_eye_and_by_no_number(shipped: Score) -> None:
    """The same numbers on the twin pass: what stops the fake is the mark alone."""
    seen = [each for each in shipped.results if each.case.kind == "real numbers, told by eye"]
    assert len(seen) >= 8
    for each in seen:
        assert set(each.answers.fake.reasons) >= {"mark_differs"}, each.case.id
        assert {outcome for outcome, _ in each.policies.values()} <= {Outcome.PASS, Outcome.NOT_ASKED}, (
            each.case.id
        )
        assert not each.false_alarms, each.case.id


def test_what_nobody_can_catch_is_not_pretended_to_be(shipped: Score) -> None:
    hopeless = [each for each in shipped.results if not each.case.catchable]
    assert {each.case.kind for each in hopeless} == {
        "leaked serial",
        "genuine vial refilled",
        "clones too few to notice",
        "manufacturer does not take part",
    }
    assert [each.case.id for each in hopeless if each.fit != "as expected"] == []


def test_the_cases_are_documented(shipped: Score) -> None:
    assert shipped.malformed == []
    assert len(shipped.results) >= 40
    assert len(shipped.kinds()) >= 12
    assert len({each.case.id for each in shipped.results}) == len(shipped.results)
    for each in shipped.results:
        assert each.case.source.startswith(("https://", "http://")), each.case.id
        assert each.case.twins, each.case.id
        assert not [note for note in each.case.notes if "names no product" not in note], each.case.id
        assert not each.answers.notes, each.case.id


def test_a_case_whose_lots_are_made_up_says_so() -> None:
    """GTINs that are on record are made up, all of them: under GS1's example prefix, or none."""
    for line in SHIPPED.read_text("utf-8").splitlines():
        raw = json.loads(line)
        assert raw.get("synthetic") or "note" in raw or raw["kind"].startswith(("expiry", "alert")), raw["id"]
        for each in raw["records"]:
            assert str(each.get("gtin", "9506000")).lstrip("0").startswith("9506000"), raw["id"]


def test_ours_is_ahead_of_each_plain_policy(shipped: Score) -> None:
    ours = shipped.tally(ENGINE)
    for way in POLICIES:
        theirs = shipped.tally(way)
        assert (theirs.catchable, theirs.twins) == (ours.catchable, ours.twins)
        assert theirs.caught < ours.caught / 2, way


def test_the_table_of_the_documentation_is_the_table(shipped: Score) -> None:
    page = (Path(__file__).parents[2] / "docs" / "benchmark.md").read_text("utf-8")
    for line in table(shipped):
        if not line.startswith("---"):
            assert line in page


RECORDS = [
    {"gtin": "09506000134352", "product": "P", "manufacturer": "M"},
    {"gtin": "09506000134352", "lot": "L1", "expiry": "2027-01", "units": {"S1": "active", "S9": "inactive"}},
    {"gtin": "09506000134352", "lot": "L2", "expiry": "2027-02", "units": ["S2"]},
]
P, S, N = Outcome.PASS, Outcome.STOP, Outcome.NOT_ASKED
CODE: dict[str, Any] = {"gtin": "09506000134352", "lot": "L1", "serial": "S1", "expiry": "2027-01-31"}


@pytest.mark.parametrize(
    ("presented", "lot", "lot_expiry", "gtin_serial", "message"),
    [
        (CODE, P, P, P, P),
        # what each compares, and nothing else
        ({**CODE, "lot": "L9"}, S, S, P, S),
        ({**CODE, "lot": "l-1"}, P, P, P, P),  # as printed otherwise, the same lot
        ({**CODE, "expiry": "2028-01"}, P, S, P, S),
        ({**CODE, "serial": "S7"}, P, P, S, S),
        ({**CODE, "gtin": "09506000110509"}, P, P, S, S),
        ({**CODE, "serial": "S2"}, P, P, P, S),  # a serial of another lot
        ({**CODE, "serial": "S9"}, P, P, S, P),  # taken out of use: a message of the four fields does not say
        # what is not there cannot be compared
        ({"lot": "L1"}, P, P, N, N),
        ({"lot": "L9"}, S, S, N, N),
        ({"gtin": CODE["gtin"], "serial": "S1"}, N, N, P, N),
        ({"gtin": CODE["gtin"]}, N, N, N, N),
    ],
)
def test_the_plain_policies_do_what_they_say(
    presented: dict[str, Any], lot: Outcome, lot_expiry: Outcome, gtin_serial: Outcome, message: Outcome
) -> None:
    books = Books(RECORDS, [])
    books.name_all([], "")
    shown = [parse_question(*make_question(**presented)).presented]
    assert [ask(policy, books, shown) for policy in POLICIES.values()] == [
        lot,
        lot_expiry,
        gtin_serial,
        message,
    ]


def test_of_carton_and_vial_a_policy_is_asked_about_both() -> None:
    books = Books(RECORDS, [])
    books.name_all([], "")
    packs = [parse_question(Question(lot=lot), RequestOrigin(Channel.API)).presented for lot in ("L1", "L9")]
    assert ask(POLICIES["lot"], books, packs) is S
    assert ask(POLICIES["GTIN + serial"], books, packs) is N


GOOD: dict[str, Any] = {
    "id": "good",
    "kind": "expiry differs",
    "records": [{"product": "P", "lot": "L1", "expiry": "2027-01"}],
    "presented": {"product": "P", "lot": "L1", "expiry": "2028-01"},
    "at": "2026-01-01",
    "expect": {"actions": ["quarantine"], "reasons_any": ["expiry_mismatch"]},
    "twin": {
        "presented": {"product": "P", "lot": "L1", "expiry": "2027-01"},
        "expect": {"actions": ["check"]},
    },
}


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        (json.dumps(GOOD), 0, "1/1  0/1"),
        # its expiry is right: missed
        (json.dumps({**GOOD, "presented": GOOD["twin"]["presented"]}), 1, "MISSED  good"),
        # caught for another reason than the one that gave it away
        (
            json.dumps({**GOOD, "expect": {"actions": ["quarantine"], "reasons_any": ["stolen"]}}),
            1,
            "OTHER REASON  good",
        ),
        (json.dumps({**GOOD, "twin": GOOD["presented"]}), 1, "FALSE ALARM  good"),
        (json.dumps({**GOOD, "expect": {"actions": ["accept", "check"]}}), 0, "OTHERWISE  good"),
        ("{odd", 1, "line 1: no JSON"),
        ("[]", 1, "line 1: a case is a JSON object"),
        ('{"id": "x"}', 1, "line 1: nothing is presented"),
        ("", 1, "caught / catchable"),  # no case at all is no success
    ],
)
def test_the_exit_status_and_what_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, status: int, said: str
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(line + "\n", encoding="utf-8")
    assert main([str(file)]) == status
    assert said in capsys.readouterr().out


def test_a_malformed_line_does_not_stop_the_others_and_unknown_keys_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_text(f"# theirs\n{{odd\n\n{json.dumps({**GOOD, 'weather': 'fair'})}\n", encoding="utf-8")
    assert main([str(file), "--json"]) == 1
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert [each["line"] for each in found["malformed"]] == [2]
    assert [(each["id"], each["caught"]) for each in found["cases"]] == [("good", True)]
    assert "good: unknown keys left alone: weather" in err


def test_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere.jsonl")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_it_runs_as_a_program(tmp_path: Path) -> None:
    """As `make benchmark-counterfeits CASES=…` starts it."""
    file = tmp_path / "cases.jsonl"
    file.write_text(json.dumps(GOOD), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.counterfeits", str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "expiry differs" in done.stdout

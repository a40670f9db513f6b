import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli.parse import parse

GTIN = "09506000134352"


def run(given: bytes, *options: str) -> list[dict[str, object]]:
    result = CliRunner().invoke(parse, list(options), input=given)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def code(outcome: dict[str, object]) -> object:
    error = outcome["error"]
    assert isinstance(error, dict)
    assert error["message"]
    return error["code"]


def test_one_object_a_line_with_values_as_carried() -> None:
    scanned = f"(01){GTIN}(17)251200(10)ABC"
    assert run(f"{scanned}\r\nC3016 C3\n{GTIN}".encode()) == [
        {
            "input": scanned,
            "ok": True,
            "kind": "bracketed",
            "elements": {"01": GTIN, "17": "251200", "10": "ABC"},
        },
        {"input": "C3016 C3", "ok": True, "kind": "lot", "elements": {"10": "C3016 C3"}},
        {"input": GTIN, "ok": True, "kind": "gtin", "elements": {"01": GTIN}},
    ]


def test_a_refused_line_does_not_stop_the_next() -> None:
    outcomes = run(b"0109506000134353\n\n\xff\xfe\n240537\nC7654C3F\n")
    assert [outcome["ok"] for outcome in outcomes] == [False, False, False, False, True]
    assert [code(outcome) for outcome in outcomes[:4]] == [
        "gtin_check_digit",
        "empty",
        "bad_character",
        "only_digits",
    ]
    assert outcomes[2]["input"] == "\\xff\\xfe"


def test_typed_digits_are_a_lot() -> None:
    assert run(b"240537\n", "--typed")[0]["elements"] == {"10": "240537"}


def test_json_strings_carry_control_characters() -> None:
    scan = f"]d201{GTIN}10A\x1d21B"
    (outcome,) = run(json.dumps(scan).encode() + b"\n", "--jsonl")
    assert outcome == {
        "input": scan,
        "ok": True,
        "kind": "element-string",
        "elements": {"01": GTIN, "10": "A", "21": "B"},
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{}", "request_invalid"),
        (b"12", "request_invalid"),
        (b"null", "request_invalid"),
        (b'"A', "request_invalid"),
        (b"[" * 30_000, "request_invalid"),  # deeper than a parser can go
        (b"", "empty"),
        (b'""', "empty"),
        (b'"\\ud800"', "bad_character"),
        (b'"\\u0000"', "bad_character"),
        (b'"\xff"', "bad_character"),
    ],
)
def test_a_json_line_that_is_no_scan(line: bytes, expected: str) -> None:
    (outcome, after) = run(line + b'\n"A1"\n', "--jsonl")
    assert code(outcome) == expected
    assert after["ok"] is True


def test_a_line_of_ten_megabytes_is_refused_and_cut() -> None:
    outcome, after = run(b"A" * 10_000_000 + b"\nA1\n")
    assert code(outcome) == "too_long"
    assert len(str(outcome["input"])) < 50_000
    assert after["input"] == "A1"


def test_a_byte_order_mark_is_no_part_of_the_first_scan() -> None:
    assert run(b"\xef\xbb\xbfC7654C3F\n")[0]["input"] == "C7654C3F"


def test_a_file_is_read_and_a_missing_one_is_said(tmp_path: Path) -> None:
    scans = tmp_path / "scans.txt"
    scans.write_bytes(b"C7654C3F\n")
    assert json.loads(CliRunner().invoke(parse, [str(scans)]).stdout)["ok"] is True
    missing = CliRunner().invoke(parse, [str(tmp_path / "none.txt")])
    assert missing.exit_code == 2
    assert "none.txt" in missing.stderr


def test_each_answer_leaves_before_the_next_line_comes() -> None:
    """A scanner types one code and waits for its answer."""
    command = [sys.executable, "-c", "from service.cli.parse import parse; parse()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdin
        assert program.stdout
        for lot in ("A1", "B2"):
            program.stdin.write(lot.encode() + b"\n")
            program.stdin.flush()
            assert json.loads(program.stdout.readline())["elements"] == {"10": lot}
        program.stdin.close()
    assert program.returncode == 0

"""Lists that a program imports: files and rows, dry runs, refusals, questions, keys."""

import pytest

from tests.factories.recall_records import GTIN
from tests.web.api.records.program import Program

HEADER = "gtin,lot,expiry,status\n"
GOOD = f"{HEADER}{GTIN},C3,2029-06-30,released\n{GTIN},D4,2029-07-31,released\n"
BAD = f"{HEADER}{GTIN},C3,2029-06-30,released\n{GTIN},D4,2029-13-31,released\n"
CSV = {"Content-Type": "text/csv"}


def lots(program: Program) -> list[str]:
    return [each["lot"] for each in program.get(f"/products/{GTIN}/batches")["batches"]]


def sent(program: Program, content: str, query: str = "", key: str = "") -> int:
    headers = CSV | ({"Idempotency-Key": key} if key else {})
    answer = program.client.post(f"/api/v1/imports?{query}", data=content.encode(), headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"].endswith(f"/api/v1/imports/{answer.get_json()['id']}")
    return int(answer.get_json()["id"])


def test_a_good_list_goes_on_record_by_itself(program: Program) -> None:
    done = program.imported(sent(program, GOOD, "reason=release&name=week.csv"))
    assert (done["state"], done["new"], done["file_name"]) == ("done", 2, "week.csv")
    assert lots(program) == ["A1", "B2", "C3", "D4"]


def test_a_dry_run_ends_at_its_preview_and_can_be_agreed_to(program: Program) -> None:
    number = sent(program, GOOD, "dry_run=true")
    seen = program.imported(number)
    assert (seen["state"], seen["seen"]["new"]) == ("preview", 2)
    assert lots(program) == ["A1", "B2"]
    other = program.client.post(f"/api/v1/imports/{number}/apply", json={"plan": "0" * 64})
    assert other.status_code == 409
    agreed = program.client.post(f"/api/v1/imports/{number}/apply", json={"plan": seen["plan"]})
    assert agreed.status_code == 202
    assert program.imported(number)["state"] == "done"
    assert lots(program) == ["A1", "B2", "C3", "D4"]


def test_a_list_with_a_refused_row_waits_and_names_the_row(program: Program) -> None:
    number = sent(program, BAD)
    assert program.imported(number)["state"] == "preview"
    refused = program.get(f"/imports/{number}/refused")
    assert refused["count"] == 1
    assert refused["rows"][0]["line"] == 3
    assert "no day of the calendar" in refused["rows"][0]["reason"]
    assert "2029-13-31" in refused["rows"][0]["cells"]
    assert program.client.post(f"/api/v1/imports/{number}/cancel").get_json()["state"] == "cancelled"
    assert lots(program) == ["A1", "B2"]


def test_the_good_rows_go_on_record_where_the_program_says_so(program: Program) -> None:
    done = program.imported(sent(program, BAD, "keep_good=true"))
    assert (done["state"], done["new"], done["refused"]) == ("done", 1, 1)
    assert lots(program) == ["A1", "B2", "C3"]


def test_rows_as_json(program: Program) -> None:
    rows = [{"gtin": GTIN, "lot": "C3", "expiry": "2029-06", "status": "released", "markets": ["GB", "FR"]}]
    answer = program.client.post("/api/v1/imports", json={"kind": "batches", "rows": rows})
    assert answer.status_code == 202, answer.text
    assert program.imported(answer.get_json()["id"])["state"] == "done"
    assert program.get(f"/products/{GTIN}/batches/C3")["markets"] == ["FR", "GB"]
    wrong = program.client.post("/api/v1/imports", json={"kind": "batches", "rows": [{"batch_no": "C4"}]})
    assert (wrong.status_code, wrong.get_json()["code"]) == (422, "value_invalid")


def test_a_question_about_a_column_waits_for_its_answer(program: Program) -> None:
    content = f"gtin;lot;expiry;status\n{GTIN};C3;05/06/2029;released\n"
    number = sent(program, content)
    asked = program.imported(number)
    assert asked["state"] == "columns"
    (part,) = asked["questions"][0]["parts"]
    wrong = program.client.post(f"/api/v1/imports/{number}/answers", json={"answers": {part["key"]: "x"}})
    assert wrong.status_code == 422
    said = {"answers": {part["key"]: part["choices"][0]}}
    assert program.client.post(f"/api/v1/imports/{number}/answers", json=said).status_code == 202
    assert program.imported(number)["state"] == "done"


def test_a_request_that_is_sent_twice_is_one_import(program: Program) -> None:
    number = sent(program, GOOD, key="week-48")
    assert sent(program, GOOD, key="week-48") == number
    other = program.client.post("/api/v1/imports", data=BAD, headers=CSV | {"Idempotency-Key": "week-48"})
    assert (other.status_code, other.get_json()["code"]) == (409, "idempotency_key_reused")
    assert len(program.get("/imports")["imports"]) == 1


@pytest.mark.parametrize(
    ("query", "kind", "body", "status"),
    [
        ("kind=stones", "text/csv", GOOD, 422),
        ("dry_run=perhaps", "text/csv", GOOD, 422),
        ("", "text/csv", "", 422),
        ("", "image/png", GOOD, 415),
        ("", "application/json", "{", 400),
        ("", "application/json", '{"kind": "batches", "rows": []}', 422),
    ],
)
def test_what_cannot_be_imported_is_a_problem(
    program: Program, query: str, kind: str, body: str, status: int
) -> None:
    answer = program.client.post(f"/api/v1/imports?{query}", data=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert program.get("/imports")["imports"] == []


def test_a_list_without_a_needed_column_fails_with_its_name(program: Program) -> None:
    failed = program.imported(sent(program, "gtin,lot\n1,2\n", "kind=batches"))
    assert (failed["state"], failed["error"]["code"]) == ("failed", "column_missing")
    assert "expiry" in failed["error"]["message"]

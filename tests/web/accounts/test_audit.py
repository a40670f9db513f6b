"""What an entry of the audit shows to a person."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.accounts.audit_trail import AuditLine
from service.web.accounts.audit import changes, named

FINGERPRINT = "9" * 64


def entry(object_id: str, after: dict[str, Any] | None) -> AuditLine:
    at = datetime(2026, 11, 27, tzinfo=UTC)
    return AuditLine(1, at, "Rita", "", "create", "alert", object_id, "", None, after)


@pytest.mark.parametrize(
    ("object_id", "after", "name"),
    [
        ("09506000134352/A1", None, "09506000134352/A1"),
        # a notice's id is a number for programs: its lot says more, where it names one
        (FINGERPRINT, {"lot": "C3"}, "C3"),
        (FINGERPRINT, {"lot": ""}, ""),
        (FINGERPRINT, None, ""),
    ],
)
def test_an_entry_is_named_for_a_person(object_id: str, after: dict[str, Any] | None, name: str) -> None:
    assert named(entry(object_id, after)) == name


def test_what_only_programs_need_is_not_shown() -> None:
    after = {
        "lot": "C3",
        "lot_key": "C3",
        "lot_folded": "c3",
        "serial_folded": "s",
        "fingerprint": FINGERPRINT,
    }
    assert changes(entry(FINGERPRINT, after)) == [("lot", "–", "C3")]  # noqa: RUF001 (a dash, as in every table)

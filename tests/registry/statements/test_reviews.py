"""Statements become public through a second person, and leave the page through one."""

from pathlib import Path

import pytest

from service.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from service.registry.corrections.imports.withdrawal import ImportWithdrawal
from service.registry.corrections.kinds import change_requests
from service.registry.statements.queries import described_product, has_statements, versions
from service.registry.statements.reviews import decide
from service.registry.statements.topics import StatementState as S
from service.registry.statements.topics import StatementTopic
from service.storage.audit import AuditActor
from service.storage.database import Database
from tests.factories.lists import GTIN, PRODUCTS, imported, prepared, table
from tests.factories.people import organisation

HEADER = "gtin,topic,language,text,source,date\n"
AUTHOR, SECOND = AuditActor("tester"), AuditActor("second")


@pytest.fixture
def ready(database: Database, tmp_path: Path) -> Database:
    """One version waits, put in by `tester`."""
    prepared(database, tmp_path)
    put(database, tmp_path, "It works after 3 days.")
    return database


def put(database: Database, folder: Path, text: str, language: str = "en") -> None:
    imported(database, folder, HEADER + f"{GTIN},course,{language},{text},Label,2026\n")


def shown(database: Database, *languages: str) -> list[str]:
    """What patients read."""
    found = described_product(database, GTIN)
    assert found is not None
    return [each.text for each in found.best(languages or ("en",))]


def waiting(database: Database, who: AuditActor = SECOND) -> list[int]:
    return [each.id for each in versions(database, who, [S.WAITING])]


def released(database: Database) -> list[int]:
    return [each.id for each in versions(database, SECOND, [S.RELEASED])]


def test_only_another_person_makes_it_public(ready: Database) -> None:
    (line,) = versions(ready, AUTHOR, [S.WAITING])
    assert line.own
    assert shown(ready) == []
    assert not has_statements(ready, GTIN)
    with pytest.raises(ForbiddenError):
        decide(ready, [line.id], S.RELEASED, reason="read", who=AUTHOR)
    assert decide(ready, [line.id], S.RELEASED, reason="read", who=SECOND) == 1
    assert shown(ready) == ["It works after 3 days."]
    assert has_statements(ready, GTIN)
    assert table(ready, "audit_entry")[-1]["action"] == "release_statement"
    with pytest.raises(ConflictError):  # pressed twice
        decide(ready, [line.id], S.RELEASED, reason="read", who=SECOND)


def test_a_new_text_waits_while_the_old_one_is_shown(ready: Database, tmp_path: Path) -> None:
    decide(ready, waiting(ready), S.RELEASED, reason="read", who=SECOND)
    put(ready, tmp_path, "It works after 3 to 7 days.")
    assert shown(ready) == ["It works after 3 days."]
    (line,) = versions(ready, SECOND, [S.WAITING])
    assert line.shown_now == "It works after 3 days."
    decide(ready, [line.id], S.RELEASED, reason="read", who=SECOND)
    assert shown(ready) == ["It works after 3 to 7 days."]
    # withdrawn by one person, the older text does not come back
    decide(ready, released(ready), S.WITHDRAWN, reason="wrong", who=AUTHOR)
    assert shown(ready) == []


def test_what_was_refused_or_withdrawn_can_be_put_in_again(ready: Database, tmp_path: Path) -> None:
    decide(ready, waiting(ready), S.REFUSED, reason="no source", who=SECOND)
    assert waiting(ready) == []
    put(ready, tmp_path, "It works after 3 days.")
    decide(ready, waiting(ready), S.RELEASED, reason="read", who=SECOND)
    (statement,) = described_product(ready, GTIN).statements  # type: ignore[union-attr]
    assert (statement.topic, statement.version, statement.dated) == (StatementTopic.COURSE, 2, "2026")


def test_the_readers_language_comes_first_and_any_other_after(ready: Database, tmp_path: Path) -> None:
    put(ready, tmp_path, "Wirkt nach 3 Tagen.", "de")
    decide(ready, waiting(ready), S.RELEASED, reason="read", who=SECOND)
    assert shown(ready, "de", "en") == ["Wirkt nach 3 Tagen."]
    assert shown(ready, "fr", "en") == ["It works after 3 days."]
    assert len(shown(ready, "fr")) == 1


def test_all_or_none_with_a_reason_and_only_ones_own(ready: Database) -> None:
    (number,) = waiting(ready)
    stranger = AuditActor("s", 1, organisation(ready, "Another"))
    for numbers, reason, who, error in (
        ([number, 999], "read", SECOND, NotFoundError),
        ([number], " ", SECOND, RefusedError),
        ([], "read", SECOND, RefusedError),
        ([number], "read", stranger, NotFoundError),
    ):
        with pytest.raises(error):
            decide(ready, numbers, S.RELEASED, reason=reason, who=who)
    assert versions(ready, stranger, [S.WAITING]) == []
    assert waiting(ready) == [number]


def test_a_withdrawn_import_takes_its_statements_off_the_page(ready: Database, tmp_path: Path) -> None:
    decide(ready, waiting(ready), S.RELEASED, reason="read", who=SECOND)
    put(ready, tmp_path, "It works after 3 to 7 days.")  # another import, which waits
    first, second = sorted(row["id"] for row in table(ready, "import"))[-2:]
    changes = change_requests(ready)
    seen = changes.preview(ImportWithdrawal(second), SECOND)
    assert [(each.field, each.before, each.after) for each in seen.fields] == [("statements", 1, 0)]
    assert changes.submit(ImportWithdrawal(second), reason="wrong list", who=SECOND) is None
    assert (waiting(ready), shown(ready)) == ([], ["It works after 3 days."])
    changes.submit(ImportWithdrawal(first), reason="wrong list", who=SECOND)
    assert shown(ready) == []
    assert [row["state"] for row in table(ready, "product_statement")] == ["withdrawn", "withdrawn"]


def test_a_product_with_statements_stays_when_its_import_is_withdrawn(
    database: Database, tmp_path: Path
) -> None:
    imported(database, tmp_path, PRODUCTS)
    put(database, tmp_path, "It works after 3 days.")
    products = min(row["id"] for row in table(database, "import"))
    left = change_requests(database).preview(ImportWithdrawal(products), SECOND).left
    assert (GTIN, "statements") in {(each.name, each.why) for each in left}

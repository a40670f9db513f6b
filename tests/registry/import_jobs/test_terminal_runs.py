"""Many units at a terminal: piece by piece, resumed or undone, and nobody who checks a vial is refused."""

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from service.authenticity.evidence import Asker
from service.errors import VialcheckError
from service.registry.import_jobs import plan
from service.registry.import_jobs.import_files import run
from service.registry.import_jobs.terminal_runs import TerminalRuns
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories.lists import BATCHES, GTIN, PRODUCTS, count, put_in, table, written

UNITS = 1050
PIECE = 100
WHO = AuditActor("Ada")
API = RequestOrigin(Channel.API)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "UNITS", PIECE)


def units(folder: Path, lot: str = "A1") -> Path:
    rows = "".join(f"{GTIN},{lot},S{number:06}\n" for number in range(UNITS))
    return written(folder, "gtin,lot,serial\n" + rows, "u.csv")


def on_record(database: Database, folder: Path) -> None:
    put_in(database, written(folder, PRODUCTS, "p.csv"), written(folder, BATCHES, "b.csv"))


class _StoppedError(Exception):
    """The import is interrupted."""


@pytest.fixture
def interrupted(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A command of batches and units of which three pieces are on record, and whose process is gone."""
    put_in(database, written(tmp_path, PRODUCTS, "p.csv"))
    with database.transaction() as connection:
        connection.execute(
            text(f"UPDATE product SET complete = true, complete_until = '2099-12-31' WHERE gtin = '{GTIN}'")
        )
    put = TerminalRuns._put_next
    pieces = iter(range(3))

    def some(self: TerminalRuns, number: int, *, careful: bool):  # type: ignore[no-untyped-def]
        if next(pieces, None) is None:
            raise _StoppedError
        return put(self, number, careful=careful)

    monkeypatch.setattr(TerminalRuns, "_put_next", some)
    batches = written(tmp_path, f"gtin,lot,expiry\n{GTIN},A1,2028-12-31\n", "b.csv")
    with pytest.raises(_StoppedError):
        put_in(database, batches, units(tmp_path), plans=tmp_path / "plans")
    monkeypatch.setattr(TerminalRuns, "_put_next", put)
    assert count(database, "unit") == 3 * PIECE
    return database


RECALL = (
    f"gtin,kind,scope,serial_from,serial_to,reason,class\n{GTIN},recall,range,S000100,S000199,particles,1\n"
)


def owning_lots(database: Database) -> list[str]:
    return [row["owning_lots"] for row in table(database, "recall", "owning_lots")]


@pytest.mark.parametrize("pieces", [True, False])
def test_a_recall_of_serials_that_came_first_learns_whose_they_are(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pieces: bool
) -> None:
    if not pieces:
        monkeypatch.setattr(plan, "UNITS", 10 * UNITS)
    on_record(database, tmp_path)
    assert put_in(database, written(tmp_path, RECALL, "r.csv")).good
    assert owning_lots(database) == [""]  # of any lot
    put_in(database, units(tmp_path))
    assert owning_lots(database) == ["A1"]


def test_what_is_undone_owns_no_serials(interrupted: Database, tmp_path: Path) -> None:
    assert put_in(interrupted, written(tmp_path, RECALL, "r.csv")).good
    assert owning_lots(interrupted) == ["A1"]
    TerminalRuns(interrupted).undo(1)
    assert owning_lots(interrupted) == [""]


def test_pieces_add_up(database: Database, tmp_path: Path) -> None:
    on_record(database, tmp_path)
    outcome = put_in(database, units(tmp_path), plans=tmp_path / "plans")
    assert outcome.committed
    assert outcome.files[0].new == count(database, "unit") == UNITS
    (imported,) = [row for row in table(database, "import") if row["kind"] == "units"]
    assert (imported["rows_new"], imported["rows_refused"]) == (UNITS, 0)
    entries = [row for row in table(database, "audit_entry") if row["action"] == "commission"]
    assert len(entries) == -(-UNITS // PIECE)
    assert [row["state"] for row in table(database, "terminal_import")] == ["done"]
    assert not list((tmp_path / "plans").iterdir())
    again = put_in(database, units(tmp_path), plans=tmp_path / "plans")
    assert (again.files[0].new, again.files[0].unchanged) == (0, UNITS)
    assert again.changes_nothing


def test_nothing_goes_in_when_a_row_is_refused(database: Database, tmp_path: Path) -> None:
    on_record(database, tmp_path)
    path = units(tmp_path)
    with path.open("a") as target:
        target.write(f"{GTIN},NO9,X1\n")
    assert not put_in(database, path).committed
    assert count(database, "unit") == 0
    kept = put_in(database, path, keep_good=True)
    assert (kept.files[0].new, kept.files[0].refused) == (UNITS, 1)
    assert count(database, "unit") == UNITS


def test_an_interrupted_import_is_resumed(interrupted: Database, tmp_path: Path) -> None:
    (waiting,) = TerminalRuns(interrupted).unfinished()
    assert waiting.files == ("u.csv",)
    outcome = TerminalRuns(interrupted).carry_on(waiting.id)
    assert outcome.units == UNITS - 3 * PIECE
    assert count(interrupted, "unit") == UNITS
    assert TerminalRuns(interrupted).unfinished() == []


def test_an_interrupted_import_is_undone(interrupted: Database, tmp_path: Path) -> None:
    before = count(interrupted, "audit_entry")
    (waiting,) = TerminalRuns(interrupted).unfinished()
    outcome = TerminalRuns(interrupted).undo(waiting.id)
    assert (outcome.units, outcome.left) == (3 * PIECE, ())
    assert count(interrupted, "unit") == count(interrupted, "batch") == 0
    assert count(interrupted, "product") == 2  # another command put these in
    assert count(interrupted, "audit_entry") > before  # what was taken back is audited too
    assert {row["action"] for row in table(interrupted, "audit_entry")} >= {"withdraw"}
    assert TerminalRuns(interrupted).unfinished() == []


def test_undoing_leaves_what_has_been_used(interrupted: Database) -> None:
    with interrupted.transaction() as connection:
        connection.execute(text("UPDATE unit SET disposition = 7 WHERE serial = 'S000007'"))
    (waiting,) = TerminalRuns(interrupted).unfinished()
    outcome = TerminalRuns(interrupted).undo(waiting.id)
    assert outcome.units == 3 * PIECE - 1
    assert outcome.left == ("1 units that have been used or moved since", f"batch {GTIN}/A1")
    assert [row["serial"] for row in table(interrupted, "unit")] == ["S000007"]


def test_undoing_leaves_the_units_of_others(interrupted: Database) -> None:
    """A unit that somebody else puts in between two pieces is theirs."""
    with interrupted.transaction() as connection:
        (ids,) = connection.execute(text("SELECT DISTINCT product_id, batch_id FROM unit")).all()
        values = {"product": ids[0], "batch": ids[1]}
        connection.execute(
            text(
                "INSERT INTO unit (product_id, serial, batch_id, disposition) "
                "VALUES (:product, 'S000350', :batch, 1)"
            ),
            values,
        )
    runs = TerminalRuns(interrupted)
    (waiting,) = runs.unfinished()
    runs._put_next(waiting.id, careful=True)
    assert runs.undo(waiting.id).units == 4 * PIECE - 1
    assert [row["serial"] for row in table(interrupted, "unit")] == ["S000350"]


@pytest.mark.parametrize("how", ["resumed", "undone"])
def test_a_product_is_not_complete_until_the_last_piece(interrupted: Database, how: str) -> None:
    def complete() -> bool:
        desk = VerificationService(interrupted)
        verdict = desk.preview(Question(gtin=GTIN, lot="NOSUCHLOT"), API).verdict
        desk.close()
        return str(verdict.action) == "quarantine"

    assert not complete()
    runs = TerminalRuns(interrupted)
    (waiting,) = runs.unfinished()
    (runs.carry_on if how == "resumed" else runs.undo)(waiting.id)
    assert complete()


def test_units_that_others_put_in_meanwhile_undo_all(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing holds to the end: the second lot of a serial was not there when the list was checked."""
    on_record(database, tmp_path)
    put = TerminalRuns._put_next
    pieces = iter(range(100))

    def meddled(self: TerminalRuns, number: int, *, careful: bool):  # type: ignore[no-untyped-def]
        if next(pieces) == 2:
            with database.transaction() as connection:
                connection.execute(
                    text(
                        "INSERT INTO unit (product_id, serial, batch_id, disposition) "
                        "SELECT product_id, 'S000777', id, 1 FROM batch WHERE lot_key = 'B2'"
                    )
                )
        return put(self, number, careful=careful)

    monkeypatch.setattr(TerminalRuns, "_put_next", meddled)
    outcome = put_in(database, units(tmp_path), plans=tmp_path / "plans")
    assert not outcome.committed
    assert outcome.files[0].refused == 1
    assert [row["serial"] for row in table(database, "unit")] == ["S000777"]


def test_a_plan_that_is_gone_or_changed_is_named(interrupted: Database, tmp_path: Path) -> None:
    (waiting,) = TerminalRuns(interrupted).unfinished()
    (path,) = (tmp_path / "plans").iterdir()
    whole = path.read_bytes()
    for content in (whole.replace(b"S000999", b"S999999"), None):
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        with pytest.raises(VialcheckError):
            TerminalRuns(interrupted).carry_on(waiting.id)
    assert count(interrupted, "unit") == 3 * PIECE


CONTEXT = multiprocessing.get_context("forkserver")


def _import(url: str, path: str, plans: str) -> None:
    plan.UNITS = PIECE
    run(Database(url), [Path(path)], who=WHO, reason="r", plans=Path(plans))


@pytest.mark.parametrize("kill", range(8))
def test_killed_at_any_moment_nothing_is_half(sqlite_url: str, tmp_path: Path, kill: int) -> None:
    """The process is killed while pieces go in; what it left is resumed, and all is there once."""
    database = Database(sqlite_url)
    on_record(database, tmp_path)
    plans = tmp_path / "plans"
    process = CONTEXT.Process(target=_import, args=(sqlite_url, str(units(tmp_path)), str(plans)))
    process.start()
    while process.is_alive() and count(database, "unit") < kill * PIECE:
        process.join(0.001)
    process.kill()
    process.join()
    found = count(database, "unit")
    assert found % PIECE in (0, UNITS % PIECE)  # a piece is whole
    (said,) = [row["rows_new"] for row in table(database, "import") if row["kind"] == "units"] or [0]
    assert said == found  # the audit tells no more and no less
    runs = TerminalRuns(database)
    for waiting in runs.unfinished():
        runs.carry_on(waiting.id)
    if found:
        assert count(database, "unit") == UNITS
    database.close()


@pytest.fixture
def checked(sqlite_url: str) -> Iterator[VerificationService]:
    desk = VerificationService(Database(sqlite_url, wait_seconds=1.0))
    yield desk
    desk.close()


def test_a_check_beside_it_is_never_refused(
    sqlite_url: str, tmp_path: Path, checked: VerificationService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every check is recorded while 60,000 units go in, with one second of patience for the database."""
    monkeypatch.setattr(plan, "UNITS", 5000)
    database = Database(sqlite_url)
    on_record(database, tmp_path)
    rows = "".join(f"{GTIN},A1,T{number * 7_368_787 % 60_000:06}\n" for number in range(60_000))
    path = written(tmp_path, "gtin,lot,serial\n" + rows, "many.csv")
    importing = threading.Thread(target=put_in, args=(database, path))
    importing.start()
    checks = 0
    while importing.is_alive():
        answer = checked.verify(Question(gtin=GTIN, lot="A1", asker=Asker.CLINIC), API)
        assert answer.verdict.record is not None
        checks += 1
    importing.join()
    assert checks
    assert count(database, "unit") == 60_000
    database.close()

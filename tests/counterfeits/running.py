"""Each case on a database of its own, through the same doors as everything else: the import, then the desk."""

import csv
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.authenticity.evidence import Presented
from service.authenticity.reasons import Action
from service.errors import InvalidFieldsError, VialcheckError
from service.registry.import_jobs import import_files
from service.registry.lists.rejected_rows import RowError
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.pack_readings import PackFields
from service.verification.question import parse_question
from service.verification.service import VerificationService
from tests.counterfeits.asking import Showing
from tests.counterfeits.cases import Case
from tests.counterfeits.made_up import write_sheet
from tests.factories.questions import Asked, make_question

_TRIES = 3
_NEEDED = frozenset(("gtin", "name", "manufacturer", "lot", "expiry", "serial", "authority", "kind"))


@dataclass(frozen=True)
class Answered:
    """What the engine said: an action of `Action`, or `refused` where the question could not be read."""

    action: str
    reasons: tuple[str, ...]

    @property
    def rank(self) -> int:
        """How hard it stops; a refused question stops nothing."""
        return Action(self.action).rank if self.action in set(Action) else -1

    def __str__(self) -> str:
        return f"{self.action} ({', '.join(self.reasons)})"


@dataclass(frozen=True)
class CaseAnswers:
    """What was said of the fake and of each twin; of the fake also with no notice on record (None: the case
    has none). `notes`: rows that the import refused."""

    fake: Answered
    twins: tuple[Answered, ...]
    without_alerts: Answered | None
    notes: tuple[str, ...]


class Bench:
    """Answers cases. `folder` takes their databases; one that is migrated is copied for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        database = Database(_url(self._template))
        database.migrate()
        database.close()

    def answer(self, case: Case) -> CaseAnswers:
        """Put the records, the notices and the earlier scans in, and ask about the fake and its twins."""
        with self._recorded(case, alerts=True) as (path, notes):
            fake = self._ask(path, case.shown)
            twins = tuple(self._ask(path, twin.showing) for twin in case.twins)
        without = None
        if case.alerts:
            with self._recorded(case, alerts=False) as (path, _):
                without = self._ask(path, case.shown)
        return CaseAnswers(fake, twins, without, tuple(notes))

    @contextmanager
    def _recorded(self, case: Case, *, alerts: bool) -> Iterator[tuple[Path, list[str]]]:
        path = self._folder / "case.db"
        shutil.copy(self._template, path)
        notes: list[str] = []
        with _opened(path) as database:
            before = min(
                [case.shown.at, *(twin.showing.at for twin in case.twins), *(s.at for s in case.scans)]
            )
            notes += self._import(case, database, before, alerts=alerts)
            with _desk(database) as (desk, clock):
                for scan in case.scans:
                    clock.at = scan.at
                    for question in scan.questions:
                        with suppress(VialcheckError):  # what could not be read left no trace
                            desk.verify(*question)
        yield path, notes

    def _import(self, case: Case, database: Database, at: datetime, *, alerts: bool) -> Iterator[str]:
        folder = self._folder / "lists"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        files = case.books.write(folder)
        if alerts and case.alerts:
            files.append(write_sheet(folder / "alerts.csv", case.alerts))
        if case.marks:
            files.append(write_sheet(folder / "marks.csv", case.marks))
        if not files:
            return
        for _ in range(_TRIES):
            done = import_files.run(
                database, files, who=AuditActor("benchmark"), reason=case.id, keep_good=True, clock=lambda: at
            )
            refused = [(file.path, error) for file in done.files for error in file.errors]
            # A cell that cannot be read does not cost the case the whole row: what is left goes in again.
            again = [(path, error) for path, error in refused if error.column not in _NEEDED]
            yield from (_told(path, error) for path, error in again)
            for path, error in again:
                _blank(path, error)
            if not again:
                break
        yield from (_told(path, error) for path, error in refused if error.column in _NEEDED)
        yield from (f"{file.path.name}: {file.error}" for file in done.files if file.error is not None)

    def _ask(self, path: Path, showing: Showing) -> Answered:
        """The worst answer, on a copy: what is asked here leaves no scan for the next one."""
        copy = self._folder / "asked.db"
        shutil.copy(path, copy)
        with _opened(copy) as database, _desk(database) as (desk, clock):
            clock.at = showing.at
            return max(
                (_answered(desk, question) for question in showing.questions), key=lambda each: each.rank
            )


def _told(path: Path, error: RowError) -> str:
    return f"{path.name} refused {error.column} {error.value!r}: {error.reason}"


def _blank(path: Path, error: RowError) -> None:
    """Take one cell out of a list: the header is line 1, and no cell of ours holds a line break."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[error.line - 2][error.column] = ""
    write_sheet(path, rows)


def presented(showing: Showing) -> list[Presented]:
    """What each of vial and carton says, as the engine reads it; nothing where it cannot be read."""
    found = []
    for pack in showing.packs:
        alone = make_question(
            scan=pack.scan, gtin=pack.gtin, lot=pack.lot, serial=pack.serial, expiry=pack.expiry
        )
        with suppress(VialcheckError):
            found.append(parse_question(*alone).presented)
    return found or [Presented()]


def _answered(desk: VerificationService, question: Asked) -> Answered:
    try:
        verdict = desk.verify(*question).verdict
    except InvalidFieldsError as error:
        return Answered("refused", tuple(str(each.code) for each in error.errors))
    except VialcheckError as error:
        return Answered("refused", (str(error.code),))
    return Answered(str(verdict.action), tuple(dict.fromkeys(str(each.code) for each in verdict.reasons)))


class _Hand:
    """The hand of a clock that is set, not read."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    database = Database(_url(path))
    try:
        yield database
    finally:
        database.close()


@contextmanager
def _desk(database: Database) -> Iterator[tuple[VerificationService, _Hand]]:
    hand = _Hand()
    desk = VerificationService(database, read_clock=hand)
    try:
        yield desk, hand
    finally:
        desk.close()


def _url(path: Path) -> str:
    return f"sqlite:///{path}"


__all__ = ["Answered", "Bench", "CaseAnswers", "PackFields", "presented"]

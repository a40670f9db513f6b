"""What recorded scans do to later verdicts, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import islice, permutations
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, Advice, ReasonCode
from service.authenticity.scan_history.score import Thresholds, weigh
from service.authenticity.scan_history.sightings import MOST_PLACES, Region, SightingKind, sighting, together
from service.authenticity.verdicts import Verdict
from service.errors import ErrorCode, UnavailableError
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import HistoryWriter, NewSighting, Subject, SubjectScope
from service.storage.models import AuditEntry, Batch, DetectionThresholds, Scan, SightingRow, Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from tests.factories import maker_records
from tests.factories.questions import make_question

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FULL = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"
UNIT = Subject(SubjectScope.UNIT, 1, "9KQ4T7M2")
C = ReasonCode


class Time:
    """A clock that a test moves."""

    now = START

    def read(self) -> datetime:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def filled(database: Database) -> Database:
    maker_records.fill(database)
    return database


@pytest.fixture
def desk(filled: Database, time: Time) -> Iterator[VerificationService]:
    opened = VerificationService(filled, window=0.05, read_clock=time.read)
    yield opened
    opened.close()


Ask = Callable[..., Verdict]


@pytest.fixture
def ask(desk: VerificationService, time: Time) -> Ask:
    """Record a check, so many days after the start; it is on disk when this returns."""

    def check(day: float = 0, scan: str = FULL, **fields: Any) -> Verdict:
        time.now = START + timedelta(days=day)
        answer = desk.verify(*make_question(scan=scan, **{"country": "FR", "client": "a"} | fields))
        desk._scans.flush()
        return answer.verdict

    return check


def codes(verdict: Verdict) -> set[ReasonCode]:
    return {reason.code for reason in verdict.reasons}


def lines(database: Database, subject: Subject = UNIT) -> Any:
    with database.snapshot() as snapshot:
        return kept.seen_before(snapshot, (subject,))[subject.scope]


def scatter(ask: Ask, towns: int = 5) -> Verdict:
    for n in range(towns):
        verdict = ask(20 * n, region=f"Town {n}", client=f"d{n}")
    return verdict


def test_a_second_look_at_home_is_a_quiet_note(ask: Ask) -> None:
    assert codes(ask(0, region="Lyon")) == {C.UNIT_ON_RECORD}
    again = ask(3, region="Lyon", client="next week's mark")
    assert (again.action, codes(again)) == (Action.ACCEPT, {C.UNIT_ON_RECORD, C.CHECKED_BEFORE})


def test_a_code_on_many_vials_is_held_from_then_on_for_everybody(ask: Ask, desk: VerificationService) -> None:
    assert ask(0, region="Town 0").action is Action.ACCEPT
    assert scatter(ask).headline is C.SEEN_ELSEWHERE
    at_the_clinic = desk.preview(Question(scan=FULL, asker=Asker.CLINIC), RequestOrigin(Channel.API)).verdict
    assert at_the_clinic.action is Action.QUARANTINE
    assert {Advice.TRACE_SUPPLY, Advice.ASK_TO_CLEAR} <= set(at_the_clinic.advice)


def test_ten_thousand_scans_of_strangers_never_condemn(
    desk: VerificationService, filled: Database, time: Time
) -> None:
    """Somebody has photographed a code, and a network of machines to scan it with."""
    writer = HistoryWriter(filled)
    for part in range(10):
        flood = [
            NewSighting(
                UNIT,
                sighting(SightingKind.STRANGER, Region("US", f"P{n}"), START + timedelta(minutes=n), f"m{n}"),
            )
            for n in range(part * 1000, part * 1000 + 1000)
        ]
        with filled.transaction() as connection:
            writer.add(connection, flood, [UNIT])
    time.now = START + timedelta(days=8)
    verdict = desk.verify(
        Question(scan=FULL, asker=Asker.CLINIC), RequestOrigin(Channel.API, trade=True)
    ).verdict
    assert verdict.action is Action.QUARANTINE
    assert verdict.headline is C.SEEN_ELSEWHERE
    assert {Advice.TRACE_SUPPLY, Advice.ASK_TO_CLEAR, Advice.CONTACT_MANUFACTURER} <= set(verdict.advice)
    with filled.reading() as connection:
        assert (connection.scalar(select(func.count()).select_from(SightingRow)) or 0) <= 2 * (
            MOST_PLACES + 1
        )
        assert connection.scalar(select(func.sum(SightingRow.count))) == 10_001
        assert connection.scalar(select(Unit.disposition)) is not None  # nothing of the record has moved


def test_a_flood_on_one_code_changes_no_other_units_verdict(ask: Ask, filled: Database) -> None:
    with filled.transaction() as connection:
        connection.execute(
            insert(Unit).values(product_id=1, batch_id=1, serial="OTHER1", disposition=Disposition.ACTIVE)
        )
    other = FULL.replace("9KQ4T7M2", "OTHER1")
    before = ask(0, other, region="Lyon", client="z")
    for n in range(25):
        ask(n, region=f"Town {n}", country="BR", client=f"d{n}")
        ask(n, scan="VX2401", country="BR", client=f"d{n}")  # nor does one on its lot
        ask(n, FULL.replace("9KQ4T7M2", f"OTHE{n:02d}"), client=f"g{n}")  # nor guesses around it
    after = ask(30, other, region="Lyon", client="z")
    assert (before.action, after.action) == (Action.ACCEPT, Action.ACCEPT)
    assert codes(after) == {C.UNIT_ON_RECORD, C.CHECKED_BEFORE}


def test_the_order_of_arrival_changes_nothing(filled: Database) -> None:
    """Queues that were offline arrive late: each scan counts at its own time."""
    scans = [
        NewSighting(UNIT, sighting(kind, Region("FR", town), START + timedelta(days=day), client))
        for kind, town, day, client in [
            (SightingKind.STRANGER, "Lyon", 0, "a"),
            (SightingKind.STRANGER, "Lille", 50, "b"),
            (SightingKind.TRADE, "Lyon", 10, "c"),
            (SightingKind.STRANGER, "Lyon", 20, ""),
        ]
    ]
    results = set()
    writer = HistoryWriter(filled)
    for number, order in enumerate(islice(permutations(scans), 0, None, 5)):
        subject = Subject(SubjectScope.UNIT, 1, f"U{number}")
        for each in order:
            with filled.transaction() as connection:
                writer.add(connection, [NewSighting(subject, each.sighting)])
        results.add(lines(filled, subject))
    assert results == {together(each.sighting for each in scans)}


def test_places_beyond_the_kept_ones_end_in_one_line_in_whichever_order(filled: Database) -> None:
    flood = [
        NewSighting(
            UNIT, sighting(SightingKind.STRANGER, Region("US", f"P{n}"), START + timedelta(hours=n), f"m{n}")
        )
        for n in range(60)
    ]
    writer = HistoryWriter(filled)
    results = set()
    for name, order in (("U1", flood), ("U2", flood[::-1]), ("U3", flood[30:] + flood[:30])):
        subject = Subject(SubjectScope.UNIT, 1, name)
        for start in range(0, 60, 7):
            with filled.transaction() as connection:
                writer.add(
                    connection,
                    [NewSighting(subject, each.sighting) for each in order[start : start + 7]],
                    [subject],
                )
        results.add(lines(filled, subject))
    assert results == {together(each.sighting for each in flood)}


def test_a_scan_counts_at_the_time_at_which_it_was_made(ask: Ask, filled: Database) -> None:
    ask(5, region="Lyon", scanned_at="2026-03-02T08:00:00Z")
    (line,) = lines(filled)
    assert line.first == int(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("asker", list(Asker))
def test_the_same_nonce_is_counted_once(ask: Ask, filled: Database, asker: Asker) -> None:
    for _ in range(3):
        ask(0, region="Lyon", nonce="n", asker=asker)
    (line,) = lines(filled)
    assert line.count == 1


def test_a_nonce_that_another_process_wrote_is_counted_once(filled: Database, time: Time) -> None:
    desks = [VerificationService(filled, window=1.0, read_clock=time.read) for _ in range(2)]
    for each in desks:
        each.verify(Question(scan=FULL, nonce="n"), RequestOrigin(Channel.API, country="FR", client="a"))
        each.verify(Question(scan=FULL), RequestOrigin(Channel.API, country="FR", client="a"))
    for each in desks:
        each.close()
    assert sum(line.count for line in lines(filled)) == 3


def test_calling_oneself_a_clinic_does_not_weigh_more(ask: Ask, filled: Database) -> None:
    ask(0, asker=Asker.CLINIC)
    ask(0, asker=Asker.CLINIC, trade=True)
    assert [line.kind for line in lines(filled)] == [SightingKind.STRANGER, SightingKind.TRADE]


def test_a_clearing_is_for_one_unit_and_only_until_more_is_seen(ask: Ask, filled: Database) -> None:
    assert scatter(ask).action is Action.QUARANTINE
    seen = weigh(lines(filled), Thresholds())
    with filled.transaction() as connection:
        kept.clear(
            connection, UNIT, seen, (), who=AuditActor("ana@maker"), at=START, reason="Our own road show."
        )
    # the first check of a day reads all, the next ones what is kept of the lot
    for hour in range(3):
        again = ask(90 + hour / 24, region="Town 1", client="d1")
        assert codes(again) == {C.UNIT_ON_RECORD, C.CHECKED_BEFORE}
    with filled.reading() as connection:
        entry = connection.execute(
            select(AuditEntry.__table__).where(AuditEntry.action == "clear_history")
        ).one()
    assert (entry.actor, entry.reason, entry.object_id) == ("ana@maker", "Our own road show.", "1/9KQ4T7M2")
    for n in range(4):
        verdict = ask(150 + n, region=f"City {n}", client=f"e{n}")
    assert verdict.headline is C.SEEN_ELSEWHERE


def test_thresholds_are_the_manufacturers_to_set(ask: Ask, filled: Database) -> None:
    lenient = {
        "suspicion": 15.0,
        "devices": 60,
        "recheck_days": 5.0,
        "lot_checks": 10.0,
        "lot_countries": 3,
        "guesses": 12,
    }
    with filled.transaction() as connection:
        connection.execute(insert(DetectionThresholds).values(manufacturer_id=1, **lenient))
    assert scatter(ask).action is Action.ACCEPT
    with filled.transaction() as connection:
        connection.execute(update(DetectionThresholds).values(suspicion=2.5))
    assert ask(80, region="Town 4", client="d4").action is Action.QUARANTINE


def test_guessing_is_noticed_by_who_guesses_and_by_the_neighbourhood(ask: Ask) -> None:
    guess = FULL.replace("9KQ4T7M2", "{}")
    for n in range(11):
        assert C.SERIALS_GUESSED not in codes(ask(0, guess.format(f"AAAA{n:02d}X{n:02d}"), client="g"))
    for n in range(10):  # two may share a bit: what is counted is at least so many
        verdict = ask(0, guess.format(f"BBBB{n:02d}Y{n:02d}"), client="g")
    assert C.SERIALS_GUESSED in codes(verdict)
    # the one that it finds in the end: said to it, and not to the one who holds the vial
    assert C.SERIALS_GUESSED in codes(ask(0, client="g"))
    assert C.SERIALS_GUESSED not in codes(ask(0, client="holder"))
    for n in range(20):  # a network of machines, each asks once
        verdict = ask(0, guess.format(f"ZZZZ7{n:02d}"), client=f"m{n}")
    assert C.SERIALS_GUESSED in codes(verdict)


def test_a_scanner_with_caps_lock_on_guesses_nothing(ask: Ask, filled: Database) -> None:
    for n in range(15):
        ask(0, FULL.replace("9KQ4T7M2", "9kq4t7m2"), client="c", nonce=f"n{n}")
    assert lines(filled, Subject(SubjectScope.GUESSER, 1, "c")) == ()


def test_a_lot_is_counted_and_its_foreign_countries_kept(ask: Ask, filled: Database) -> None:
    with filled.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(quantity=1))
    for n, country in enumerate(("FR", "TR", "BR", "IN", "VN", "BR", "FR", "FR", "FR", "FR")):
        verdict = ask(n, scan="VX2401", country=country, client=f"d{n}")
    assert codes(verdict) == {C.LOT_ON_RECORD, C.LOT_SEEN_ELSEWHERE}
    assert verdict.action is Action.CHECK
    assert C.LOT_CHECKED_OFTEN in codes(ask(11, scan="VX2401"))


def test_what_is_written_waits_no_more_before_the_next_write_begins(
    desk: VerificationService, filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a second `flush`, as when the service stops while it writes, counts it once more."""
    log, locked = desk._scans, []

    class Waiting(dict[str, Any]):
        def pop(self, *key: Any) -> Any:
            locked.append(log._writing.locked())
            return super().pop(*key)

    monkeypatch.setattr(log, "_waiting", Waiting())
    desk.verify(Question(scan=FULL), RequestOrigin(Channel.API, country="FR", client="a"))
    log.flush()
    assert locked == [True]
    assert sum(each.count for each in lines(filled)) == 1


@pytest.mark.parametrize(
    ("scan", "subject"),
    [
        ("NOPE", Subject(SubjectScope.UNKNOWN_LOT, 0, "NOPE")),  # nobody's lot
        (
            f"(01){maker_records.GTIN}(10)NOPE77",
            Subject(SubjectScope.UNKNOWN_LOT, 1, "NOPE77"),
        ),  # not this product's
    ],
)
def test_lots_that_people_keep_typing_are_history_too(
    ask: Ask, filled: Database, scan: str, subject: Subject
) -> None:
    for n in range(3):
        ask(n, scan=scan, region="Lyon", client=f"d{n}")
    (line,) = lines(filled, subject)
    assert (line.count, line.devices.bit_count(), line.place) == (3, 3, Region("FR", "Lyon"))


def test_looking_up_leaves_no_trace(desk: VerificationService, filled: Database) -> None:
    desk.preview(Question(scan=FULL), RequestOrigin(Channel.API, country="FR"))
    assert lines(filled) == ()


def test_where_it_came_from_is_kept_with_the_scan_as_coarse_as_it_is(ask: Ask, filled: Database) -> None:
    ask(0, country="France", region="LYON (45.7640, 4.8357)", client="mark")
    with filled.reading() as connection:
        row = connection.execute(select(Scan.country, Scan.region, Scan.client)).one()
    assert tuple(row) == ("FR", "Lyon", "mark")


def test_before_its_release_on_both_databases(ask: Ask, filled: Database) -> None:
    ask(0)
    with filled.transaction() as connection:
        connection.execute(update(Batch).where(Batch.id == 1).values(released=date(2026, 4, 1)))
    assert C.SEEN_BEFORE_RELEASE in codes(ask(60))


def test_what_was_written_and_not_acknowledged_is_counted_once(
    filled: Database, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit went through and its answer got lost: the scans are written again, and not counted again."""
    desk = VerificationService(filled, window=1.0, read_clock=time.read)
    desk.verify(Question(scan=FULL), RequestOrigin(Channel.API, country="FR", client="a"))
    whole = filled.transaction

    @contextmanager
    def lost(*, durable: bool = True) -> Iterator[Any]:
        with whole(durable=durable) as connection:
            yield connection
        raise UnavailableError(ErrorCode.STORAGE_UNAVAILABLE)

    monkeypatch.setattr(filled, "transaction", lost)
    with pytest.raises(UnavailableError):
        desk._scans.flush()
    monkeypatch.undo()
    desk.verify(Question(scan=FULL), RequestOrigin(Channel.API, country="FR", client="b"))
    desk.close()
    assert sum(line.count for line in lines(filled)) == 2

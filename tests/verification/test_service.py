"""Asking, on real records of both databases."""

import dataclasses
import logging
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import event, func, insert, select, text, update

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.errors import ConflictError, ErrorCode, InvalidFieldsError, NotFoundError, VialcheckError
from service.storage.database import Database
from service.storage.models import Batch, Scan
from service.verification.check_ids import CheckIds
from service.verification.clock import Clock
from service.verification.facts import load
from service.verification.question import Channel, Question, RequestOrigin, parse_question
from service.verification.scan_log import RecordedScan, ScanLog
from service.verification.service import VerificationService
from service.verification.verdict_codec import (
    presented_from_plain,
    presented_to_plain,
    verdict_from_plain,
    verdict_to_plain,
)
from tests.factories import maker_records
from tests.factories.questions import Asked, make_question

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FULL = f"(01){maker_records.GTIN}(17)701231(10)VX2401(21)9KQ4T7M2"
R, A = ReasonCode, Action


PPN = "[)>\x1e06\x1d9N111234567842\x1d1TVX2401\x1e\x04"


@pytest.fixture
def filled(database: Database) -> Database:
    maker_records.fill(database)
    return database


@pytest.fixture
def desk(filled: Database) -> Iterator[VerificationService]:
    opened = VerificationService(filled, window=0.1, read_clock=lambda: NOW)
    yield opened
    opened.close()


def count(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(Scan)) or 0


@pytest.mark.parametrize(
    ("asked", "action", "codes"),
    [
        ({"scan": FULL}, A.ACCEPT, {R.UNIT_ON_RECORD}),
        # the same code as a scanner sends it, and as a link of anybody's
        ({"scan": f"]d201{maker_records.GTIN}17701231" + "10VX2401\x1d219KQ4T7M2"}, A.ACCEPT, {R.UNIT_ON_RECORD}),
        ({"scan": f"https://evil.example/01/{maker_records.GTIN}/10/VX2401/21/9KQ4T7M2?17=701231"}, A.ACCEPT, {R.UNIT_ON_RECORD}),
        # a mark that the record has not is another lot, or a slip: never the lot itself
        ({"scan": "vx-2401"}, A.CHECK, {R.LIKELY_MISREAD, R.PRODUCT_ON_RECORD}),
        ({"lot": " VX 2401 "}, A.CHECK, {R.LOT_ON_RECORD}),
        ({"lot": "VX2402"}, A.REJECT, {R.RECALLED, R.LOT_ON_RECORD}),
        ({"lot": "NOPE"}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        ({"gtin": maker_records.GTIN, "lot": "NOPE"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD, R.PRODUCT_ON_RECORD}),
        # two products of one maker share it: which?
        ({"lot": "408011"}, A.CHECK, {R.LOT_AMBIGUOUS, R.LOT_ON_RECORD}),
        ({"lot": "408011", "product": "verotox 50"}, A.CHECK, {R.LOT_ON_RECORD}),
        ({"lot": "408011", "gtin": maker_records.SISTER}, A.CHECK, {R.LOT_ON_RECORD}),
        # the sister product's lot under this product's number
        ({"gtin": maker_records.GTIN, "lot": "SIS77"}, A.QUARANTINE, {R.PRODUCT_MISMATCH, R.LOT_NOT_ON_RECORD, R.PRODUCT_ON_RECORD}),
        # another maker's lot is no contradiction where the records are complete: it is just not there
        ({"gtin": maker_records.GTIN, "lot": "FIL1"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD, R.PRODUCT_ON_RECORD}),
        # a number of the maker's own range that the maker never gave out
        ({"gtin": "09506000000008"}, A.QUARANTINE, {R.PRESENTATION_UNKNOWN, R.NO_RECORDS_HELD}),
        ({"gtin": "03582186006207"}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        # an unknown company's product may well have a lot number that ours has too
        ({"gtin": "03582186006207", "lot": "VX2401"}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        ({"scan": FULL.replace("9KQ4T7M2", "7HX2W5R8")}, A.QUARANTINE, {R.SERIAL_NOT_ON_RECORD, R.LOT_ON_RECORD}),
        # the key beside the right one
        ({"scan": FULL.replace("9KQ4T7M2", "9KQ4T7M3")}, A.CHECK, {R.LIKELY_MISREAD, R.LOT_ON_RECORD}),
        # caps lock
        ({"scan": FULL.replace("9KQ4T7M2", "9kq4t7m2")}, A.CHECK, {R.LIKELY_MISREAD, R.LOT_ON_RECORD}),
        # O for 0: look again; never accepted
        ({"gtin": maker_records.GTIN, "lot": "VX24O1"}, A.CHECK, {R.LIKELY_MISREAD, R.PRODUCT_ON_RECORD}),
        # folded onto a recalled lot: caution
        ({"gtin": maker_records.GTIN, "lot": "5588"}, A.QUARANTINE, {R.LIKELY_MISREAD, R.ALERT_CLOSE, R.PRODUCT_ON_RECORD}),
        ({"lot": "C6835C3"}, A.QUARANTINE, {R.ALERT_LOT_COUNTERFEITED, R.NO_RECORDS_HELD}),
        ({"lot": "C683SC3"}, A.QUARANTINE, {R.ALERT_CLOSE, R.NO_RECORDS_HELD}),
        ({"gtin": maker_records.GTIN, "serial": "fake12", "lot": "VX2401"}, A.REJECT, {R.ALERT_FALSIFIED, R.SERIAL_NOT_ON_RECORD, R.LOT_ON_RECORD}),
        # lots of digits that would do for a GTIN are still lots
        ({"scan": "12345670"}, A.CHECK, {R.LOT_ON_RECORD}),
        ({"scan": "4006381333931"}, A.CHECK, {R.LOT_ON_RECORD}),
        ({"scan": "9506000134352"}, A.CHECK, {R.PRODUCT_ON_RECORD}),
        ({"gtin": maker_records.GTIN, "no_lot": True}, A.QUARANTINE, {R.NO_LOT_PRESENTED, R.PRODUCT_ON_RECORD}),
        # a German code names the product by its PZN
        ({"scan": PPN}, A.CHECK, {R.LOT_ON_RECORD}),
        ({"scan": PPN.replace("VX2401", "VX2402")}, A.REJECT, {R.RECALLED, R.LOT_ON_RECORD}),
        # a PZN that is not on record: a product with such a lot is another one
        ({"scan": PPN.replace("9N111234567842", "9N111112345063")}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        # a PPN without a lot is a code without a lot; with an expiry the vial is in the hand, and has none
        ({"scan": PPN.replace("\x1d1TVX2401", "")}, A.CHECK, {R.PRODUCT_ON_RECORD}),
        ({"scan": PPN.replace("1TVX2401", "D701231")}, A.QUARANTINE, {R.NO_LOT_PRESENTED, R.PRODUCT_ON_RECORD}),
        ({"scan": PPN.replace("9N111234567842\x1d1TVX2401", "9N111112345063")}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        # what such a code said, asked again as a field
        ({"national": "pzn:12345678", "lot": "VX2402"}, A.REJECT, {R.RECALLED, R.LOT_ON_RECORD}),
        # a GTIN beside another product's national number
        ({"scan": f"(01){maker_records.GTIN}(10)VX2401(710)12345678"}, A.CHECK, {R.LOT_ON_RECORD}),
        ({"scan": f"(01){maker_records.GTIN}(10)VX2401(710)11234506"}, A.QUARANTINE, {R.PRESENTATION_UNKNOWN, R.LOT_ON_RECORD}),
        ({"scan": f"(01){maker_records.GTIN}(10)VX2401(712)123456.7"}, A.CHECK, {R.LOT_ON_RECORD}),  # none of Spain's held
        ({"product": "Verotox 50"}, A.CHECK, {R.PRODUCT_ON_RECORD}),
        # as people write a name: the words that name it count, and the number of units
        ({"product": "VEROTOX 100U (Medulla)", "lot": "NOPE77"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD, R.PRODUCT_ON_RECORD}),
        ({"product": "Verotox", "lot": "NOPE77"}, A.QUARANTINE, {R.LOT_NOT_ON_RECORD, R.PRODUCT_ON_RECORD}),
        ({"product": "Nonsuch", "lot": "NOPE77"}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        # it is called by the name of a maker all of whose products are here, and this number is not one of them
        ({"gtin": "03582186006207", "product": "Verotox 100"}, A.QUARANTINE, {R.PRESENTATION_UNKNOWN, R.NO_RECORDS_HELD}),
        ({"gtin": "03582186006207", "product": "Filla"}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        # the lot of what it is called, under a number that nobody knows
        ({"gtin": "03582186006207", "product": "Filla", "lot": "FIL1"}, A.QUARANTINE, {R.PRODUCT_MISMATCH, R.NO_RECORDS_HELD}),
        # a notice of a whole brand is read, though it names no number
        ({"product": "Toxpia 100", "market": "GB"}, A.QUARANTINE, {R.MARKET_NOT_AUTHORISED, R.NO_RECORDS_HELD}),
        ({"product": "Toxpia 100", "market": "KR"}, A.UNKNOWN, {R.NO_RECORDS_HELD}),
        ({"scan": FULL, "market": "Brazil"}, A.QUARANTINE, {R.MARKET_NOT_AUTHORISED, R.UNIT_ON_RECORD}),
        ({"scan": FULL, "strength": "150 units"}, A.QUARANTINE, {R.PRESENTATION_UNKNOWN, R.UNIT_ON_RECORD}),
    ],
)  # fmt: skip
def test_questions_and_their_answers(
    desk: VerificationService, asked: dict[str, Any], action: Action, codes: set[ReasonCode]
) -> None:
    verdict = desk.preview(*make_question(**asked)).verdict
    assert (verdict.action, {reason.code for reason in verdict.reasons}) == (action, codes)


def test_looking_up_leaves_no_trace_and_verifying_leaves_one(
    desk: VerificationService, filled: Database
) -> None:
    desk.preview(Question(scan=FULL), RequestOrigin(Channel.API))
    assert count(filled) == 0
    desk.verify(Question(scan=FULL), RequestOrigin(Channel.API))
    desk.verify(
        Question(lot="NOPE", asker=Asker.CLINIC), RequestOrigin(Channel.API)
    )  # unknown ones are scans too
    desk.close()
    assert count(filled) == 2


@pytest.mark.parametrize("asker", list(Asker))
def test_the_same_nonce_is_the_same_check(desk: VerificationService, filled: Database, asker: Asker) -> None:
    question = make_question(scan=FULL, nonce="n-1", asker=asker)
    first, again = desk.verify(*question), desk.verify(*question)
    assert (first.id, first.repeated, again.repeated) == (again.id, False, True)
    with pytest.raises(ConflictError) as refused:
        desk.verify(replace(question[0], scan="VX2402"), question[1])
    assert refused.value.code is ErrorCode.NONCE_REUSED
    desk.close()
    assert count(filled) == 1


def test_a_nonce_used_by_many_at_once_is_one_check(desk: VerificationService, filled: Database) -> None:
    answers: list[str | None] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait()
        answers.append(
            desk.verify(Question(scan=FULL, nonce="n-2", asker=Asker.CLINIC), RequestOrigin(Channel.API)).id
        )

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert count(filled) == 1


def test_an_answer_can_be_read_again_before_and_after_it_is_on_disk(
    desk: VerificationService, filled: Database
) -> None:
    answer = desk.verify(Question(scan=FULL, market="FR"), RequestOrigin(Channel.API))
    assert answer.id is not None
    assert desk.find_check(answer.id) == answer
    desk.close()
    again = VerificationService(filled).find_check(answer.id)
    assert again == answer
    with pytest.raises(NotFoundError):
        desk.find_check(CheckIds().new())


def test_a_recall_counts_on_the_very_next_check_and_changes_no_earlier_answer(
    desk: VerificationService, filled: Database
) -> None:
    before = desk.verify(Question(scan=FULL), RequestOrigin(Channel.API))
    with filled.transaction() as connection:
        connection.execute(update(Batch).where(Batch.lot_key == "VX2401").values(status="recalled"))
    assert desk.preview(Question(scan=FULL), RequestOrigin(Channel.API)).verdict.action is Action.REJECT
    assert before.id is not None
    assert desk.find_check(before.id).verdict.action is Action.ACCEPT


def test_a_strangers_check_is_on_disk_within_the_window(desk: VerificationService, filled: Database) -> None:
    committed, written = threading.Event(), threading.Event()
    event.listen(filled.engine, "commit", lambda _: committed.set())
    event.listen(filled.engine, "checkin", lambda *_: written.set() if committed.is_set() else None)
    desk.verify(Question(scan=FULL), RequestOrigin(Channel.API))
    assert written.wait(timeout=10)
    assert count(filled) == 1


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"scan": "   "}, "scan", ErrorCode.NOTHING_PRESENTED),
        ({"expiry": "12/2028"}, "scan", ErrorCode.NOTHING_PRESENTED),
        ({"gtin": "09506000134353"}, "gtin", ErrorCode.GTIN_CHECK_DIGIT),
        ({"lot": "VX\u202e2401"}, "lot", ErrorCode.BAD_CHARACTER),
        ({"lot": "<script>alert(1)</script>"}, "lot", ErrorCode.TOO_LONG),
        ({"lot": "A" * 21}, "lot", ErrorCode.TOO_LONG),
        ({"lot": "VX2401", "expiry": "31/02/2028"}, "expiry", ErrorCode.EXPIRY_IMPOSSIBLE),
        ({"lot": "VX2401", "market": "Narnia"}, "market", ErrorCode.COUNTRY_UNKNOWN),
        ({"scan": FULL, "lot": "OTHER"}, "lot", ErrorCode.FIELDS_DISAGREE),
        ({"lot": "VX2401", "strength": "1\x00"}, "strength", ErrorCode.BAD_CHARACTER),
        ({"lot": "VX2401", "product": "x" * 500}, "product", ErrorCode.TOO_LONG),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(
    desk: VerificationService, asked: dict[str, Any], field: str, code: ErrorCode
) -> None:
    with pytest.raises(VialcheckError) as refused:
        desk.verify(*make_question(**asked))
    errors = refused.value.errors if isinstance(refused.value, InvalidFieldsError) else (refused.value,)
    assert [(each.field, each.code) for each in errors] == [(field, code)]


def test_words_may_hold_what_cannot_be_seen(desk: VerificationService) -> None:
    """Pasted from a page: soft hyphens, joiners of Persian words, a zero-width space."""
    shown = desk.preview(
        Question(scan=FULL, product="Vela\u00advox™", strength="100\u200b units"), RequestOrigin(Channel.API)
    ).presented
    assert (shown.product, shown.strength) == ("Velavox™", "100 units")


def test_all_fields_that_cannot_be_read_are_named_at_once(desk: VerificationService) -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        desk.verify(Question(gtin="1", lot="\x00", market="Narnia"), RequestOrigin(Channel.API))
    assert [each.field for each in refused.value.errors] == ["gtin", "lot", "market"]


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_gets_an_answer_or_an_error_of_ours(
    desk: VerificationService, scan: str, lot: str, expiry: str, product: str
) -> None:
    try:
        answer = desk.preview(
            Question(scan=scan, lot=lot, expiry=expiry, product=product), RequestOrigin(Channel.API)
        )
    except VialcheckError:
        return
    plain = verdict_to_plain(answer.verdict)
    assert verdict_from_plain(plain) == answer.verdict
    assert presented_from_plain(presented_to_plain(answer.presented)) == answer.presented


def test_many_lots_do_not_change_what_one_finds(filled: Database, desk: VerificationService) -> None:
    with filled.transaction() as connection:
        connection.execute(
            insert(Batch), [maker_records.batch(100 + n, f"N{n}", product_id=3) for n in range(50)]
        )
    answer = desk.preview(Question(lot="n7"), RequestOrigin(Channel.API))
    assert answer.verdict.record is not None
    assert answer.verdict.record.batch is not None
    assert answer.verdict.record.batch.lot == "N7"


def test_a_clock_set_back_does_not_unexpire_anything() -> None:
    times = iter([NOW, NOW - timedelta(days=400), NOW + timedelta(seconds=1)])
    clock = Clock(lambda: next(times))
    assert [clock.now(), clock.now(), clock.now()] == [NOW, NOW, NOW + timedelta(seconds=1)]


def test_a_clock_set_back_while_the_service_was_down(filled: Database) -> None:
    """The latest check on record is later than the machine's clock: time does not run back."""
    first = VerificationService(filled, read_clock=lambda: NOW)
    first.verify(Question(lot="VX2401", asker=Asker.CLINIC), RequestOrigin(Channel.API))
    first.close()
    second = VerificationService(filled, read_clock=lambda: NOW - timedelta(days=4000))
    assert second.preview(Question(lot="VX2401"), RequestOrigin(Channel.API)).verdict.as_of == NOW
    second.close()


def test_ids_are_uuids_of_version_7() -> None:
    ids = [CheckIds().new() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert all(each[14] == "7" and each[19] in "89ab" for each in ids)


class _Counted:
    """The driver's connection, every select counted."""

    def __init__(self, driver: Any) -> None:
        self.driver, self.selects = driver, 0

    def execute(self, *statement: Any) -> Any:
        self.selects += 1
        return self.driver.execute(*statement)


@pytest.mark.parametrize(
    ("asked", "selects"),
    [
        (make_question(lot="VX2401"), 2),  # the product with its lot, and the notices
        # found: product with lot, the unit, notices on the lot and those that name a serial
        (make_question(scan=FULL), 4),
        # a lot that differs in a mark: what may have been meant is looked for
        (make_question(scan=FULL.replace("VX2401", "vx-2401")), 6),
        # an unknown product's number: whose prefix, and whose lot
        (make_question(scan="(01)03582186006207(10)X"), 4),
        # not found: are there units, and what may have been meant
        (make_question(scan=FULL.replace("9KQ4T7M2", "9KQ4T7M3")), 6),
        # another maker's lot, what may have been meant, notices on what may have been meant
        (make_question(scan=f"(01){maker_records.GTIN}(10)VX2404"), 7),
    ],
)  # fmt: skip
def test_only_what_was_not_found_is_looked_for_further(filled: Database, asked: Asked, selects: int) -> None:
    assert selects_of(filled, asked) == selects


@pytest.mark.parametrize(
    ("asked", "selects"),
    [
        (make_question(lot="VX2401"), 0),
        (make_question(scan=f"(01){maker_records.GTIN}(10)VX2404"), 0),  # what is not there is known as well
        (make_question(scan=FULL), 1),  # a unit is always looked at as it is now
        (make_question(scan=FULL.replace("9KQ4T7M2", "DSP1")), 2),  # and of a used one, since when
        (make_question(scan=FULL.replace("9KQ4T7M2", "9KQ4T7M3")), 3),
    ],
)
def test_facts_that_stayed_what_they_were_are_not_read_again(
    filled: Database, asked: Asked, selects: int
) -> None:
    selects_of(filled, asked)
    selects_of(filled, make_question(scan=FULL))
    assert selects_of(filled, asked) == selects


def selects_of(database: Database, asked: Asked) -> int:
    """How many selects gathering takes, beside the one that asks whether the facts are still the same."""
    with database.snapshot() as snapshot:
        counted = _Counted(snapshot.driver)
        load(
            dataclasses.replace(snapshot, driver=counted),
            parse_question(*asked),
            Asker.PATIENT,
            datetime.now(UTC),
        )
    return counted.selects


def test_what_could_not_be_written_down_is_tried_again(desk: VerificationService, filled: Database) -> None:
    """Also after an error that nobody thought of: here nothing may be put into the table for a while."""
    failed, log = threading.Event(), logging.getLogger("service.verification.scan_log")

    def hear(_said: logging.LogRecord) -> bool:
        failed.set()
        return True

    log.addFilter(hear)
    refuse, allow = (
        ("CREATE TRIGGER no BEFORE INSERT ON scan BEGIN SELECT RAISE(ABORT, 'no'); END", "DROP TRIGGER no")
        if filled.is_sqlite
        else ("ALTER TABLE scan RENAME TO away", "ALTER TABLE away RENAME TO scan")
    )
    with filled.transaction() as connection:
        connection.execute(text(refuse))
    desk.verify(Question(scan=FULL), RequestOrigin(Channel.API))
    assert failed.wait(10)
    log.removeFilter(hear)
    with filled.transaction() as connection:
        connection.execute(text(allow))
    deadline = time.monotonic() + 10
    while count(filled) == 0 and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert count(filled) == 1


@pytest.fixture
def processes(filled: Database) -> Iterator[tuple[VerificationService, VerificationService]]:
    """Two processes that answer from one database, and write strangers' checks down when they get to it."""
    other = Database(filled.url.render_as_string(hide_password=False))
    desks = [
        VerificationService(
            each, window=1.0, alone=False, read_clock=lambda: NOW, ids=CheckIds(lambda: b"shared")
        )
        for each in (filled, other)
    ]
    yield desks[0], desks[1]
    for desk in desks:
        desk.close()
    other.close()


def test_a_form_sent_twice_is_one_check_for_every_process(
    processes: tuple[VerificationService, VerificationService],
) -> None:
    """A second press of the button may reach another process, and the page be asked for from either."""
    one, other = processes
    question = make_question(scan=FULL, nonce="n-1")
    first, second = one.verify(*question), other.verify(*question)
    assert (second.id, second.repeated) == (first.id, True)
    assert first.id is not None
    assert other.find_check(first.id).verdict == one.find_check(first.id).verdict == first.verdict


def test_a_check_without_a_nonce_is_found_by_the_other_process_within_the_window(
    processes: tuple[VerificationService, VerificationService],
) -> None:
    one, other = processes
    answer = one.verify(Question(scan=FULL), RequestOrigin(Channel.API))
    assert answer.id is not None
    assert other.find_check(answer.id).verdict == answer.verdict


def test_only_a_marked_id_is_waited_for(
    processes: tuple[VerificationService, VerificationService], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id that was made up costs one look; one that this service made may be on its way to the disk."""
    looks: list[str] = []
    find = ScanLog.find

    def counted(log: ScanLog, scan_id: str) -> RecordedScan | None:
        looks.append(scan_id)
        return find(log, scan_id)

    monkeypatch.setattr(ScanLog, "find", counted)
    for key, is_waited_for in ((b"another key", False), (b"shared", True)):
        looks.clear()
        with pytest.raises(NotFoundError):
            processes[1].find_check(CheckIds(lambda key=key: key).new())  # type: ignore[misc]
        assert (len(looks) > 1) is is_waited_for


def test_an_id_without_a_mark_that_is_on_record_is_found(
    filled: Database, processes: tuple[VerificationService, VerificationService]
) -> None:
    """Ids of before marks, and of another key."""
    earlier = VerificationService(filled, window=0.05)
    answer = earlier.verify(Question(scan=FULL), RequestOrigin(Channel.API))
    earlier.close()
    assert answer.id is not None
    assert processes[0].find_check(answer.id) == answer


def test_a_long_import_keeps_no_stranger_from_an_answer(filled: Database) -> None:
    """It holds SQLite's only lock: what several processes share is then gathered, as one alone does."""
    other = Database(filled.url.render_as_string(hide_password=False), wait_seconds=0.1)
    desk = VerificationService(other, alone=False)
    with filled.transaction() as connection:
        connection.execute(update(Batch).values(quantity=7))
        answer = desk.verify(Question(scan=FULL, nonce="n-2"), RequestOrigin(Channel.API))
        again = desk.verify(Question(scan=FULL, nonce="n-2"), RequestOrigin(Channel.API))
    assert (again.id, again.repeated) == (answer.id, True)
    desk.close()
    other.close()
    assert count(filled) == 1

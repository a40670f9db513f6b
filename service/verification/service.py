"""The desk where people ask: read the question, gather the evidence, judge, append the scan."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity.evidence import Asker, Presented
from service.authenticity.scan_history.suspects import OF_HISTORY
from service.authenticity.verdicts import Verdict, judge
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.database import Database
from service.storage.hot import product_records
from service.verification import facts_cache
from service.verification.check_ids import CheckIds, age, is_check_id
from service.verification.clock import Clock, machine_time
from service.verification.facts import gather
from service.verification.question import ParsedQuestion, Question, parse_question
from service.verification.scan_history import HistoryUpdate, look_back
from service.verification.scan_log import RecordedScan, ScanLog

LONGEST_WAIT = timedelta(days=7)
"""How long a scan may have waited for a network. After that the vial itself has moved on."""

_SKEW = timedelta(minutes=5)
# So much may the clock of somebody's device be fast; what it says of the future is then taken for now.

_LOOK_AGAIN = 0.05
"""Seconds between two looks for a check that another process is writing down."""


class Answer(Struct, frozen=True):
    """A verdict on what was presented. `id` is None where nothing was recorded; `repeated`: a known nonce.

    `vial` and `carton`: what each of the two says, when both were presented.
    `scanned_at`: when the code was read, where the asker said so.
    `kind` and `host`: how the scanned text was read, and the host of the web address in it, if it was one.
    """

    id: str | None
    verdict: Verdict
    presented: Presented
    kind: str | None
    host: str | None
    asker: Asker
    repeated: bool = False
    vial: Presented | None = None
    carton: Presented | None = None
    scanned_at: datetime | None = None


class VerificationService:
    """One for a process. `preview` only reads; `verify` also records, once for each nonce.

    `alone`: no other process answers from this database, so that what is not here was never answered.
    `ids`: what all processes of a service share, so that one waits for a check that another is writing.
    `on_answer`: is told each verdict's action, and the seconds that it took.
    """

    def __init__(
        self,
        database: Database,
        *,
        window: float = 1.0,
        alone: bool = True,
        read_clock: Callable[[], datetime] = machine_time,
        ids: CheckIds | None = None,
        on_answer: Callable[[str, float], None] | None = None,
    ) -> None:
        self._database = database
        self._ids = ids or CheckIds()
        self._on_answer = on_answer
        self._scans = ScanLog(database, window=window)
        self._others_write_within = 0.0 if alone else window + _LOOK_AGAIN
        # What is on record happened: a machine whose clock was set back does not make it undone.
        self._clock = Clock(read_clock, floor=self._scans.latest_moment())

    def preview(self, question: Question) -> Answer:
        """Answer without leaving a trace. Raises what `parse_question` raises."""
        return self._judge(question, parse_question(question), leaving=False)[0]

    def verify(self, question: Question) -> Answer:
        """Answer and record. The same nonce again gives the first answer; another question, a conflict."""
        understood = parse_question(question)
        if question.nonce:
            earlier = self._scans.find_nonce(question.nonce)
            if earlier is not None:
                return _same_question(earlier, understood, question)
        answer, traces = self._judge(question, understood, leaving=True)
        scan = RecordedScan(
            id=self._ids.new(),
            at=answer.verdict.as_of,
            nonce=question.nonce,
            door=question.door,
            asker=question.asker,
            presented=answer.presented,
            verdict=answer.verdict,
            host=answer.host,
            kind=answer.kind,
            vial=answer.vial,
            carton=answer.carton,
            scanned_at=answer.scanned_at,
            organisation_id=question.organisation_id,
            place=understood.place,
            client=understood.client,
            traces=traces,
        )
        shared = self._others_write_within > 0
        kept = self._scans.append(scan, durable=question.asker is Asker.CLINIC, shared=shared)
        return _answer(scan) if kept is scan else _same_question(kept, understood, question)

    def find_check(self, scan_id: str) -> Answer:
        """What was answered under this id; NotFoundError."""
        known = is_check_id(scan_id)
        scan = self._scans.find(scan_id) if known else None
        while scan is None and known and self._is_on_its_way(scan_id):
            # Another process has just answered, and is about to write it down.
            time.sleep(_LOOK_AGAIN)
            scan = self._scans.find(scan_id)
        if scan is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=scan_id, expected="the id of a check", field="id")
        return _answer(scan)

    def now(self) -> datetime:
        """The moment by which verdicts are given: never earlier than what is on record."""
        return self._clock.now()

    def release_tests(self, batch_id: int) -> list[tuple[str, str, str]]:
        """What the manufacturer put on record of a batch's release tests: test, method, result."""
        with self._database.snapshot() as snapshot:
            return product_records.release_tests(snapshot, batch_id)

    def close(self) -> None:
        """Write down all that waits."""
        self._scans.close()

    @property
    def unwritten(self) -> tuple[int, float]:
        """How many answered checks are not on disk yet, and for how many seconds none of them was written."""
        return self._scans.unwritten()

    def _is_on_its_way(self, scan_id: str) -> bool:
        """Whether another process may have answered under this id, and not written it down yet."""
        return age(scan_id) < self._others_write_within and self._ids.has_mark(scan_id)

    def _judge(
        self, question: Question, understood: ParsedQuestion, *, leaving: bool
    ) -> tuple[Answer, HistoryUpdate]:
        begun = time.perf_counter()
        now, trade, asker = self._clock.now(), question.trade, question.asker
        if understood.scanned_at is not None:
            understood = replace(understood, scanned_at=_plausible(understood.scanned_at, now))
        presented = understood.presented
        known = facts_cache.look(self._database, understood, asker, now, trade=trade, leaving=leaving)
        if known is not None:
            verdict, traces = known
        else:
            verdict, traces, presented = self._gather_and_judge(understood, asker, now, trade=trade)
        reading = understood.reading
        answer = Answer(
            id=None,
            verdict=verdict,
            presented=presented,
            kind=str(reading.kind) if reading else None,
            host=reading.host if reading else None,
            asker=asker,
            vial=understood.vial,
            carton=understood.carton,
            scanned_at=understood.scanned_at,
        )
        if self._on_answer is not None:
            self._on_answer(str(verdict.action), time.perf_counter() - begun)
        return answer, traces

    def _gather_and_judge(
        self, understood: ParsedQuestion, asker: Asker, now: datetime, *, trade: bool
    ) -> tuple[Verdict, HistoryUpdate, Presented]:
        with self._database.snapshot() as snapshot:
            evidence = gather(snapshot, understood, asker, now)
            history, traces = look_back(snapshot, evidence, understood, trade=trade)
            facts_cache.keep(snapshot, understood, evidence)
        verdict = judge(replace(evidence, history=history))
        if any(reason.code in OF_HISTORY for reason in verdict.reasons):
            traces = replace(traces, telling=True)
        return verdict, traces, evidence.presented


def _plausible(scanned_at: datetime, now: datetime) -> datetime:
    """When the code was read, never after `now`. RefusedError(MOMENT_IMPLAUSIBLE)."""
    if not now - LONGEST_WAIT <= scanned_at <= now + _SKEW:
        raise RefusedError(
            ErrorCode.MOMENT_IMPLAUSIBLE,
            given=str(scanned_at),
            expected=f"a moment of the last {LONGEST_WAIT.days} days",
            found=f"{now:%Y-%m-%dT%H:%M:%SZ} here",
            field="scanned_at",
        )
    return min(scanned_at.astimezone(UTC), now)


def _answer(scan: RecordedScan, *, repeated: bool = False) -> Answer:
    return Answer(
        scan.id,
        scan.verdict,
        scan.presented,
        scan.kind,
        scan.host,
        scan.asker,
        repeated,
        scan.vial,
        scan.carton,
        scan.scanned_at,
    )


def _same_question(earlier: RecordedScan, understood: ParsedQuestion, question: Question) -> Answer:
    asked, kept = understood.presented, earlier.presented
    # A GTIN of digits may have been answered as a lot; all else has to be what it was.
    same = asked == kept or (understood.typed_digits is not None and kept.gtin is None)
    same = same and (understood.vial, understood.carton) == (earlier.vial, earlier.carton)
    if not same or earlier.asker is not question.asker:
        raise ConflictError(
            ErrorCode.NONCE_REUSED,
            given=question.nonce or "",
            expected="a new nonce for a new check",
            found="a nonce that another check was recorded with",
            field="nonce",
        )
    return _answer(earlier, repeated=True)

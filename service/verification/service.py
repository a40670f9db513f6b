"""The verification service: parse a question, read facts and history, judge, and record the check."""

import time
from collections.abc import Callable
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker, Evidence, OutsideAnswer, Presented
from service.authenticity.outside_rules import heard_in
from service.authenticity.scan_history.sightings import rounded
from service.authenticity.scan_history.suspects import OF_HISTORY
from service.authenticity.verdicts import Verdict, judge, record_of
from service.errors import ConflictError, ErrorCode, NotFoundError
from service.storage.database import Database
from service.storage.hot import product_records
from service.storage.hot.statements import Snapshot
from service.verification import facts_cache
from service.verification.check_ids import CheckIds, age, is_check_id
from service.verification.clock import Clock, machine_time, plausible_scan_time
from service.verification.facts import load
from service.verification.facts_cache import LotFacts
from service.verification.outside.responders import OutsideResponders
from service.verification.pack_readings import PackReading
from service.verification.question import (
    ParsedQuestion,
    Question,
    RequestOrigin,
    other_readings,
    parse_question,
)
from service.verification.scan_history import (
    NO_HISTORY_UPDATE,
    Found,
    HistoryUpdate,
    as_the_maker_has_it,
    by_thresholds,
    counted_in,
    history_update,
    leaves,
    needs_thresholds,
    only_guesses,
    read_found,
)
from service.verification.scan_log import RecordedScan, ScanLog

_LOOK_AGAIN = 0.05
"""Seconds between two looks for a check that another process is writing."""


class Answer(Struct, frozen=True):
    """A verdict on what was presented. `id`: None where nothing was recorded; `repeated`: a known nonce.

    `vial` and `carton`: what each of the two says, when both were presented. `organisation_id`: of the asking
    person or program, None for a guest. `scanned_at`: when the code was read, where the asker said so. `kind`
    and `host`: how the scanned text was read, and the host of the web address in it, if it was one.
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
    organisation_id: int | None = None


class PresentedPack(Struct, frozen=True):
    """What was presented of a pack: together, and of vial and carton where both were presented.

    `outside`: what another registry answered when it was checked; a later verdict rests on that too.
    """

    pack: Presented
    vial: Presented | None = None
    carton: Presented | None = None
    outside: OutsideAnswer | None = None

    @classmethod
    def of(cls, answer: Answer) -> "PresentedPack":
        """What a check presented, and heard."""
        return cls(answer.presented, answer.vial, answer.carton, heard_in(answer.verdict.reasons))


class OwnStep(Struct, frozen=True):
    """A step of the asking clinic that moved the unit: the disposition that it left, and the one before."""

    left: Disposition
    was: Disposition


class VerificationService:
    """Answers questions, one instance for each process. `preview` does not record; `verify` does, once for
    each nonce.

    `alone`: no other process answers from this database, so that what is not here was never answered. `ids`:
    what all processes of a service share, so that one waits for a check that another is writing. `on_answer`:
    called with each verdict's action and the seconds that it took. `outside`: who is asked about products
    without records here; None: no other organisation is.
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
        outside: OutsideResponders | None = None,
    ) -> None:
        self._database = database
        self._ids = ids or CheckIds()
        self._on_answer = on_answer
        self._outside = outside
        self._scans = ScanLog(database, window=window)
        self._others_write_within = 0.0 if alone else window + _LOOK_AGAIN
        # What is on record has happened: a machine whose clock was set back does not undo it.
        self._clock = Clock.of(database, read_clock)

    def preview(self, question: Question, origin: RequestOrigin) -> Answer:
        """Compute a verdict without recording a check. Raises what `parse_question` raises, and
        CLOCK_IN_DOUBT.

        A guess at a serial is counted all the same.
        """
        parsed = parse_question(question, origin)
        guessing = parsed.client != "" and parsed.presented.serial is not None
        answer, update = self._answer(question, parsed, recording=guessing)
        if guessing and (guess := only_guesses(update)).seen:
            self._scans.note_guess(guess, answer.verdict.as_of)
        return answer

    def verify(self, question: Question, origin: RequestOrigin) -> Answer:
        """Compute a verdict and record the check. The same nonce again gives the first answer; another
        question with it raises ConflictError(NONCE_REUSED).
        """
        parsed = parse_question(question, origin)
        if question.nonce:
            earlier = self._scans.find_nonce(question.nonce)
            if earlier is not None:
                return _same_question(earlier, parsed, question)
        answer, update = self._answer(question, parsed, recording=True)
        scan = RecordedScan(
            id=self._ids.new(),
            at=answer.verdict.as_of,
            nonce=question.nonce,
            door=origin.channel,
            asker=question.asker,
            presented=answer.presented,
            verdict=answer.verdict,
            host=answer.host,
            kind=answer.kind,
            vial=answer.vial,
            carton=answer.carton,
            scanned_at=answer.scanned_at,
            organisation_id=origin.organisation_id,
            place=parsed.place,
            client=parsed.client,
            history_update=update,
        )
        shared = self._others_write_within > 0
        kept = self._scans.append(scan, durable=question.asker is Asker.CLINIC, shared=shared)
        return _answer(scan) if kept is scan else _same_question(kept, parsed, question)

    def assess(
        self,
        presented: PresentedPack,
        origin: RequestOrigin,
        own: OwnStep | None = None,
        *,
        asker: Asker = Asker.CLINIC,
        treated_on: date | None = None,
    ) -> Verdict:
        """Return the verdict on a pack that was presented before, at this moment; nothing is recorded.

        `own`: the clinic's own step on the unit, which is no evidence against the unit. `treated_on`: the day
        on which the pack was used; it had to be within its expiry date then.
        """
        parsed = ParsedQuestion(
            presented.pack,
            PackReading.of(presented.pack),
            Question(),
            presented.vial,
            presented.carton,
            PackReading.of(presented.carton) if presented.carton else None,
            place=rounded(origin.country, origin.region),
            client=origin.client,
            trade=origin.trade,
            treated_on=treated_on,
        )
        now, heard = self._clock.now(), presented.outside
        return self._assess(parsed, asker, now, recording=False, own=own, heard=heard)[0]

    def find_check(self, scan_id: str) -> Answer:
        """Return the answer to a recorded check; NotFoundError."""
        known = is_check_id(scan_id)
        scan = self._scans.find(scan_id) if known else None
        while scan is None and known and self._is_on_its_way(scan_id):
            # Another process has just answered, and is about to write it.
            time.sleep(_LOOK_AGAIN)
            scan = self._scans.find(scan_id)
        if scan is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, given=scan_id, expected="the id of a check", field="id")
        return _answer(scan)

    def now(self) -> datetime:
        """Return the moment by which verdicts are given: never earlier than what is on record.

        UnavailableError(CLOCK_IN_DOUBT) where the machine's clock is not believed.
        """
        return self._clock.now()

    @property
    def clock(self) -> Clock:
        """The clock by which verdicts are given."""
        return self._clock

    def release_tests(self, batch_id: int) -> list[tuple[str, str, str]]:
        """Return the batch's release tests as the manufacturer recorded them: test, method, result."""
        with self._database.snapshot() as snapshot:
            return product_records.release_tests(snapshot, batch_id)

    def close(self) -> None:
        """Write all checks that wait."""
        self._scans.close()

    @property
    def unwritten(self) -> tuple[int, float]:
        """Return how many answered checks are not on disk yet, and for how many seconds none was written."""
        return self._scans.unwritten()

    def _is_on_its_way(self, scan_id: str) -> bool:
        """Return whether another process may have answered under this id, and not written it yet."""
        return age(scan_id) < self._others_write_within and self._ids.has_mark(scan_id)

    def _answer(
        self, question: Question, parsed: ParsedQuestion, *, recording: bool
    ) -> tuple[Answer, HistoryUpdate]:
        begun = time.perf_counter()
        now, asker = self._clock.now(), question.asker
        if parsed.scanned_at is not None:
            parsed = replace(parsed, scanned_at=plausible_scan_time(parsed.scanned_at, now))
        verdict, update, presented, parsed = self._assess(
            parsed, asker, now, recording=recording, outside=self._outside
        )
        reading = parsed.pack.reading
        answer = Answer(
            id=None,
            verdict=verdict,
            presented=presented,
            kind=str(reading.kind) if reading else None,
            host=reading.host if reading else None,
            asker=asker,
            vial=parsed.vial,
            carton=parsed.carton,
            scanned_at=parsed.scanned_at,
        )
        if self._on_answer is not None:
            self._on_answer(str(verdict.action), time.perf_counter() - begun)
        return answer, update

    def _assess(
        self,
        parsed: ParsedQuestion,
        asker: Asker,
        now: datetime,
        *,
        recording: bool,
        own: OwnStep | None = None,
        outside: OutsideResponders | None = None,
        heard: OutsideAnswer | None = None,
    ) -> tuple[Verdict, HistoryUpdate, Presented, ParsedQuestion]:
        """Return the verdict, what the scan adds to the history, and the reading that the verdict is of.

        `outside`: who is asked about a product without records here, with no snapshot open; `heard`: what was
        answered before, where no registry is asked.
        """
        kept = facts_cache.find(self._database, parsed, asker, now)
        if kept is not None:
            lot, evidence, found = kept
            evidence = _without(own, evidence)
            concluded = _conclude(self._database, lot, evidence, parsed, found, None, recording=recording)
            if concluded is not None:
                return (*concluded, evidence.presented, parsed)
        with self._database.snapshot() as snapshot:
            evidence, parsed = load(snapshot, parsed, asker, now)
            found = read_found(snapshot, evidence, parsed)
            entry = facts_cache.keep(snapshot, parsed, evidence)
            evidence = _without(own, evidence)
            elsewhere = evidence.product is None and (outside is not None or heard is not None)
            if not elsewhere:
                concluded = _conclude(
                    self._database, entry, evidence, parsed, found, snapshot, recording=recording
                )
        if elsewhere:
            said = outside.ask(evidence.presented) if outside is not None else heard
            evidence = replace(evidence, outside=said)
            concluded = _conclude(self._database, None, evidence, parsed, found, None, recording=recording)
        assert concluded is not None  # noqa: S101 (for the type checker: nothing of the record is missing)
        return (*concluded, evidence.presented, parsed)


def _conclude(
    database: Database,
    lot: LotFacts | None,
    evidence: Evidence,
    parsed: ParsedQuestion,
    found: Found,
    snapshot: Snapshot | None,
    *,
    recording: bool,
) -> tuple[Verdict, HistoryUpdate] | None:
    """Return the verdict on the evidence with its history, and what the scan adds to the history.

    `lot`: the cache's entry, None where there is none. `snapshot`: None where the evidence came from the
    cache; the result is None then, where a person has cleared the unit.
    """
    key = facts_cache.judgement_key(evidence, parsed, found) if lot is not None else None
    judgement = lot.judgements.get(key) if lot is not None and key is not None else None
    if judgement is not None and not recording:
        return Verdict(judgement, record_of(evidence), evidence.now), NO_HISTORY_UPDATE
    marks = leaves(evidence, parsed)
    if judgement is None:
        history = counted_in(evidence, parsed, marks, found) if evidence.product is not None else None
        if history is not None and needs_thresholds(evidence, history):
            if snapshot is not None:
                history = as_the_maker_has_it(snapshot, evidence, history)
            else:
                history = by_thresholds(database, evidence, history)
                if history is None:
                    return None
        if lot is not None:
            judgement = lot.judge(evidence, history, key)
        else:
            judgement = judge(replace(evidence, history=history)).judgement
    update = history_update(evidence, marks, found)
    if any(reason.code in OF_HISTORY for reason in judgement.reasons):
        update = replace(update, telling=True)
    return Verdict(judgement, record_of(evidence), evidence.now), update


def _without(own: OwnStep | None, evidence: Evidence) -> Evidence:
    """Return the evidence as it was before the clinic's own step, where the unit is still as that left it."""
    unit = evidence.unit
    if own is None or unit is None or unit.disposition is not own.left:
        return evidence
    return replace(evidence, unit=replace(unit, disposition=own.was), used_on=None, used_without_scan=False)


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
        scan.organisation_id,
    )


def _same_question(earlier: RecordedScan, parsed: ParsedQuestion, question: Question) -> Answer:
    kept = earlier.presented, earlier.vial, earlier.carton
    same = any((each.presented, each.vial, each.carton) == kept for each in (parsed, *other_readings(parsed)))
    if not same or earlier.asker is not question.asker:
        raise ConflictError(
            ErrorCode.NONCE_REUSED,
            given=question.nonce or "",
            expected="a new nonce for a new check",
            found="a nonce that another check was recorded with",
            field="nonce",
        )
    return _answer(earlier, repeated=True)

"""Issues receipts, reads them for their holders, deletes them for the patient, voids them for the clinic."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from service.accounts.actors import Actor
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.verdicts import Verdict
from service.clinics import presentations, queries
from service.clinics.plain_text import printable
from service.clinics.queries import HeldVial, RecordedStep, vial
from service.clinics.receipts.content import ReceiptLine, decrypted, encrypted, hash_of, new_token
from service.clinics.receipts.day_uses import OfferedUse, UsedVial, day_in, is_use, others_of_day
from service.clinics.vial_verdicts import presented
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Product, ReceiptUse, TreatmentReceipt, Vial, VialEvent
from service.verification.question import Channel, RequestOrigin
from service.verification.service import OwnStep, PresentedPack, VerificationService

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
MOST_CHARACTERS = 500
"""The longest reason."""

MOST_USES = 8
"""Uses of one receipt. Each has as many marks: a copy of the records does not tell how many are real."""

MOST_OFFERED = 24
"""Further uses that a page offers."""


@dataclass(frozen=True, slots=True)
class OpenedReceipt:
    """A receipt as its holder reads it: a line for each use. `void_reason`: why the clinic took it back,
    empty where it stands.
    """

    lines: tuple[ReceiptLine, ...]
    void_reason: str


class ReceiptService:
    """The use cases of receipts. `key`: gives secret bytes from outside the database, to mark uses with."""

    def __init__(
        self, database: Database, verification: VerificationService, key: Callable[[], bytes]
    ) -> None:
        self._database = database
        self._verification = verification
        self._key = key

    def issue(
        self,
        actor: Actor,
        held: HeldVial,
        use: RecordedStep,
        now: datetime,
        further: Iterable[int] | None = None,
    ) -> str:
        """Write a receipt of a use of a vial; return the token of its link, which cannot be read again.

        `further`: other uses (ids of events) that it is about too, of the clinic on the same day; None: those
        that are on its standing receipt with it. Earlier receipts of these uses open no more.

        NotFoundError for a step that used nothing, was taken back, or is another day's or clinic's.
        ConflictError(RECEIPT_ELSEWHERE) for a further use that another receipt stands for;
        RefusedError(RECEIPT_FULL) for more than `MOST_USES`.
        """
        if use.vial_id != held.id or not is_use(use):
            raise NotFoundError(ErrorCode.NOT_FOUND, expected="a use of this vial", field="event")
        with self._database.reading() as connection:
            vial(connection, actor.organisation_id, held.id)  # it is this clinic's
        uses = [UsedVial(held, use), *self._further(actor, use, further)]
        if len(uses) > MOST_USES:
            expected = f"at most {MOST_USES} uses"
            raise RefusedError(ErrorCode.RECEIPT_FULL, given=str(len(uses)), expected=expected, field="also")
        token = new_token()
        lines = [self._line(actor, each, now) for each in uses]
        token_hash = hash_of(token)
        values = {
            "token_hash": token_hash,
            "content": encrypted(lines, token),
            "month": now.date().replace(day=1),
        }
        marks = [self.mark_of(actor.organisation_id, each.use.id) for each in uses]
        with self._database.transaction() as connection:
            numbers = sorted({each.held.id for each in uses})
            connection.execute(
                select(Vial.id).where(Vial.id.in_(numbers)).order_by(Vial.id).with_for_update()
            )
            self._must_not_be_elsewhere(connection, marks)
            before = connection.execute(delete(TreatmentReceipt).where(_about(marks)))
            connection.execute(insert(TreatmentReceipt).values(values))
            connection.execute(insert(ReceiptUse), use_rows(token_hash, marks))
            action = "replace_receipt" if before.rowcount else "issue_receipt"
            self._note(connection, actor, action, "handed over", now)
        return token

    def offered(self, actor: Actor, use: RecordedStep) -> list[OfferedUse]:
        """Return the clinic's other uses of the day of a use that no other receipt stands for."""
        with self._database.reading() as connection:
            others = others_of_day(connection, actor.organisation_id, actor.country, use)
        marks = {self.mark_of(actor.organisation_id, each): each for each in (use.id, *_ids(others))}
        with self._database.reading() as connection:
            standing = {
                marks[row.use_mark]: row.token_hash for row in connection.execute(_standing(list(marks)))
            }
        ours = standing.get(use.id)
        found = [
            OfferedUse(each, ours is not None and standing.get(each.use.id) == ours)
            for each in others
            if standing.get(each.use.id) in {None, ours}
        ]
        chosen = [each for each in found if each.chosen]
        return [*chosen, *[each for each in found if not each.chosen]][:MOST_OFFERED]

    def together(self, actor: Actor, vial_id: int, use: int) -> bool:
        """Return whether a use (id of the event) of a vial is on a standing receipt with others."""
        if self.of_uses(actor, [use]).get(use) is not False:
            return False
        mine = VialEvent.id == use, VialEvent.vial_id == vial_id
        with self._database.reading() as connection:
            found = queries.events(connection, actor.organisation_id, *mine)
        return any(each.chosen for step in found for each in self.offered(actor, step))

    def of_uses(self, actor: Actor, uses: Iterable[int]) -> dict[int, bool]:
        """Return which of the clinic's own uses (ids of events) have a receipt, and whether it is voided."""
        marks = {self.mark_of(actor.organisation_id, each): each for each in uses}
        query = select(ReceiptUse.use_mark, TreatmentReceipt.voided).join(TreatmentReceipt)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(ReceiptUse.use_mark.in_(list(marks)))).all()
        return {marks[row.use_mark]: row.voided for row in rows}

    def void(self, actor: Actor, use: int, reason: str, now: datetime) -> bool:
        """Take the receipt of a use back, whole, for a reason that its holder reads. Return False where the
        use has none.

        RefusedError(REASON_MISSING, TOO_LONG).
        """
        said = printable(reason).strip()
        if not said:
            raise RefusedError(ErrorCode.REASON_MISSING, expected="a reason", field="reason")
        if len(said) > MOST_CHARACTERS:
            expected = f"at most {MOST_CHARACTERS} characters"
            raise RefusedError(ErrorCode.TOO_LONG, given=said, expected=expected, field="reason")
        mark = self.mark_of(actor.organisation_id, use)
        standing = _about([mark]), ~TreatmentReceipt.voided
        with self._database.transaction() as connection:
            change = update(TreatmentReceipt).where(*standing).values(voided=True, void_reason=said)
            done = bool(connection.execute(change).rowcount)
            if done:
                self._note(connection, actor, "void_receipt", said, now)
        return done

    def open(self, token: str) -> OpenedReceipt:
        """Return the receipt of a link; NotFoundError for one that never was, or was deleted."""
        row = None
        if _TOKEN.fullmatch(token):
            with self._database.reading() as connection:
                found = TreatmentReceipt.token_hash == hash_of(token)
                row = connection.execute(select(TreatmentReceipt.__table__).where(found)).first()
        if row is None:
            raise NotFoundError(ErrorCode.NOT_FOUND, expected="a receipt", field="receipt")
        return OpenedReceipt(decrypted(row.content, token), row.void_reason if row.voided else "")

    def delete(self, token: str) -> None:
        """Delete a receipt for good, as the holder of its link asks; NotFoundError where there is none."""
        found = TreatmentReceipt.token_hash == hash_of(token)
        with self._database.transaction() as connection:
            if not connection.execute(delete(TreatmentReceipt).where(found)).rowcount:
                raise NotFoundError(ErrorCode.NOT_FOUND, expected="a receipt", field="receipt")

    def verdict(self, line: ReceiptLine, channel: Channel = Channel.WEB) -> Verdict:
        """Return the verdict on the pack of a line at this moment, in the words for patients: the worst of
        those on what was presented of it. Nothing is recorded.
        """
        was = Disposition(line.unit_was) if line.unit_was else None
        own = OwnStep(Disposition.DISPENSED, was) if was else None
        origin = RequestOrigin(channel, line.country)
        verdicts = [
            self._verification.assess(pack, origin, own, asker=Asker.PATIENT, treated_on=line.day)
            for pack in line.presented()
        ]
        return max(verdicts, key=lambda each: each.action.rank)

    def next_day(self, lines: Sequence[ReceiptLine]) -> tuple[date, int] | None:
        """Return the earliest day of the next treatment and the days that the maker asks for between two: the
        latest of those of all products.

        None where no product's record has an interval.
        """
        gtins = {each.gtin for each in lines}
        with self._database.reading() as connection:
            query = select(func.max(Product.interval_days)).where(Product.gtin.in_(gtins))
            days = connection.scalar(query)
        return (lines[0].day + timedelta(days=days), days) if days else None

    def token_hashes(self, use_marks: Mapping[str, int]) -> dict[int, str]:
        """Return the hashes of the tokens of those uses (events' ids by their marks) that have a receipt."""
        query = select(ReceiptUse.use_mark, ReceiptUse.token_hash)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(ReceiptUse.use_mark.in_(list(use_marks)))).all()
        return {use_marks[row.use_mark]: row.token_hash for row in rows}

    def mark_of(self, organisation_id: int, use: int) -> str:
        """Return the keyed hash of a use: only who holds the key and knows the use finds its receipt."""
        return hmac.new(self._key(), f"{organisation_id} {use}".encode(), hashlib.sha256).hexdigest()

    def _further(self, actor: Actor, use: RecordedStep, wanted: Iterable[int] | None) -> list[UsedVial]:
        """The further uses of a receipt, as `issue` has them."""
        if wanted is None:
            return [each.used for each in self.offered(actor, use) if each.chosen]
        numbers = set(wanted) - {use.id}
        with self._database.reading() as connection:
            others = others_of_day(connection, actor.organisation_id, actor.country, use) if numbers else []
        if not numbers <= set(_ids(others)):
            raise NotFoundError(ErrorCode.NOT_FOUND, expected="uses of the same day", field="also")
        return [each for each in others if each.use.id in numbers]

    def _must_not_be_elsewhere(self, connection: Connection, marks: Sequence[str]) -> None:
        """ConflictError where a use but the first stands on a receipt that the first is not on: another
        patient's, which would open no more.
        """
        standing = {row.use_mark: row.token_hash for row in connection.execute(_standing(marks))}
        if set(standing.values()) - {standing.get(marks[0])}:
            raise ConflictError(ErrorCode.RECEIPT_ELSEWHERE, expected="uses without a receipt", field="also")

    def _line(self, actor: Actor, used: UsedVial, now: datetime) -> ReceiptLine:
        line = line_of(actor.organisation, actor.country, used.held, used.use)
        verdict = self.verdict(line)
        codes = tuple(str(each.code) for each in verdict.reasons)
        return replace(line, issued_on=now.date().isoformat(), action=str(verdict.action), reasons=codes)

    def _note(self, connection: Connection, actor: Actor, action: str, reason: str, now: datetime) -> None:
        """An entry of the audit. It names no receipt: with its moment it would tell of which use it is."""
        change = AuditChange(action, "receipt", actor.organisation)
        write_down(connection, [change], who=actor.who, at=now, reason=reason)


def line_of(clinic: str, country: str, held: HeldVial, use: RecordedStep) -> ReceiptLine:
    """Return what a receipt says of a use, but for the day of its issue and the verdict on that day.

    `clinic`, `country`: name and country of the clinic whose vial it is.
    """
    packs = held.presentations or (PresentedPack(presented(held)),)
    amount = use.units_used
    return ReceiptLine(
        product=held.product_name,
        gtin=held.gtin,
        lot=held.lot,
        expiry=held.expiry.printed_form if held.expiry else "",
        serial=held.serial,
        units=f"{amount.normalize():f}" if amount is not None else "",
        unit=held.content.unit if amount is not None else "",
        used_on=day_in(use.at, country).isoformat(),
        clinic=clinic,
        country=country,
        issued_on="",
        action="",
        reasons=(),
        packs=tuple(presentations.to_plain(presentations.with_market(each, country)) for each in packs),
        unit_was=str(held.unit_was) if held.unit_was is not None else "",
    )


def use_rows(token_hash: str, marks: Sequence[str]) -> list[dict[str, str]]:
    """Return the rows of a receipt's uses, filled up with random marks to `MOST_USES`, in their order."""
    filled = [*marks, *(secrets.token_hex(32) for _ in range(MOST_USES - len(marks)))]
    return [{"use_mark": each, "token_hash": token_hash} for each in sorted(filled)]


def _about(marks: Sequence[str]) -> ColumnElement[bool]:
    """Of a receipt: that it is about one of the uses."""
    hashes = select(ReceiptUse.token_hash).where(ReceiptUse.use_mark.in_(marks))
    return TreatmentReceipt.token_hash.in_(hashes)


def _standing(marks: Sequence[str]) -> Select[str, str]:
    """Mark and token's hash of those uses whose receipt stands."""
    found = select(ReceiptUse.use_mark, ReceiptUse.token_hash).join(TreatmentReceipt)
    return found.where(ReceiptUse.use_mark.in_(marks), ~TreatmentReceipt.voided)


def _ids(uses: Iterable[UsedVial]) -> list[int]:
    return [each.use.id for each in uses]

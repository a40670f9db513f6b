"""Issues receipts, reads them for their holders, deletes them for the patient, voids them for the clinic."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from service.accounts.actors import Actor
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import Asker
from service.authenticity.verdicts import Verdict
from service.clinics import presentations
from service.clinics.plain_text import printable
from service.clinics.queries import HeldVial, RecordedStep, vial
from service.clinics.receipts.content import ReceiptContent, decrypted, encrypted, hash_of, new_token
from service.clinics.vial_lifecycle import Step
from service.clinics.vial_verdicts import presented
from service.errors import ErrorCode, NotFoundError, RefusedError
from service.gs1.iso.countries import zone_of
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Product, TreatmentReceipt
from service.verification.question import Channel, RequestOrigin
from service.verification.service import OwnStep, PresentedPack, VerificationService

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
_USES = frozenset({Step.OPEN, Step.USE, Step.USE_UP, Step.FINISH})
MOST_CHARACTERS = 500
"""The longest reason."""


@dataclass(frozen=True, slots=True)
class OpenedReceipt:
    """A receipt as its holder reads it. `void_reason`: why the clinic took it back, empty where it stands."""

    content: ReceiptContent
    void_reason: str


class ReceiptService:
    """The use cases of receipts. `key`: gives secret bytes from outside the database, to mark uses with."""

    def __init__(
        self, database: Database, verification: VerificationService, key: Callable[[], bytes]
    ) -> None:
        self._database = database
        self._verification = verification
        self._key = key

    def issue(self, actor: Actor, held: HeldVial, use: RecordedStep, now: datetime) -> str:
        """Write a receipt of one use of a vial; return the token of its link, which cannot be read again.

        A receipt of the same use that was issued before opens no more. NotFoundError for a step that used
        nothing, or was taken back.
        """
        if use.vial_id != held.id or not is_use(use):
            raise NotFoundError(ErrorCode.NOT_FOUND, expected="a use of this vial", field="event")
        token, mark = new_token(), self.mark_of(actor.organisation_id, use.id)
        content = self._content(actor, held, use, now)
        values = {
            "token_hash": hash_of(token),
            "use_mark": mark,
            "content": encrypted(content, token),
            "month": now.date().replace(day=1),
        }
        with self._database.transaction() as connection:
            vial(connection, actor.organisation_id, held.id)  # it is this clinic's
            before = connection.execute(delete(TreatmentReceipt).where(TreatmentReceipt.use_mark == mark))
            connection.execute(insert(TreatmentReceipt).values(values))
            action = "replace_receipt" if before.rowcount else "issue_receipt"
            self._note(connection, actor, action, "handed over", now)
        return token

    def of_uses(self, actor: Actor, uses: Iterable[int]) -> dict[int, bool]:
        """Return which of the clinic's own uses (ids of events) have a receipt, and whether it is voided."""
        marks = {self.mark_of(actor.organisation_id, each): each for each in uses}
        query = select(TreatmentReceipt.use_mark, TreatmentReceipt.voided)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(TreatmentReceipt.use_mark.in_(list(marks)))).all()
        return {marks[row.use_mark]: row.voided for row in rows}

    def void(self, actor: Actor, use: int, reason: str, now: datetime) -> bool:
        """Take a receipt back, for a reason that its holder reads. Return False where the use has none.

        RefusedError(REASON_MISSING, TOO_LONG).
        """
        said = printable(reason).strip()
        if not said:
            raise RefusedError(ErrorCode.REASON_MISSING, expected="a reason", field="reason")
        if len(said) > MOST_CHARACTERS:
            expected = f"at most {MOST_CHARACTERS} characters"
            raise RefusedError(ErrorCode.TOO_LONG, given=said, expected=expected, field="reason")
        mark = self.mark_of(actor.organisation_id, use)
        standing = TreatmentReceipt.use_mark == mark, ~TreatmentReceipt.voided
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

    def verdict(self, content: ReceiptContent, channel: Channel = Channel.WEB) -> Verdict:
        """Return the verdict on the pack at this moment, in the words for patients: the worst of those on
        what was presented of it. Nothing is recorded.
        """
        was = Disposition(content.unit_was) if content.unit_was else None
        own = OwnStep(Disposition.DISPENSED, was) if was else None
        origin = RequestOrigin(channel, content.country)
        verdicts = [
            self._verification.assess(pack, origin, own, asker=Asker.PATIENT, treated_on=content.day)
            for pack in content.presented()
        ]
        return max(verdicts, key=lambda each: each.action.rank)

    def next_day(self, content: ReceiptContent) -> tuple[date, int] | None:
        """Return the earliest day of the next treatment and the days that the maker asks for between two.

        None where the product's record has no interval.
        """
        with self._database.reading() as connection:
            days = connection.scalar(select(Product.interval_days).where(Product.gtin == content.gtin))
        return (content.day + timedelta(days=days), days) if days else None

    def token_hashes(self, use_marks: Mapping[str, int]) -> dict[int, str]:
        """Return the hashes of the tokens of those uses (events' ids by their marks) that have a receipt."""
        query = select(TreatmentReceipt.use_mark, TreatmentReceipt.token_hash)
        with self._database.reading() as connection:
            rows = connection.execute(query.where(TreatmentReceipt.use_mark.in_(list(use_marks)))).all()
        return {use_marks[row.use_mark]: row.token_hash for row in rows}

    def mark_of(self, organisation_id: int, use: int) -> str:
        """Return the keyed hash of a use: only who holds the key and knows the use finds its receipt."""
        return hmac.new(self._key(), f"{organisation_id} {use}".encode(), hashlib.sha256).hexdigest()

    def _content(self, actor: Actor, held: HeldVial, use: RecordedStep, now: datetime) -> ReceiptContent:
        content = content_of(actor.organisation, actor.country, held, use)
        verdict = self.verdict(content)
        codes = tuple(str(each.code) for each in verdict.reasons)
        return replace(content, issued_on=now.date().isoformat(), action=str(verdict.action), reasons=codes)

    def _note(self, connection: Connection, actor: Actor, action: str, reason: str, now: datetime) -> None:
        """An entry of the audit. It names no receipt: with its moment it would tell of which use it is."""
        change = AuditChange(action, "receipt", actor.organisation)
        write_down(connection, [change], who=actor.who, at=now, reason=reason)


def content_of(clinic: str, country: str, held: HeldVial, use: RecordedStep) -> ReceiptContent:
    """Return what a receipt of a use says, but for the day of its issue and the verdict on that day.

    `clinic`, `country`: name and country of the clinic whose vial it is.
    """
    packs = held.presentations or (PresentedPack(presented(held)),)
    amount = use.units_used
    return ReceiptContent(
        product=held.product_name,
        gtin=held.gtin,
        lot=held.lot,
        expiry=held.expiry.printed_form if held.expiry else "",
        serial=held.serial,
        units=f"{amount.normalize():f}" if amount is not None else "",
        unit=held.content.unit if amount is not None else "",
        used_on=_day_in(use.at, country).isoformat(),
        clinic=clinic,
        country=country,
        issued_on="",
        action="",
        reasons=(),
        packs=tuple(presentations.to_plain(presentations.with_market(each, country)) for each in packs),
        unit_was=str(held.unit_was) if held.unit_was is not None else "",
    )


def is_use(step: RecordedStep) -> bool:
    """Whether a receipt can be about a step: it stands, and something was taken for a person."""
    taken = step.step is not Step.FINISH or step.units_used is not None
    return step.step in _USES and step.counts and taken


def _day_in(moment: datetime, country: str) -> date:
    """The clinic's own day of a moment."""
    return moment.astimezone(zone_of(country or None, moment.date())).date()

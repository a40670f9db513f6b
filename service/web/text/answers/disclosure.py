"""What a viewer may see of a verdict: the one place that decides it, for pages, JSON and terminal.

A viewer without an account sees what was presented and whether it agrees: a lot number alone must not buy the
expiry and the dates that a counterfeiter would print. The organisation whose records they are, a clinic that
holds the vial, and the terminal see the record whole. Storage keeps everything; rendering withholds.
"""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import BatchStatus, Presented, ProductRecord
from service.authenticity.reasons import OF_CARTON, Reason, ReasonCode
from service.authenticity.verdicts import Record, Verdict
from service.gs1.identifiers import Expiry, Lot

WITHHELD = "withheld"
"""The parameter of a reason whose values were withheld: its sentence is the one that needs none of them."""

_RECORDED = frozenset({"recorded", "released", "made", "used", "quantity", "until"})
"""Parameters with values of a manufacturer's record that are never presented."""

_PUBLISHED = frozenset(
    {
        ReasonCode.ALERT_FALSIFIED,
        ReasonCode.ALERT_LOT_COUNTERFEITED,
        ReasonCode.ALERT_CLOSE,
        ReasonCode.STOLEN,
        ReasonCode.MARKET_NOT_AUTHORISED,
        ReasonCode.RECALLED,
        ReasonCode.RECALLED_IN_PART,
    }
)
"""Reasons that may rest on a published notice or recall; its own dates are public already."""

_WINDOW = frozenset({"from", "to"})
_OF_NOTICE = _WINDOW | {"expiry"}


class DisclosedRecord(Struct, frozen=True):
    """What a viewer sees of a record. None: nothing on record so far down, or withheld.

    `on_batch`: a batch was found. `expiry`: the recorded one, or the presented one where that agrees with it.
    `expiry_text`: the last day of the recorded one (YYYY-MM-DD), or the presented one (or only YYYY-MM).
    """

    product: ProductRecord
    on_batch: bool = False
    lot: str | None = None
    expiry: Expiry | None = None
    expiry_text: str | None = None
    made: date | None = None
    released: date | None = None
    status: BatchStatus | None = None
    markets: tuple[str, ...] = ()
    recall_class: str = ""
    recall_reference: str = ""
    recall_reason: str = ""
    serial: str | None = None
    disposition: Disposition | None = None


def disclosed_verdict(
    verdict: Verdict, presented: Presented, carton: Presented | None = None, *, whole: bool
) -> Verdict:
    """The verdict with the reasons that the viewer may read; itself where nothing is withheld.

    `carton`: what the box says, where it was presented beside the vial. Of its record only
    `disclosed_record` may be shown.
    """
    if whole:
        return verdict
    reasons = tuple(
        _disclosed_reason(each, carton if carton is not None and OF_CARTON in each.params else presented)
        for each in verdict.reasons
    )
    if reasons == verdict.reasons:
        return verdict
    return replace(verdict, judgement=replace(verdict.judgement, reasons=reasons))


def disclosed_record(record: Record | None, presented: Presented, *, whole: bool) -> DisclosedRecord | None:
    """What the viewer may see of the record that the verdict found."""
    if record is None:
        return None
    batch, unit = record.batch, record.unit
    shown = DisclosedRecord(record.product)
    if batch is not None:
        agreeing = _agreeing(presented, batch.expiry, batch.earlier_expiries)
        shown = replace(
            shown,
            on_batch=True,
            lot=batch.lot if whole or _is_presented_lot(batch.lot, presented) else None,
            expiry=batch.expiry if whole else agreeing,
            expiry_text=batch.expiry.iso if whole else agreeing and agreeing.printed_form,
            made=batch.made if whole else None,
            released=batch.released if whole else None,
            status=batch.status,
            markets=batch.markets,
            recall_class=batch.recall_class,
            recall_reference=batch.recall_reference,
            recall_reason=batch.recall_reason,
        )
    if unit is not None:
        serial = unit.serial if whole or presented.serial is not None else None
        shown = replace(shown, serial=serial, disposition=unit.disposition)
    return shown


def _agreeing(presented: Presented, recorded: Expiry, earlier: tuple[Expiry, ...]) -> Expiry | None:
    """The expiry as presented, where the record bears it: no day that was not presented is given away."""
    shown = presented.expiry
    return shown if shown and any(shown.agrees_with(each) for each in (recorded, *earlier)) else None


def _is_presented_lot(text: str, presented: Presented) -> bool:
    return presented.lot is not None and Lot.parse(text).key == presented.lot.key


def _disclosed_reason(reason: Reason, presented: Presented) -> Reason:
    kept = tuple(
        (name, text) for name, text in reason.params if not _is_withheld(reason, name, text, presented)
    )
    return reason if kept == reason.params else replace(reason, params=(*kept, (WITHHELD, "1")))


def _is_withheld(reason: Reason, name: str, text: str, presented: Presented) -> bool:
    if not text:
        return False
    if name in _RECORDED:
        return True
    if name in _WINDOW and reason.code is ReasonCode.RECALLED and presented.expiry is None:
        return True  # that this lot is in the window would tell the month in which it expires
    if name in _OF_NOTICE:
        # a date of a notice is published; any other date may only be the one that was presented
        shown = presented.expiry.printed_form if presented.expiry else ""
        return reason.code not in _PUBLISHED and text != shown
    if name == "lot":
        return reason.code not in _PUBLISHED and not _is_presented_lot(text, presented)
    return name == "serial" and (presented.serial is None or text != presented.serial.printed)

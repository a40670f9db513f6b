"""What was presented of a clinic's vial, each time that it was checked: received, and scanned for use.

Rows are only added. A later presentation replaces an earlier one that says nothing more: a vial that was
scanned wrongly can be scanned again. One that leaves a field out does not: what the field said still counts.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import Connection, insert, select, update

from service.accounts.actors import Actor
from service.authenticity.evidence import OutsideAnswer, Presented
from service.gs1.reading import ReadingKind
from service.storage.audit import AuditChange
from service.storage.models import Vial, VialPresentation
from service.verification.service import Answer, PresentedPack
from service.verification.verdict_codec import Plain, presented_from_plain, presented_to_plain

_CODES = frozenset(
    {
        ReadingKind.ELEMENT_STRING,
        ReadingKind.DIGITAL_LINK,
        ReadingKind.ENVELOPE,
        ReadingKind.EPC_URN,
    }
)
"""Forms in which scanners and cameras send a code. The brackets of human-readable text are typed."""


def is_scanned(answer: Answer) -> bool:
    """Whether the serial of a check came in the form of a code, as a scanner or a camera sends it."""
    return answer.kind in _CODES and answer.presented.serial is not None


def add(
    connection: Connection, actor: Actor, vial_ids: Sequence[int], answer: Answer, now: datetime
) -> list[AuditChange]:
    """Add what a check presented to vials, within a transaction; the changes, for the audit.

    Vials that were typed so far, and are scanned now, are scanned from now on.
    """
    pack = PresentedPack.of(answer)
    shared = {"at": now, "actor": actor.name, "scan_id": answer.id, "presented": to_plain(pack)}
    connection.execute(insert(VialPresentation), [{"vial_id": each} | shared for each in vial_ids])
    if is_scanned(answer):
        connection.execute(update(Vial).where(Vial.id.in_(vial_ids)).values(code_scanned=True))
    return [AuditChange("check", "vial", str(each), None, {"check": answer.id}) for each in vial_ids]


def of_vials(connection: Connection, vial_ids: Iterable[int]) -> dict[int, tuple[PresentedPack, ...]]:
    """The presentations that count, by vial, the earliest first; a vial without any is missing."""
    found: dict[int, list[PresentedPack]] = {}
    ids = list(vial_ids)
    for start in range(0, len(ids), _AT_ONCE):
        some = VialPresentation.vial_id.in_(ids[start : start + _AT_ONCE])
        statement = select(VialPresentation.vial_id, VialPresentation.presented).where(some)
        for vial_id, plain in connection.execute(statement.order_by(VialPresentation.id)):
            later = from_plain(plain)
            kept = found.setdefault(vial_id, [])
            kept[:] = [each for each in kept if not _says_no_more(each, later)] + [later]
    return {vial_id: tuple(each) for vial_id, each in found.items()}


_AT_ONCE = 500


def with_market(pack: PresentedPack, country: str) -> PresentedPack:
    """The presentation as one in the clinic's country, where that is known."""
    return replace(pack, pack=replace(pack.pack, market=country)) if country else pack


def _says_no_more(earlier: PresentedPack, later: PresentedPack) -> bool:
    """Whether each field that the earlier presentation gives is given by the later one too.

    Another registry's answer is such a field: where it did not answer again, what it said still counts.
    """
    if earlier.outside is not None and later.outside is None:
        return False
    pairs = ((earlier.pack, later.pack), (earlier.vial, later.vial), (earlier.carton, later.carton))
    return all(one is None or (two is not None and _given(one) <= _given(two)) for one, two in pairs)


def _given(presented: Presented) -> set[str]:
    """The fields that are given; how they were read is none of them."""
    return presented_to_plain(presented).keys() - {"repairs", "expiry_readings"}


def to_plain(pack: PresentedPack) -> Plain:
    """Return a presentation as JSON can hold it."""
    parts = {"pack": pack.pack, "vial": pack.vial, "carton": pack.carton}
    plain = {name: presented_to_plain(each) for name, each in parts.items() if each is not None}
    return plain | ({"outside": asdict(pack.outside)} if pack.outside is not None else {})


def from_plain(plain: dict[str, Any]) -> PresentedPack:
    """Return a presentation from what `to_plain` gave."""
    parts = {name: presented_from_plain(each) for name, each in plain.items() if name != "outside"}
    outside = OutsideAnswer(**plain["outside"]) if "outside" in plain else None
    return PresentedPack(**parts, outside=outside)

"""Stocktakes: a site's vials are scanned, and the books say what is missing and what is too much.

A scan is a question that is not recorded as a check: counting says nothing of where a pack was seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from service.accounts.actors import Actor
from service.clinics import queries
from service.clinics.queries import HeldVial
from service.clinics.stock import StockQueries
from service.clinics.stock_control.comparison import (
    CountedScan,
    ExcessPacks,
    LotCount,
    StocktakeResult,
    compare,
)
from service.clinics.usage import StepTaken, record_step
from service.clinics.vial_lifecycle import AT_SITE, HERE, Step
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Organisation, Stocktake, StocktakeScan, Vial, VialEvent
from service.verification.service import Answer, VerificationService

MOST_ALIKE = 500
"""The most packs without serial numbers that are counted at once."""


class ScanOutcome(StrEnum):
    """What one scan of a stocktake is. NOT_EXPECTED: by the books it does not lie here. NUMBER_NEEDED: the
    code bears no serial, and the clinic's vials of this lot do; nothing was counted.
    """

    EXPECTED = "expected"
    NOT_EXPECTED = "not_expected"
    AGAIN = "again"
    NUMBER_NEEDED = "number_needed"


@dataclass(frozen=True, slots=True)
class StocktakeHead:
    """A stocktake without its scans. `site_id`: None for the main site; `closed`: None while it runs."""

    id: int
    site_id: int | None
    begun: datetime
    actor: str
    closed: datetime | None
    closed_by: str


@dataclass(frozen=True, slots=True)
class CountedStock:
    """A stocktake with its scans, the latest first, and what it found: now, or when it was closed.

    `vials`: the clinic's vials that scans and result name, by id, as they are now.
    """

    head: StocktakeHead
    scans: tuple[CountedScan, ...]
    result: StocktakeResult
    vials: dict[int, HeldVial]


class Stocktakes:
    """Begins, counts and closes stocktakes of a clinic."""

    def __init__(self, database: Database, verification: VerificationService) -> None:
        self._database = database
        self._stock = StockQueries(database, verification)

    def all(self, actor: Actor) -> list[StocktakeHead]:
        """Return the clinic's stocktakes: those that run, then the latest first."""
        own = Stocktake.organisation_id == actor.organisation_id
        with self._database.reading() as connection:
            rows = connection.execute(select(Stocktake.__table__).where(own).order_by(Stocktake.id.desc()))
            found = [_head(row) for row in rows]
        return sorted(found, key=lambda each: each.closed is not None)

    def begin(self, actor: Actor, site_id: int | None, nonce: str | None, now: datetime) -> int:
        """Begin a stocktake of a site; return its id. Where one runs there already, it is that one."""
        own = Stocktake.organisation_id == actor.organisation_id
        runs = (own, Stocktake.site_id.is_not_distinct_from(site_id), Stocktake.closed.is_(None))
        with self._database.transaction() as connection:
            # Two people who begin at once begin one: the second waits.
            clinic = Organisation.id == actor.organisation_id
            connection.execute(select(Organisation.id).where(clinic).with_for_update())
            for where in (runs, (own, Stocktake.nonce == nonce)):
                known = connection.scalar(select(Stocktake.id).where(*where).limit(1))
                if known is not None and (where is runs or nonce):
                    return known
            values: dict[str, Any] = {"organisation_id": actor.organisation_id, "site_id": site_id}
            values |= {"begun": now, "actor": actor.name, "account_id": actor.account_id, "nonce": nonce}
            made = connection.execute(insert(Stocktake).values(values).returning(Stocktake.id)).scalar_one()
            change = AuditChange("begin", "stocktake", str(made), after={"site": site_id})
            write_down(connection, [change], who=actor.who, at=now, reason="stocktake")
        return made

    def one(self, actor: Actor, stocktake_id: int) -> CountedStock:
        """Return a stocktake of the clinic. NotFoundError."""
        with self._database.reading() as connection:
            row = _row(connection, actor, stocktake_id)
            scans = _scans(connection, stocktake_id)
            if row.result is None:
                present, handled = _books(connection, actor, row.site_id, row.begun)
                result = compare(present, handled, scans)
            else:
                result = _kept(connection, actor, row.result, scans)
            ids = {each.vial_id for each in scans if each.vial_id} | {each.id for each in result.missing}
            named = _by_ids(connection, actor, sorted(ids))
        return CountedStock(_head(row), tuple(scans[::-1]), result, {each.id: each for each in named})

    def count(
        self, actor: Actor, stocktake_id: int, answer: Answer, nonce: str | None, now: datetime
    ) -> tuple[ScanOutcome, int | None]:
        """Count one pack. Return what it is and the id of its scan, None where nothing was counted.

        NotFoundError; ConflictError where the stocktake is closed.
        """
        own = self._stock.same(actor, answer)
        with self._database.transaction() as connection:
            row = _running(connection, actor, stocktake_id)
            here = [each for each in own if each.state in AT_SITE and each.site_id == row.site_id]
            if answer.presented.serial is None and not _is_countable(answer, here):
                return ScanOutcome.NUMBER_NEEDED, None
            values = _pack(answer, own, here) | {"vials": 1}
            values |= _mark(connection, stocktake_id, nonce, values)
            made = self._add(connection, actor, stocktake_id, values, now)
        if made is None:
            return ScanOutcome.AGAIN, None
        expected = ScanOutcome.EXPECTED if values["was_here"] else ScanOutcome.NOT_EXPECTED
        return expected, made

    def set_count(self, actor: Actor, stocktake_id: int, scan_id: int, vials: int, now: datetime) -> None:
        """Set how many packs of a lot without serials lie there. `scan_id`: a scan of one of them.

        NotFoundError; RefusedError for another number; ConflictError where the stocktake is closed.
        """
        if not 0 <= vials <= MOST_ALIKE:
            raise RefusedError(
                ErrorCode.COUNT_INVALID, given=str(vials), expected=f"0 to {MOST_ALIKE}", field="count"
            )
        with self._database.transaction() as connection:
            _running(connection, actor, stocktake_id)
            scans = {each.id: each for each in _scans(connection, stocktake_id)}
            first = scans.get(scan_id)
            if first is None or first.serial:
                raise NotFoundError(ErrorCode.NOT_FOUND, given=str(scan_id), field="scan")
            same = [
                each.vials
                for each in scans.values()
                if not each.serial and (each.gtin, each.lot_key) == (first.gtin, first.lot_key)
            ]
            if vials != sum(same):
                values: dict[str, Any] = {"vial_id": None, "was_here": first.was_here, "serial": ""}
                values |= {
                    "gtin": first.gtin,
                    "product_name": first.product_name,
                    "lot": first.lot,
                    "lot_key": first.lot_key,
                }
                values |= {"vials": vials - sum(same), "nonce": None}
                self._add(connection, actor, stocktake_id, values, now)

    def close(
        self, actor: Actor, stocktake_id: int, now: datetime, *, missing_because: str | None = None
    ) -> StocktakeResult:
        """Close it. `missing_because`: the reason with which what is missing is recorded as missing; None: it
        stays in the books. A stocktake that is closed already stays as it is.

        NotFoundError; RefusedError for an empty reason.
        """
        with self._database.transaction() as connection:
            row = _row(connection, actor, stocktake_id, lock=True)
            scans = _scans(connection, stocktake_id)
            if row.result is not None:
                return _kept(connection, actor, row.result, scans)
            present, handled = _books(connection, actor, row.site_id, row.begun, lock=True)
            result = compare(present, handled, scans)
            if missing_because is not None:
                step = StepTaken(Step.MISS, missing_because)
                for vial in result.missing:
                    record_step(connection, actor, vial, step, now)
            closed = {"closed": now, "closed_by": actor.name, "result": _plain(result)}
            connection.execute(update(Stocktake).where(Stocktake.id == stocktake_id).values(closed))
            after = {"counted": result.counted, "missing": len(result.missing)}
            after |= {"excess": sum(each.vials for each in result.excess)}
            change = AuditChange("close", "stocktake", str(stocktake_id), after=after)
            write_down(connection, [change], who=actor.who, at=now, reason="stocktake")
        return result

    def _add(
        self, connection: Connection, actor: Actor, stocktake_id: int, values: dict[str, Any], now: datetime
    ) -> int | None:
        """Add a scan; None where the pack, or this form, was counted before."""
        shared = {"stocktake_id": stocktake_id, "at": now, "actor": actor.name}
        shared |= {"account_id": actor.account_id}
        put = self._database.insert_new(StocktakeScan).values(shared | values).returning(StocktakeScan.id)
        made: int | None = connection.scalar(put)
        return made


def _mark(
    connection: Connection, stocktake_id: int, nonce: str | None, pack: Mapping[str, Any]
) -> dict[str, str | None]:
    """The mark of the form with a pack. A page that is gone back to sends its mark with another pack too:
    that one is counted. A pack with a serial needs none.
    """
    sent = (StocktakeScan.stocktake_id == stocktake_id, StocktakeScan.nonce == nonce)
    columns = (StocktakeScan.gtin, StocktakeScan.lot_key)
    before = connection.execute(select(*columns).where(*sent)).first() if nonce else None
    other = before is not None and tuple(before) != (pack["gtin"], pack["lot_key"])
    return {"nonce": None if pack["serial"] or other else nonce}


def _is_countable(answer: Answer, here: Sequence[HeldVial]) -> bool:
    """Whether a code without a serial can be counted: it names a lot, and the clinic's vials bear none."""
    return answer.presented.lot is not None and (not here or any(not each.serial for each in here))


def _pack(answer: Answer, own: Sequence[HeldVial], here: Sequence[HeldVial]) -> dict[str, Any]:
    """The pack as it is written down, with the clinic's vial that it is: here, else held, else any."""
    shown, record = answer.presented, answer.verdict.record
    named = record.product.name if record else shown.product or ""
    values: dict[str, Any] = {
        "gtin": shown.gtin.value if shown.gtin else record.product.gtin if record else "",
        "product_name": own[0].product_name if own else named,
        "lot": shown.lot.printed if shown.lot else "",
        "lot_key": shown.lot.key if shown.lot else "",
        "serial": shown.serial.printed if shown.serial else "",
        "was_here": bool(here),
        "vial_id": None,
    }
    if shown.serial is not None and own:
        ranked = sorted(own, key=lambda each: (each in here, each.state in HERE, each.id))
        vial = ranked[-1]
        values |= {"vial_id": vial.id, "gtin": vial.gtin, "lot": vial.lot, "lot_key": vial.lot_key}
    return values


def _running(connection: Connection, actor: Actor, stocktake_id: int) -> Any:
    row = _row(connection, actor, stocktake_id, lock=True)
    if row.closed is not None:
        raise ConflictError(ErrorCode.STOCKTAKE_CLOSED)
    return row


def _row(connection: Connection, actor: Actor, stocktake_id: int, *, lock: bool = False) -> Any:
    where = (Stocktake.id == stocktake_id, Stocktake.organisation_id == actor.organisation_id)
    statement = select(Stocktake.__table__).where(*where)
    row = connection.execute(statement.with_for_update() if lock else statement).first()
    if row is None:
        raise NotFoundError(
            ErrorCode.NOT_FOUND, given=str(stocktake_id), expected="a stocktake of yours", field="stocktake"
        )
    return row


def _head(row: Any) -> StocktakeHead:
    return StocktakeHead(row.id, row.site_id, row.begun, row.actor, row.closed, row.closed_by)


def _scans(connection: Connection, stocktake_id: int) -> list[CountedScan]:
    """The scans of a stocktake, the earliest first."""
    mine = StocktakeScan.stocktake_id == stocktake_id
    rows = connection.execute(select(StocktakeScan.__table__).where(mine).order_by(StocktakeScan.id))
    names = CountedScan.__slots__
    return [CountedScan(**{name: getattr(row, name) for name in names}) for row in rows]


def _books(
    connection: Connection, actor: Actor, site_id: int | None, since: datetime, *, lock: bool = False
) -> tuple[list[HeldVial], list[HeldVial]]:
    """The vials that lie at a site by the books, and those of the clinic with a step since a moment."""
    at_site = (Vial.state.in_(AT_SITE), Vial.site_id.is_not_distinct_from(site_id))
    if lock:
        mine = Vial.organisation_id == actor.organisation_id
        connection.execute(select(Vial.id).where(mine, *at_site).order_by(Vial.id).with_for_update())
    touched = select(VialEvent.vial_id).where(
        VialEvent.organisation_id == actor.organisation_id, VialEvent.at >= since
    )
    present = queries.vials(connection, actor.organisation_id, *at_site)
    handled = queries.vials(connection, actor.organisation_id, Vial.id.in_(touched))
    return present, handled


def _by_ids(connection: Connection, actor: Actor, ids: Sequence[int]) -> list[HeldVial]:
    found: list[HeldVial] = []
    for start in range(0, len(ids), MOST_ALIKE):
        some = Vial.id.in_(ids[start : start + MOST_ALIKE])
        found += queries.vials(connection, actor.organisation_id, some)
    return found


def _plain(result: StocktakeResult) -> dict[str, Any]:
    return {
        "counted": result.counted,
        "missing": [each.id for each in result.missing],
        "excess": [[each.scan.id, each.vials] for each in result.excess],
        "lots": [[each.scan.id, each.counted, each.expected, each.most] for each in result.lots],
    }


def _kept(
    connection: Connection, actor: Actor, plain: dict[str, Any], scans: Sequence[CountedScan]
) -> StocktakeResult:
    """The result as it was when the stocktake was closed."""
    by_id = {each.id: each for each in scans}
    return StocktakeResult(
        plain["counted"],
        tuple(_by_ids(connection, actor, plain["missing"])),
        tuple(ExcessPacks(by_id[scan], vials) for scan, vials in plain["excess"]),
        tuple(LotCount(by_id[scan], *counts) for scan, *counts in plain["lots"]),
    )

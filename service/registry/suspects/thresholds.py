"""A manufacturer's thresholds for reasons of the scan history, with defaults.

A higher threshold warns later; a lower one warns more often where nothing is wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from service.accounts.actors import Actor
from service.authenticity.scan_history.score import DEFAULTS, Thresholds
from service.errors import ErrorCode, InvalidFieldsError, NotFoundError, RefusedError, VialcheckError
from service.registry.lists.cells import free_text
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.models import DetectionThresholds, Manufacturer

LIMITS: Mapping[str, tuple[float, float]] = {
    "suspicion": (2, 20),
    "devices": (5, 62),
    "recheck_days": (0.5, 365),
    "lot_checks": (2, 1000),
    "lot_countries": (2, 100),
    "guesses": (5, 60),
}
"""The thresholds and their allowed ranges; the table's constraints are the same."""

WHOLE = frozenset({"devices", "lot_countries", "guesses"})
_MOST_SAID = 500


@dataclass(frozen=True, slots=True)
class ManufacturerThresholds:
    """One manufacturer's thresholds. `values` has the names of `LIMITS`."""

    manufacturer_id: int
    manufacturer: str
    values: Mapping[str, float]
    own: bool


def defaults() -> dict[str, float]:
    """Return the defaults."""
    return _values(DEFAULTS)


def listed(database: Database, actor: Actor) -> list[ManufacturerThresholds]:
    """Return the thresholds of every manufacturer of the organisation, by name."""
    with database.reading() as connection:
        rows = connection.execute(_of(actor).order_by(Manufacturer.name)).all()
    return [_set(row) for row in rows]


def change(
    database: Database,
    actor: Actor,
    manufacturer_id: int,
    given: Mapping[str, str],
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Set them; `given` has the names of `LIMITS`, and `note`. InvalidFieldsError names every
    invalid field.
    """
    values, note = _read(given)
    at = clock()
    with database.transaction() as connection:
        row = connection.execute(_of(actor).where(Manufacturer.id == manufacturer_id)).first()
        if row is None:
            expected = "a manufacturer of your organisation"
            raise NotFoundError(ErrorCode.NOT_FOUND, given=str(manufacturer_id), expected=expected)
        before = _set(row)
        its_own = DetectionThresholds.manufacturer_id == manufacturer_id
        connection.execute(delete(DetectionThresholds).where(its_own))
        if values != defaults():
            connection.execute(insert(DetectionThresholds).values(manufacturer_id=manufacturer_id, **values))
        said = AuditChange("thresholds", "manufacturer", before.manufacturer, dict(before.values), values)
        write_down(connection, [said], who=actor.who, at=at, reason=note)


def _read(given: Mapping[str, str]) -> tuple[dict[str, float], str]:
    values: dict[str, float] = {}
    errors: list[VialcheckError] = []
    for name, (least, most) in LIMITS.items():
        raw = given.get(name, "").strip().replace(",", ".")
        try:
            number = float(raw)
        except ValueError:
            number = float("nan")
        if not least <= number <= most or (name in WHOLE and number != int(number)):
            expected = f"{'a whole number' if name in WHOLE else 'a number'} from {least:g} to {most:g}"
            errors.append(RefusedError(ErrorCode.VALUE_INVALID, given=raw, expected=expected, field=name))
        values[name] = number
    note = ""
    try:
        note = free_text(given.get("note", ""), _MOST_SAID)
        if not note:
            raise RefusedError(ErrorCode.REASON_MISSING)
    except VialcheckError as error:
        error.field = "note"
        errors.append(error)
    if errors:
        raise InvalidFieldsError(tuple(errors))
    return values, note


def _of(actor: Actor) -> Any:
    columns = [getattr(DetectionThresholds, name) for name in LIMITS]
    return (
        select(Manufacturer.id, Manufacturer.name, *columns)
        .outerjoin(DetectionThresholds, DetectionThresholds.manufacturer_id == Manufacturer.id)
        .where(Manufacturer.organisation_id == actor.organisation_id)
    )


def _set(row: Any) -> ManufacturerThresholds:
    own = row.suspicion is not None
    values = {name: float(getattr(row, name)) for name in LIMITS} if own else defaults()
    return ManufacturerThresholds(row.id, row.name, values, own)


def _values(thresholds: Thresholds) -> dict[str, float]:
    return {name: float(getattr(thresholds, name)) for name in LIMITS}

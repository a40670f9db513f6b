"""Decides on versions of statements: a second person releases or refuses, one person withdraws.

A version that is released replaces the one before it, so that a withdrawal never brings an older text back.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select, update

from service.errors import ConflictError, ErrorCode, ForbiddenError, NotFoundError, RefusedError
from service.registry.lists.cells import free_text
from service.registry.recalls.queries import owned
from service.registry.statements.topics import StatementState
from service.storage.audit import AuditActor, AuditChange, write_down
from service.storage.database import Database
from service.storage.models import Manufacturer, Product, ProductStatement

_FROM = {
    StatementState.RELEASED: StatementState.WAITING,
    StatementState.REFUSED: StatementState.WAITING,
    StatementState.WITHDRAWN: StatementState.RELEASED,
}
"""The state that a version has to be in for each decision."""

_ACTIONS = {
    StatementState.RELEASED: "release_statement",
    StatementState.REFUSED: "refuse_statement",
    StatementState.WITHDRAWN: "withdraw_statement",
}


def decide(
    database: Database,
    numbers: Collection[int],
    state: StatementState,
    *,
    reason: str,
    who: AuditActor,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> int:
    """Bring all of these versions into `state` (RELEASED, REFUSED or WITHDRAWN), or none; return how many.

    NotFoundError for one that is not theirs, CONFLICT for one that is in another state by now, OWN_IMPORT for
    the release of one that this person put in.
    """
    reason = free_text(reason, 500)
    if not numbers or not reason:
        raise RefusedError(ErrorCode.VALUE_MISSING, field="reason" if numbers else "statement")
    with database.transaction() as connection:
        rows = _rows(connection, numbers, who)
        at, changes = clock(), []
        for row in rows:
            _require(row, state, who)
            if state is StatementState.RELEASED:
                _replace(connection, row)
            connection.execute(
                update(ProductStatement)
                .where(ProductStatement.id == row.id)
                .values(state=state, decided=at, decided_by=who.name, decided_account_id=who.account_id)
            )
            name = f"{row.gtin}/{row.topic}/{row.language}"
            before, after = {"state": row.state}, {"state": str(state), "version": row.version}
            changes.append(AuditChange(_ACTIONS[state], "statement", name, before, after))
        write_down(connection, changes, who=who, at=at, reason=reason)
    return len(rows)


def _rows(connection: Connection, numbers: Collection[int], who: AuditActor) -> list[Any]:
    statement = (
        select(ProductStatement.__table__, Product.gtin)
        .join(Product, Product.id == ProductStatement.product_id)
        .join(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(ProductStatement.id.in_(sorted(set(numbers))))
        .with_for_update(of=ProductStatement)
    )
    rows = list(connection.execute(owned(statement, who)).all())
    missing = set(numbers) - {row.id for row in rows}
    if missing:
        expected = "a statement of yours"
        raise NotFoundError(
            ErrorCode.NOT_FOUND, given=str(min(missing)), expected=expected, field="statement"
        )
    return rows


def _require(row: Any, state: StatementState, who: AuditActor) -> None:
    if row.state != _FROM[state]:
        raise ConflictError(
            ErrorCode.CONFLICT,
            given=f"{row.topic}, version {row.version}",
            expected=str(_FROM[state]),
            found=row.state,
            field="statement",
        )
    if state is StatementState.RELEASED and who.is_same(row.put_in_account_id, row.put_in_by):
        raise ForbiddenError(ErrorCode.OWN_IMPORT, given=row.topic, field="statement")


def _replace(connection: Connection, row: Any) -> None:
    """Take the version off the public page that `row` is released in place of."""
    connection.execute(
        update(ProductStatement)
        .where(
            ProductStatement.product_id == row.product_id,
            ProductStatement.topic == row.topic,
            ProductStatement.language == row.language,
            ProductStatement.state == StatementState.RELEASED,
        )
        .values(state=StatementState.REPLACED)
    )

"""A person's decision about a suspect: hold it, raise an alert, or clear it, with a note.

The hold and the alert are records of their own, as those of the pages of recalls and alerts are; they are
written first, so that a failure in between leaves the vial held rather than released.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, select, update

from service.accounts.actors import Actor, OrganisationKind
from service.authenticity.evidence import AlertKind, RecallScope
from service.authenticity.scan_history.score import weigh
from service.authenticity.scan_history.suspects import MEASURED
from service.errors import ConflictError, ErrorCode, NotFoundError, RefusedError
from service.gs1.identifiers import Gtin, Lot
from service.registry import recalls
from service.registry.alerts.matches import raise_alert
from service.registry.lists.cells import free_text
from service.registry.lists.kinds.alerts import AlertFacts
from service.registry.suspects.queries import SuspectLine
from service.registry.suspects.subjects import SuspectDetails, named, open_one, within_a_transaction
from service.storage.audit import AuditChange, write_down
from service.storage.database import Database
from service.storage.hot import sightings as kept
from service.storage.hot.sightings import SubjectScope
from service.storage.hot.statements import within
from service.storage.models import Suspect
from service.storage.suspects import SuspectState

MOST_SAID = 500

_HELD = {
    SubjectScope.UNIT: RecallScope.LIST,
    SubjectScope.LOT: RecallScope.LOT,
    SubjectScope.UNKNOWN_LOT: RecallScope.LOT,
}
"""What can be held, and by which scope. Serials that are not on record cannot be held."""


def possible(watched: SuspectDetails) -> tuple[SuspectState, ...]:
    """Return the decisions that are possible now."""
    if watched.line is None:
        return ()
    found = [SuspectState.HELD] if watched.gtin and watched.subject.scope in _HELD else []
    found += [SuspectState.ALERTED, SuspectState.CLEARED]
    return tuple(each for each in found if each is not watched.line.state)


def decide(
    database: Database,
    actor: Actor,
    watched: SuspectDetails,
    state: str,
    *,
    note: str,
    protect: bool = False,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Hold, alert or clear. RefusedError without a note; ConflictError for what cannot be decided (any more).

    NotFoundError for what is not this actor's, or is not a suspect.

    `protect`: where it is cleared, scans by strangers alone never stop the unit again.
    """
    note = free_text(note, MOST_SAID)
    if not note:
        raise RefusedError(ErrorCode.REASON_MISSING, field="note")
    watched = open_one(database, actor, _asked(watched), watched.gtin, watched.shown)
    if state not in possible(watched):
        raise ConflictError(
            ErrorCode.CONFLICT,
            given=state,
            expected=" or ".join(possible(watched)),
            found=watched.line.state if watched.line else "nothing that stands out",
        )
    if state == SuspectState.HELD:
        recalls.issue(database, _hold(watched, note), who=actor.who, clock=clock)
    elif state == SuspectState.ALERTED:
        regulator = actor.kind is OrganisationKind.REGULATOR
        facts = _alert(actor, watched, note, clock())
        raise_alert(database, facts, who=actor.who, reason=note, regulator=regulator, clock=clock)
    _move(database, actor, watched, SuspectState(state), note, clock(), protect=protect)


def _move(
    database: Database,
    actor: Actor,
    watched: SuspectDetails,
    state: SuspectState,
    note: str,
    at: datetime,
    *,
    protect: bool,
) -> None:
    with database.transaction() as connection:
        connection.execute(select(Suspect.id).where(Suspect.id == _line(watched).id).with_for_update())
        # Scans may have come since the page was read: what is cleared is what is on record now.
        now = within_a_transaction(connection, actor, _asked(watched), watched.gtin, watched.shown)
        line = _line(now)
        values: dict[str, object] = {"state": state, "moved": at}
        if state is SuspectState.CLEARED:
            values["cleared"] = line.score
            if now.subject.scope is SubjectScope.UNIT:
                _teach(connection, actor, now, note, at, protect=protect)
        connection.execute(update(Suspect).where(Suspect.id == line.id).values(values))
        change = AuditChange(
            f"watch_{state}",
            "suspect",
            named(now.gtin, now.subject),
            {"state": line.state},
            {"state": state, "score": line.score},
        )
        write_down(connection, [change], who=actor.who, at=at, reason=note)


def _teach(
    connection: Connection, actor: Actor, watched: SuspectDetails, note: str, at: datetime, *, protect: bool
) -> None:
    """Record that what was seen so far is cleared, for this unit alone."""
    thresholds, _ = kept.judged_by(within(connection), watched.subject.product_id, watched.subject.name)
    suspicion = weigh(watched.seen, thresholds)
    codes = set(_line(watched).codes) - {str(code) for code in MEASURED}
    kept.clear(
        connection, watched.subject, suspicion, codes, who=actor.who, at=at, reason=note, protect=protect
    )


def _hold(watched: SuspectDetails, note: str) -> recalls.RecallForm:
    unit = watched.subject.scope is SubjectScope.UNIT
    return recalls.RecallForm(
        hold=True,
        gtin=Gtin(watched.gtin),
        scope=_HELD[watched.subject.scope],
        reason=note,
        lots=() if unit else (Lot.parse(watched.lot),),
        serials=(watched.subject.name.casefold(),) if unit else (),
    )


def _alert(actor: Actor, watched: SuspectDetails, note: str, at: datetime) -> AlertFacts:
    scope = watched.subject.scope
    of_serials = scope in (SubjectScope.UNIT, SubjectScope.NEIGHBOURS)
    issued = {SubjectScope.LOT: True, SubjectScope.UNKNOWN_LOT: False if watched.gtin else None}.get(scope)
    return AlertFacts(
        authority=actor.organisation,
        kind=AlertKind.FALSIFIED,
        product_name=watched.product,
        gtin=watched.gtin,
        lot=None if of_serials else Lot.parse(watched.lot),
        expiries=(None,),
        serial=watched.subject.name if scope is SubjectScope.UNIT else "",
        serial_prefix=watched.subject.name if scope is SubjectScope.NEIGHBOURS else "",
        lot_issued=issued,
        recall_class="",
        reference="",
        reported=at.date().isoformat(),
        source_url="",
        detail=note,
    )


def _asked(watched: SuspectDetails) -> SubjectScope:
    """Return the scope that was asked for: the lot may have come on record since."""
    scope = watched.subject.scope
    return SubjectScope.LOT if scope is SubjectScope.UNKNOWN_LOT else scope


def _line(watched: SuspectDetails) -> SuspectLine:
    if watched.line is None:
        expected = "something that stands out"
        raise NotFoundError(ErrorCode.NOT_FOUND, given=watched.shown, expected=expected)
    return watched.line

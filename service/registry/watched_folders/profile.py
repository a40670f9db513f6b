"""`profile.toml` of a watched folder: whose lists lie there, and what is said of them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.accounts.actors import OWNERS, Actor, OrganisationKind, Role
from service.errors import ErrorCode, RefusedError
from service.registry.import_jobs.unattended import UnattendedImport
from service.registry.lists.columns import ListKind
from service.storage.database import Database
from service.storage.models import Organisation

NAME = "profile.toml"

_KEYS = frozenset({"organisation", "feed", "kind", "sheet", "keep_good", "reason"})
_OF_A_FEED = frozenset({"feed", "reason"})
_KINDS = OWNERS | {OrganisationKind.REGULATOR}


@dataclass(frozen=True, slots=True)
class FolderProfile:
    """Under whose name the lists of a folder are imported, and how. `reason`: for the record of changes."""

    who: Actor
    terms: UnattendedImport
    reason: str


@dataclass(frozen=True, slots=True)
class NoticeFeed:
    """A folder of regulators' notices, of whichever authority: they are imported as the operator's."""

    folder: str
    reason: str


def read_profile(folder: Path, database: Database) -> FolderProfile | NoticeFeed:
    """The profile of a folder. RefusedError names what is wrong with it."""
    try:
        said = tomllib.loads((folder / NAME).read_text())
    except (OSError, ValueError) as error:
        raise _wrong("a file of TOML", str(error)) from error
    if unknown := said.keys() - _KEYS:
        raise _wrong(f"only {', '.join(sorted(_KEYS))}", ", ".join(sorted(unknown)))
    if "feed" in said:
        if said["feed"] != "notices" or said.keys() - _OF_A_FEED:
            raise _wrong('feed = "notices" and a reason, and nothing else', ", ".join(sorted(said)))
        return NoticeFeed(folder.name[:200], str(said.get("reason", "") or f"feed {folder.name}"))
    kind, keep_good = said.get("kind", ""), said.get("keep_good", False)
    if kind and kind not in set(ListKind):
        raise _wrong(f"a kind of {', '.join(ListKind)}", str(kind))
    if not isinstance(keep_good, bool):
        raise _wrong("keep_good = true or false", str(keep_good))
    sheet, reason = str(said.get("sheet", "")), str(said.get("reason", ""))
    terms = UnattendedImport(True, keep_good, ListKind(kind) if kind else None, sheet)
    return FolderProfile(_actor(folder, said, database), terms, reason)


def _actor(folder: Path, said: dict[str, Any], database: Database) -> Actor:
    name = str(said.get("organisation", ""))
    statement = select(Organisation.id, Organisation.kind).where(Organisation.name == name)
    with database.reading() as connection:
        row = connection.execute(statement).first()
    if row is None or OrganisationKind(row.kind) not in _KINDS:
        raise _wrong("the name of a manufacturer, distributor or regulator as organisation", name)
    kind, roles = OrganisationKind(row.kind), frozenset({Role.IMPORTER})
    return Actor(f"folder {folder.name}"[:200], None, row.id, name, kind, roles)


def _wrong(expected: str, found: str) -> RefusedError:
    return RefusedError(ErrorCode.VALUE_INVALID, given=found[:200], expected=expected, field=NAME)

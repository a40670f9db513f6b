"""Documents of events (EPCIS) among the files of `vialcheck import`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from service.registry.epcis.capture_rows import CaptureRequest
from service.registry.epcis.captures import CaptureOutcome, EventCaptures, hash_of_file
from service.registry.epcis.reading import looks_like_events
from service.registry.import_jobs.file_import import FileOutcome
from service.registry.import_jobs.import_files import ImportOutcome
from service.registry.lists.ownership import Owner
from service.registry.lists.rejected_rows import explain
from service.storage.audit import AuditActor
from service.storage.database import Database

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class CapturedFile:
    """A document and what became of it."""

    name: str
    outcome: CaptureOutcome

    @property
    def taken(self) -> bool:
        """Whether nothing of it was refused."""
        return not self.outcome.refused and not self.outcome.errors


def separated(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """The lists among the files, and the documents of events."""
    documents = [file for file in files if looks_like_events(file)]
    return [file for file in files if file not in documents], documents


def capture_files(
    database: Database,
    files: Sequence[Path],
    *,
    who: AuditActor,
    reason: str,
    plans: Path,
    dry_run: bool,
) -> list[CapturedFile]:
    """Take each document whole, or refuse it; a refused one ends the command's work."""
    captures, done = EventCaptures(database), list[CapturedFile]()
    for path in files:
        size, sha256 = hash_of_file(path)
        request = CaptureRequest(who, Owner(), reason, path.name, size, sha256, plans)
        done.append(CapturedFile(str(path), captures.capture_file(path, request, dry_run=dry_run)))
        if done[-1].outcome.refused:
            break
    return done


def resume_captures(database: Database) -> list[CapturedFile]:
    """Go on with every document of a terminal that was interrupted."""
    return [CapturedFile(name, outcome) for name, outcome in EventCaptures(database).resume()]


def told_of_events(files: Sequence[CapturedFile], *, dry_run: bool) -> Iterator[str]:
    """Yield the lines that describe what became of the documents."""
    for file in files:
        yield from _told_of(file, dry_run=dry_run)
    if files and dry_run:
        yield "Dry run: nothing was changed."


def _told_of(file: CapturedFile, *, dry_run: bool) -> Iterator[str]:
    name, outcome = click.style(file.name, bold=True), file.outcome
    if outcome.refused:
        yield f"{name}: refused. Nothing of it was put in."
    else:
        counts = [("applied", outcome.applied), ("kept", outcome.kept), ("known before", outcome.known)]
        shown = ", ".join(f"{count:,} {word}" for word, count in counts if count)
        units = f"; units: {outcome.units:,} new, {outcome.unchanged:,} unchanged" if outcome.applied else ""
        yield f"{name}: {outcome.events:,} events: {shown or 'none'}{units}" + (
            " (not put in)" if dry_run else ""
        )
    for remark in outcome.head.remarks if outcome.head else ():
        yield f"  {remark}"
    for error in outcome.errors[:_SHOWN]:
        value = f" {error['given']!r}" if error["given"] else ""
        event = f", event {error['event']}" if error["event"] else ""
        field = f", {error['field']}" if error["field"] else ""
        yield f"  {error['place']}{event}{field}{value}: {error['reason']}"
    if len(outcome.errors) > _SHOWN:
        yield f"  … and {len(outcome.errors) - _SHOWN:,} more"


def outcome_json(lists: ImportOutcome, events: Sequence[CapturedFile], *, good: bool, dry_run: bool) -> str:
    """What became of all files as one JSON object."""
    files = [_list_record(file) for file in lists.files]
    files += [{"file": file.name, "kind": "events", **file.outcome.record()} for file in events]
    said = {"good": good, "dry_run": dry_run, "files": files}
    return json.dumps(said, ensure_ascii=False, indent=2)


def _list_record(file: FileOutcome) -> dict[str, Any]:
    errors = [
        {"place": each.where, "code": str(each.code), "given": each.value, "reason": each.reason}
        for each in file.errors
    ]
    if file.error is not None:
        error = file.error
        errors = [
            {"place": error.field or "file", "code": str(error.code), "given": "", "reason": explain(error)}
        ]
    return {
        "file": str(file.path),
        "kind": str(file.kind) if file.kind else "",
        "taken": file.good,
        "new": file.new,
        "changed": file.changed,
        "unchanged": file.unchanged,
        "refused": file.refused,
        "questions": [part.key for question in file.questions for part in question.parts],
        "errors": errors,
    }

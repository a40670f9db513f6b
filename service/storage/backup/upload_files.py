"""The lists that people sent and that are on their way, in a backup.

They change while the records are copied: a list that the copied records name has to be there, and one that
they do not name does no harm. So they are linked before the records are copied, and again afterwards.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_NOT_LISTS = frozenset({"queue.db", "queue.db-wal", "queue.db-shm", "turn.db"})
"""The queue: it is made anew from the records. Names that begin with a dot or `serving` are locks."""


def lists_in(folder: Path) -> list[Path]:
    """The files of all lists on their way, by their paths within the folder."""
    if not folder.is_dir():
        return []
    found = (
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    )
    return sorted(path for path in found if _is_list(path))


def link_lists(folder: Path, into: Path) -> None:
    """Link every list into another folder of the same file system, but what goes away meanwhile."""
    for path in lists_in(folder):
        target = into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            _link(folder / path, target)


def _is_list(path: Path) -> bool:
    first = path.parts[0]
    return first not in _NOT_LISTS and not first.startswith((".", "serving"))


def _link(source: Path, target: Path) -> None:
    """Replace `target` by a link to `source`; by a copy where the file system has no links."""
    if target.exists() and target.samefile(source):
        return
    draft = target.with_name(f"{target.name}.new")
    with suppress(FileNotFoundError):
        draft.unlink()
    try:
        os.link(source, draft)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, draft)
    draft.replace(target)

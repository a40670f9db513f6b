"""Reads the sheets of a workbook in a separate process.

A few bytes in a spreadsheet can ask for half a terabyte of memory (one cell in the farthest corner), and the
reader's answer to that is to abort. So it runs in a process that may use only so much and may die.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from service.errors import RefusedError
from service.registry.workbooks.containers import refused, require_workbook

_LONGEST = 600.0
"""Seconds for one workbook on a busy machine; a million rows take some 10 of them."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. `path`: its rows as CSV in UTF-8, each behind its number and states; empty ones left out.

    `standing`: its fields stood below one another, and its columns were made rows.
    """

    name: str
    visible: bool
    path: Path
    standing: bool = False


def unpacked(workbook: Path, folder: Path) -> list[Sheet]:
    """Every sheet of the workbook that has anything in it, written into `folder`.

    Raises FILE_NOT_TEXT for another kind of archive, WORKBOOK_REFUSED for what may not or cannot be opened.
    """
    require_workbook(workbook)
    program = [sys.executable, "-m", "service.registry.workbooks.extraction", str(workbook), str(folder)]
    try:
        # The sender of the file chose no part of the command: our own module, and two paths of ours.
        ran = subprocess.run(program, capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise refused("more than can be read within some minutes") from error
    if ran.returncode:
        raise refused(
            "a damaged file, or one with cells far outside its list (delete the empty rows and columns)"
        )
    told = json.loads(ran.stdout)
    if "refused" in told:
        raise _told(told["refused"])
    return [Sheet(each["name"], each["visible"], folder / each["file"]) for each in told["sheets"]]


def _told(why: dict[str, str]) -> RefusedError:
    return refused(why["found"], why["expected"]) if "expected" in why else refused(why["found"])

"""Trace one check through the code, and print which modules it runs through and where it climbs back up.

    python -m scripts.road [--all]

The check is one question to `VerificationService.preview` over the demonstration records, traced twice: with
empty caches (the first check of a lot), and again with the caches of the first (the usual check).

- A module is *on the road* where it calls into another package (`service.gs1`, `service.storage.hot`, …), so
  that a reader who follows the question has to read on there. All others are leaves: they only answer.
- The road *climbs* each time that it comes back to `service.verification` from another room.
- A module *calls back* where it calls one that imports it: there, reading from top to bottom fails.
"""

import ast
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from service.registry.import_jobs import import_files
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService

ROOT = Path(__file__).resolve().parents[1]
SCAN = "(01)09506000134352(17)281031(10)OVA2714(21)J38QAPXKADRQ8"


@dataclass(slots=True)
class Road:
    """What one check ran through. `stops`: modules in the order of calls, without immediate repetitions.

    `calls`: pairs of different modules, caller and callee, in the order of the first call.
    """

    stops: list[str] = field(default_factory=list)
    calls: dict[tuple[str, str], None] = field(default_factory=dict)

    def modules(self) -> list[str]:
        """The modules in the order of their first calls."""
        return list(dict.fromkeys(self.stops))

    def on_road(self) -> list[str]:
        """The modules that call into another package."""
        callers = {one for one, other in self.calls if package_of(one) != package_of(other)}
        return [each for each in self.modules() if each in callers]

    def leaves(self) -> list[str]:
        """The modules that only answer their caller."""
        on_road = self.on_road()
        return [each for each in self.modules() if each not in on_road]

    def climbs(self) -> int:
        """How often the road comes back to `service.verification` from another room."""
        at_top = [each.startswith("service.verification.") for each in self.stops]
        return sum(now and not before for before, now in pairwise(at_top))

    def calls_back(self) -> dict[str, list[str]]:
        """The modules that call one that imports them (directly or not), each with those that it calls."""
        found: dict[str, list[str]] = {}
        for caller, callee in self.calls:
            if caller in imports_below(callee):
                found.setdefault(caller, []).append(callee)
        return found


def package_of(module: str) -> str:
    """The package that a module is in; a package's own `__init__` is in that package."""
    return module if (ROOT / module.replace(".", "/")).is_dir() else module.rpartition(".")[0]


@cache
def imports_of(module: str) -> frozenset[str]:
    """The modules of `service` that a module imports itself."""
    path = ROOT / module.replace(".", "/")
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("service"):
            inner = (f"{node.module}.{each.name}" for each in node.names)
            found.update(each if _is_module(each) else node.module for each in inner)
    return frozenset(found)


@cache
def imports_below(module: str) -> frozenset[str]:
    """The modules that a module imports, directly or through others."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        new = imports_of(waiting.pop()) - found
        found |= new
        waiting += new
    return frozenset(found - {module})


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def trace(act: Callable[[], object]) -> Road:
    """Run `act` and return the calls between modules of `service`."""
    road = Road()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event != "call" or (callee := _module_of(frame.f_code)) is None:
            return
        if not road.stops or road.stops[-1] != callee:
            road.stops.append(callee)
        caller = next(_callers(frame), None)
        if caller is not None and caller != callee:
            road.calls[caller, callee] = None

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return road


def _callers(frame: FrameType) -> Iterator[str]:
    """The modules of ours in the stack, nearest first."""
    above = frame.f_back
    while above is not None:
        module = _module_of(above.f_code)
        if module is not None:
            yield module
        above = above.f_back


@cache
def _module_of(code: CodeType) -> str | None:
    """The module that a function is in; None for libraries, and for the decorators of dataclasses."""
    path = Path(code.co_filename)
    if not path.is_relative_to(ROOT / "service"):
        return None
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def check() -> Iterator[Road]:
    """The roads of two checks of one unit: with empty caches, then with those of the first."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/road.db")
        database.migrate()
        lists = sorted((ROOT / "seed").glob("*.csv"))
        import_files.run(database, lists, who=AuditActor("scripts/road.py"), reason="demonstration records")
        service, question = VerificationService(database), Question(scan=SCAN, market="FR")
        origin = RequestOrigin(Channel.API)
        yield trace(lambda: service.preview(question, origin))
        yield trace(lambda: service.preview(question, origin))
        database.close()


def main(arguments: Iterable[str]) -> None:
    """Print both roads."""
    for title, road in zip(("first check of a lot", "usual check"), check(), strict=True):
        on_road, back = road.on_road(), road.calls_back()
        print(f"{title}: {len(on_road)} modules on the road, {road.climbs()} climbs", end=" ")
        print(
            f"({len(road.stops)} stops in {len(road.modules())} modules, {len(road.leaves())} of them leaves)"
        )
        for module in on_road:
            print(f"  {module}" + (f"  calls back {', '.join(back[module])}" if module in back else ""))
        if "--all" in arguments:
            print("  leaves:", ", ".join(road.leaves()))


if __name__ == "__main__":
    main(sys.argv[1:])

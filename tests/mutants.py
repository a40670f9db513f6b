"""Says how many of mutmut's changes the tests noticed, for each module, and which ones they did not.

`make mutants` runs it after `mutmut run`. Exit status 1 when fewer than `WANTED` were noticed.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

WANTED = 0.95
MUTMUT = str(Path(sys.executable).with_name("mutmut"))
STATS = Path("mutants") / "mutmut-cicd-stats.json"


def survivors(listed: str) -> dict[str, str]:
    """Mutants that no test noticed, and why, of what `mutmut results` prints: a name, a colon and a status."""
    lines = (line.strip().partition(": ") for line in listed.splitlines())
    return {name: status for name, _, status in lines if status and status != "killed"}


def module_of(mutant: str) -> str:
    """`service.gs1.wedge` of `service.gs1.wedge.x_read__mutmut_3`."""
    return mutant.rpartition(".")[0]


def main() -> int:
    """Print the figures."""
    listed = subprocess.run([MUTMUT, "results"], capture_output=True, text=True, check=True).stdout
    subprocess.run([MUTMUT, "export-cicd-stats"], capture_output=True, check=True)
    total: int = json.loads(STATS.read_text(encoding="utf-8"))["total"]
    left = survivors(listed)
    for name, status in left.items():
        print(f"{status:14} {name}")
    for module, count in sorted(Counter(map(module_of, left)).items()):
        print(f"{count:5} not noticed in {module}")
    share = 1 - len(left) / total if total else 0.0
    print(f"MUTANTS {total - len(left)} of {total} noticed: {share:.1%} (at least {WANTED:.0%} are wanted)")
    return 0 if share >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())

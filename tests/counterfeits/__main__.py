"""`python -m tests.counterfeits [cases.jsonl] [--json]`: 0 when all is caught and no twin stopped, 1 otherwise."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.counterfeits import cases
from tests.counterfeits.printing import as_json, report
from tests.counterfeits.running import Bench
from tests.counterfeits.scoring import score

SHIPPED = Path(__file__).with_name("cases.jsonl")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 2 when the file cannot be read."""
    parser = argparse.ArgumentParser(prog="benchmark-counterfeits", description="The counterfeit benchmark")
    parser.add_argument(
        "cases", nargs="?", type=Path, default=SHIPPED, help="a file of cases, one JSON object a line"
    )
    parser.add_argument("--json", action="store_true", help="write JSON, for programs")
    asked = parser.parse_args(arguments)
    try:
        lines = list(cases.read(asked.cases))
    except (OSError, UnicodeDecodeError) as error:
        print(f"{asked.cases} cannot be read: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="counterfeits-") as folder:
        found = score(Bench(Path(folder)), lines)
    for result in found.results:
        for note in (*result.case.notes, *result.answers.notes):
            print(f"{result.case.id}: {note}", file=sys.stderr)
    if asked.json:
        print(json.dumps(as_json(found), indent=1))
    else:
        print("\n".join(report(found)))
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())

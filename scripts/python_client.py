"""Generates the Python client from docs/api/openapi.json: `python -m scripts.python_client [FOLDER]`.

The package `vialcheck_client` is written into the folder; default: clients/python.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "vialcheck_client"


def generate(folder: Path) -> Path:
    """Generate the package into the folder, in place of an earlier one; return the package's folder."""
    description = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text(encoding="utf-8"))
    description["info"]["version"] = version("vialcheck")  # the pinned description names no release
    package = folder / PACKAGE
    tools = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as name:
        document = Path(name) / "openapi.json"
        document.write_text(json.dumps(description), encoding="utf-8")
        subprocess.run(  # noqa: S603 (our own tool)
            [
                *(tools / "openapi-python-client", "generate", "--overwrite", "--fail-on-warning"),
                *("--meta", "none", "--path", document, "--output-path", package),
                *("--config", ROOT / "clients" / "python" / "config.yml"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},  # it formats with ruff
        )
    return package


if __name__ == "__main__":
    print(generate(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "clients" / "python"))

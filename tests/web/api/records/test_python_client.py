"""The Python client that `make client` generates, used against a server as its README shows."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from scripts.python_client import ROOT, generate
from tests.web.api.records.program import Program

README = ROOT / "clients" / "python" / "README.md"
[EXAMPLE] = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the package is generated into: a warning of the generator fails here."""
    folder = tmp_path_factory.mktemp("clients")
    generate(folder)
    return folder


def test_the_example_of_the_readme_does_what_it_says(
    registry: Flask, program: Program, clients: Path
) -> None:
    server = make_server("127.0.0.1", 0, registry, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    key = program.client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    known = {"URL": f"http://127.0.0.1:{server.server_port}", "KEY": key, "PYTHONPATH": str(clients)}
    try:
        run = subprocess.run(
            [sys.executable, "-c", EXAMPLE],
            env=os.environ | known | {"no_proxy": "*"},
            capture_output=True,
            check=False,
            text=True,
        )
    finally:
        server.shutdown()
        serving.join()
    assert run.returncode == 0, run.stderr
    # the last: another manufacturer's product
    assert run.stdout.splitlines() == ["['A1', 'B2']", "reading", "404 product_not_on_record"]
    assert program.imported(1)["state"] == "done"

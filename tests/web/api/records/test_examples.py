"""The examples of docs/records-api.md, run as they are written, by curl against a server."""

import os
import re
import shutil
import subprocess
import threading
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.factories.recall_records import GTIN
from tests.web.api.records.program import Program

PAGE = Path(__file__).parents[4] / "docs" / "records-api.md"
EXAMPLES = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_each_example_does_what_the_page_says(registry: Flask, program: Program, tmp_path: Path) -> None:
    server = make_server("127.0.0.1", 0, registry, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    key = program.client.environ_base["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    known = os.environ | {"URL": f"http://127.0.0.1:{server.server_port}", "KEY": key, "no_proxy": "*"}
    try:
        for example in EXAMPLES:
            run = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", example],
                env=known,
                cwd=tmp_path,
                capture_output=True,
                check=False,
            )
            assert run.returncode == 0, (example, run.stdout, run.stderr)
            for waiting in program.worker.waiting():
                program.worker.carry_on(waiting)
    finally:
        server.shutdown()
        serving.join()
    lots = {each["lot"]: each for each in program.get(f"/products/{GTIN}/batches")["batches"]}
    assert lots.keys() == {"A1", "B2", "C3", "D4"}
    assert (lots["A1"]["quantity"], lots["A1"]["status"]) == (500, "recalled")

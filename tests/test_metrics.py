"""Metrics of several processes, added up."""

import os
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from service import metrics

COUNT = """
import sys, pathlib
from service import metrics
for _ in range(3): metrics.count("vialcheck_requests", "checks", "200")
metrics.observe("vialcheck_check_seconds", 0.002, "accept")
metrics.observe("vialcheck_check_seconds", 99.0, "accept")
metrics.show("vialcheck_bodies_arriving", 5)
metrics.count_job("tidy", ended_well=True)
metrics.count_job("tidy", ended_well=False)
metrics.share(pathlib.Path(sys.argv[1]))
if len(sys.argv) > 2: print("shared", flush=True); sys.stdin.read()
"""


def read(folder: Path) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(metrics.exposition(folder).decode())
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_counts_of_every_process_and_gauges_of_those_that_live(tmp_path: Path) -> None:
    command = [sys.executable, "-c", COUNT, str(tmp_path)]
    for _ in range(2):
        subprocess.run(command, check=True, env=os.environ)
    living = subprocess.Popen([*command, "stay"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert living.stdout is not None
    assert living.stdout.readline() == b"shared\n"
    found = read(tmp_path)
    living.communicate(b"")
    assert found["vialcheck_requests_total", "checks,200"] == 9
    assert found["vialcheck_check_seconds_count", "accept"] == 6
    assert found["vialcheck_check_seconds_bucket", "accept,0.0025"] == 3
    assert found["vialcheck_check_seconds_bucket", "accept,10.0"] == 3
    assert found["vialcheck_check_seconds_bucket", "accept,+Inf"] == 6
    assert found["vialcheck_bodies_arriving", ""] == 5
    assert found["vialcheck_job_failures_total", "tidy"] == 3
    assert found["vialcheck_job_last_success_timestamp_seconds", "tidy"] > 1_700_000_000


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    dashboard = Path(__file__).parents[1] / "docs" / "grafana-dashboard.json"
    text = dashboard.read_text(encoding="utf-8")
    for metric in metrics.HELP:
        assert metric in text

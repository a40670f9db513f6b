"""`vialcheck simulate`: scan traffic from a documented model, for testing a detector."""

import csv
import sys
from pathlib import Path

import click

from service.verification.history_replay.simulation import COLUMNS, TRUTH
from service.verification.history_replay.simulation import simulate as scans_of


@click.command()
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same scans.")
@click.option("--genuine", default=10_000, show_default=True, help="Units of which there is one each.")
@click.option("--cloned", default=250, show_default=True, help="Units whose code was copied.")
@click.option("--copies", default=20, show_default=True, help="Copies of each.")
@click.option("--rate", default=0.1, show_default=True, help="Share of the copies that anybody scans.")
@click.option("--leaked", default=0, show_default=True, help="Fakes with the number of a unit nobody scans.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; else standard output.")
@click.option(
    "--truth", type=click.Path(path_type=Path), help="Write what each unit was into a file of its own."
)
def simulate(
    *,
    seed: int,
    genuine: int,
    cloned: int,
    copies: int,
    rate: float,
    leaked: int,
    out: Path | None,
    truth: Path | None,
) -> None:
    """Write scans as CSV: time, gtin, serial, lot, country, region, client, asker, truth.

    The model is described in service/verification/history_replay/simulation.py: single vials that are
    delivered, used, checked and checked again, on journeys, shared devices, VPNs and in wrong places; copies
    sold over many cities; leaked serials. `truth` is genuine, cloned or leaked; --truth leaves it out of
    the scans.
    """
    scans = scans_of(seed=seed, genuine=genuine, cloned=cloned, copies=copies, rate=rate, leaked=leaked)
    columns = COLUMNS if truth else (*COLUMNS, TRUTH)
    file = out.open("w", encoding="utf-8", newline="") if out else sys.stdout
    try:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(scan.row() for scan in scans)
    finally:
        if out:
            file.close()
    if truth:
        with truth.open("w", encoding="utf-8", newline="") as known:
            rows = csv.writer(known, lineterminator="\n")
            rows.writerow(("gtin", "serial", TRUTH))
            rows.writerows(dict.fromkeys((scan.row()["gtin"], scan.serial, scan.truth) for scan in scans))

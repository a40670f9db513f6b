"""`vialcheck receipt verify`: check the signed file of a treatment receipt, without any record of ours."""

import json
import sys
from pathlib import Path

import click

from service.clinics.receipts.signing import LONGEST_FILE, ReceiptKeys, read_signed
from service.errors import ErrorCode, RefusedError
from service.settings import load
from service.verification.clock import machine_time


@click.group("receipt")
def receipt() -> None:
    """Treatment receipts that clinics hand over."""


@receipt.command("verify")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--keys",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The public keys, as the service publishes them at /.well-known/vialcheck-receipt-keys.json."
    " [default: those of this machine's records]",
)
def verify(*, file: Path, keys: Path | None) -> None:
    """Say whether FILE (- for standard input) was signed by one of the keys and is unchanged.

    With --keys nothing else is read: no record, no network. What the file says is printed as JSON. Exit
    status 2: it is no receipt, was changed, or another key signed it.
    """
    text = sys.stdin.read(LONGEST_FILE + 1) if str(file) == "-" else _start_of(file)
    read = read_signed(text, _published(keys))
    click.echo(json.dumps(read.plain(), ensure_ascii=False, indent=2))


def _start_of(file: Path) -> str:
    with file.open(encoding="ascii", errors="replace") as opened:
        return opened.read(LONGEST_FILE + 1)


def _published(keys: Path | None) -> dict[str, object]:
    if keys is None:
        settings = load()
        database = settings.open_database()
        try:
            return ReceiptKeys(database, settings.secret_box(), machine_time).published()
        finally:
            database.close()
    try:
        found = json.loads(keys.read_text())
    except ValueError as error:
        raise RefusedError(ErrorCode.RECEIPT_UNREADABLE, field="keys") from error
    if not isinstance(found, dict):
        raise RefusedError(ErrorCode.RECEIPT_UNREADABLE, field="keys")
    return found

"""`vialcheck work`: process imports in the background, in a process of its own."""

import signal
from threading import Event

import click

from service.app import import_queue_of, receipt_services_of
from service.settings import load
from service.verification.service import VerificationService


@click.command()
def work() -> None:
    """Do the work behind imports that people send, until stopped (Ctrl-C).

    One process does it at a time: beside a server that does it too (VIALCHECK_WORK), this one stands by.
    """
    settings = load()
    database = settings.open_database()
    verification = VerificationService(database, alone=False)
    receipts = receipt_services_of(settings, database, verification)
    _, runner, _captures = import_queue_of(settings, database, verification.clock, receipts.jobs)
    ended = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    runner.start()
    click.echo(f"Waiting for imports in {settings.files}. Stop with Ctrl-C.")
    ended.wait()
    runner.close()
    verification.close()
    database.close()

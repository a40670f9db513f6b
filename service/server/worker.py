"""One worker process: the application behind its front, and what ends it."""

import gc
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import wait
from pathlib import Path

from service.app import create_app
from service.server import logs
from service.server.front import Front
from service.server.supervisor import UP
from service.web.core.services import Services, services_of

_SWITCH_SECONDS = 0.0005
# A check gives the interpreter away some twenty times, at every statement of the database. Where a label
# sheet is drawn beside it, it waits so long each time to have it back; Python's default is ten times as much.

_LAST_SECONDS = 5.0
"""Seconds for writing what waits when the launcher has died."""


def worker_app() -> Front:
    """The front that granian calls in a worker process."""
    # The launcher's own handlers came along with the fork, and would let a signal pass while this loads.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Ctrl-C reaches every process of a terminal; a worker ends when its launcher says so.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app()
    services = services_of(app)
    logs.configure(services.settings.log)
    _end_with_the_launcher(services)

    def start() -> None:
        if folder := os.environ.get("VIALCHECK_METRICS_FOLDER"):
            (Path(folder) / UP).touch()
        if services.settings.work:
            services.job_queue.start()

    gc.freeze()  # what is there now stays: no collection need look through it
    return Front(app, start=start, stop=services.close)


def _end_with_the_launcher(services: Services) -> None:
    """End this process when its launcher has died, however it died.

    Left alone it would go on answering beside the service that is started next, and nothing would stop it.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        closing = threading.Thread(target=services.close, daemon=True)
        closing.start()
        closing.join(_LAST_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="launcher-watch", daemon=True).start()

"""The negative control: the same application behind the same server, without the front.

`python -m tests.chaos.unguarded PORT`: WSGI with a pool of threads that receive bodies, checks and costly
requests in one pool, granian's own defaults, a shell's limit of open files, and no supervision. What the
attacks do to it shows that they are attacks.
"""

import resource
import sys
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from service.app import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

OPEN_FILES = 1024
"""What a shell gives a process."""

THREADS = 4
PROCESSES = 2


def application() -> "WSGIApplication":
    """The application, each body received in the thread that works on the request."""
    app = create_app()

    def receiving(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(length) if length else b"")
        return app(environ, start_response)

    return receiving


def main(port: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
    Granian(
        "tests.chaos.unguarded:application",
        factory=True,
        interface=Interfaces.WSGI,
        port=port,
        workers=PROCESSES,
        blocking_threads=THREADS,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""What one running service has to itself: its port, and its records."""

import fcntl
import os
import socket
from pathlib import Path
from types import TracebackType

from service.errors import ErrorCode, RefusedError


class PortClaim:
    """Holds an address for this service, while its workers listen on it with SO_REUSEPORT.

    Any process of this user could listen there beside them, and get a share of all requests: each service
    would answer half of them from its own records. RefusedError(SETTING_INVALID) where it is taken.
    """

    def __init__(self, host: str, port: int) -> None:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self._socket = socket.socket(family, kind, protocol)
        try:
            # Closed connections of a service that was here do not keep the port.
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind(address)
        except OSError as error:
            self._socket.close()
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given=f"{host}:{port}",
                expected="an address that nothing else listens on",
                found=os.strerror(error.errno or 0),
                field="VIALCHECK_PORT",
            ) from error
        # From now on only with SO_REUSEPORT, as granian's workers bind; a second claim has none.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)

    def __enter__(self) -> "PortClaim":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


class RecordsClaim:
    """Keeps a second service from the same records: a lock on a file beside them.

    The system lets go of it when the last process of this service has ended, however it ended.
    RefusedError(SETTING_INVALID) where another service has it.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._descriptor)
            raise RefusedError(
                ErrorCode.SETTING_INVALID,
                given=str(file.parent),
                expected="records that no other running service answers from",
                found="a service that runs on them",
                field="VIALCHECK_DATABASE_URL",
            ) from error

    def __enter__(self) -> "RecordsClaim":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)

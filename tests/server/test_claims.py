"""A port and records belong to one service."""

import socket
from pathlib import Path

import pytest

from service.errors import RefusedError
from service.server.claims import PortClaim, RecordsClaim
from tests.factories.running_service import free_port


def listener(port: int) -> socket.socket:
    """As granian's workers listen."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    made.listen()
    return made


def test_without_a_claim_two_services_listen_on_one_port() -> None:
    """The negative control: the system lets them, and gives each a share of the requests."""
    port = free_port()
    with listener(port), listener(port):
        pass


@pytest.mark.parametrize("listens", [False, True])
def test_a_port_is_claimed_once_before_and_while_workers_listen(listens: bool) -> None:
    port = free_port()
    with PortClaim("127.0.0.1", port):
        workers = [listener(port) for _ in range(2 if listens else 0)]
        for host in ("127.0.0.1", "0.0.0.0"):
            with pytest.raises(RefusedError) as refused:
                PortClaim(host, port)
            assert refused.value.field == "VIALCHECK_PORT"
        for each in workers:
            each.close()
    with PortClaim("127.0.0.1", port):
        pass


def test_a_port_that_another_program_has_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(RefusedError):
            PortClaim("127.0.0.1", other.getsockname()[1])


def test_records_are_claimed_once(tmp_path: Path) -> None:
    file = tmp_path / "vialcheck.db.serving"
    with RecordsClaim(file):
        with pytest.raises(RefusedError) as refused:
            RecordsClaim(file)
        assert refused.value.field == "VIALCHECK_DATABASE_URL"
        with RecordsClaim(tmp_path / "other.db.serving"):
            pass
    with RecordsClaim(file):
        pass

"""How bodies are received: whole, within their room and their time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.server import request_bodies
from service.server.request_bodies import CutOffError, LateError, NoRoomError, RequestBodies


class Stream:
    """A body that arrives in pieces; then its sender is silent, or done."""

    def __init__(self, *pieces: bytes, silent: bool = False) -> None:
        self._pieces, self._silent = pieces, silent

    async def __call__(self) -> bytes:
        return b"".join([piece async for piece in self])

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._all()

    async def _all(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        if self._silent:
            await asyncio.Event().wait()


def received(folder: Path) -> RequestBodies:
    bodies = RequestBodies(folder)
    bodies.start(asyncio.get_running_loop())
    return bodies


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize("length", [100_000, None])
def test_a_large_body_is_received_whole(tmp_path: Path, length: int | None, on_disk: bool) -> None:
    async def go() -> None:
        bodies = received(tmp_path)
        stream = Stream(b"a" * 60_000, b"b" * 40_000)
        body = await bodies.large(stream, length, most=200_000, on_disk=on_disk, sender="a")
        assert body is not None
        assert body.size == 100_000
        assert body.file.read() == b"a" * 60_000 + b"b" * 40_000
        body.close()
        assert not bodies._large_of
        assert not bodies._memory_of

    asyncio.run(go())


@pytest.mark.parametrize("length", [300_000, None])
def test_more_than_the_view_takes_is_not_kept(tmp_path: Path, length: int | None) -> None:
    async def go() -> None:
        bodies = received(tmp_path)
        stream = Stream(*[b"a" * 50_000] * 6)
        assert await bodies.large(stream, length, most=200_000, on_disk=False, sender="a") is None
        assert not bodies._large_of

    asyncio.run(go())


def test_less_than_was_announced_is_refused(tmp_path: Path) -> None:
    async def go() -> None:
        bodies = received(tmp_path)
        with pytest.raises(CutOffError):
            await bodies.small(Stream(b"abc"), 10)
        with pytest.raises(CutOffError):
            await bodies.large(Stream(b"abc"), 100_000, most=200_000, on_disk=False, sender="a")
        assert not bodies._large_of
        assert not bodies.coming

    asyncio.run(go())


@pytest.mark.parametrize("small", [True, False])
def test_a_sender_who_is_too_slow_is_ended_and_one_in_time_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small: bool
) -> None:
    async def go() -> None:
        bodies = received(tmp_path)

        async def send() -> None:
            if small:
                await bodies.small(Stream(b"a", silent=True), 10)
            else:
                stream = Stream(b"a" * 8192, silent=True)
                await bodies.large(stream, 100_000, most=200_000, on_disk=False, sender="a")

        sending = asyncio.ensure_future(send())
        await asyncio.sleep(0)
        bodies.end_late()
        await asyncio.sleep(0)
        assert not sending.done()
        monkeypatch.setattr(request_bodies, "FIRST_BYTE", -1.0)
        monkeypatch.setattr(request_bodies, "GRACE", -2.0)  # a second of bytes came
        bodies.end_late()
        with pytest.raises(LateError):
            await sending
        assert not bodies.coming
        assert not bodies._large_of

    asyncio.run(go())


def test_one_sender_does_not_take_all_the_room(tmp_path: Path) -> None:
    async def go() -> None:
        bodies = received(tmp_path)

        async def send(sender: str, size: int = 100_000) -> None:
            await bodies.large(Stream(silent=True), size, most=10**9, on_disk=False, sender=sender)

        sending = [asyncio.ensure_future(send("a")) for _ in range(request_bodies.MOST_LARGE_OF_ONE)]
        await asyncio.sleep(0)
        with pytest.raises(NoRoomError):
            await send("a")
        with pytest.raises(NoRoomError):
            await send("b", request_bodies.MEMORY)
        sending.append(asyncio.ensure_future(send("b")))
        await asyncio.sleep(0)
        assert bodies.coming == len(sending)
        for each in sending:
            each.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        assert not bodies._large_of
        assert not bodies.coming

    asyncio.run(go())

"""Attackers in a process of their own, with the lowest priority: `python -m tests.chaos.attackers NAME PORT NUMBER`.

Each opens NUMBER connections and keeps at it until its input ends. It writes `holding` once all connections
have sent what they send first, `ended` when the service has ended all of them, and at last one line of JSON:
how many of its connections were answered or closed, by status.
"""

import asyncio
import io
import json
import os
import sys
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.chaos.limits import raise_open_files

CHECK = "/api/v1/verifications"


@dataclass
class Attack:
    """Connections that were opened, and what became of those that ended."""

    port: int
    ended: Counter[str] = field(default_factory=Counter)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.wait_for(asyncio.open_connection("127.0.0.1", self.port), 10)

    async def answer(self, reader: asyncio.StreamReader) -> str:
        """The status of one answer, read to its end."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        await reader.readexactly(length)
        return head[9:12].decode()


def head(path: str, length: int, kind: str = "application/json", method: str = "POST") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: chaos\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n".encode()


async def dripping(attack: Attack, started: Callable[[], None], first: bytes, every: float) -> None:
    """Send the first bytes, then one more now and then, until the service ends it."""
    reader, writer = await attack.open()
    writer.write(first)
    await writer.drain()
    started()
    answered = asyncio.ensure_future(reader.read(4096))
    while not answered.done():
        await asyncio.wait({answered}, timeout=every)
        if not answered.done():
            writer.write(b" ")
    said = answered.result()
    attack.ended[said[9:12].decode() if said else "closed"] += 1


async def slow_bodies(attack: Attack, started: Callable[[], None]) -> None:
    """A check's body of 1,000 bytes, at a byte every 4 s."""
    await dripping(attack, started, head(CHECK, 1000), 4.0)


async def large_slow_bodies(attack: Attack, started: Callable[[], None]) -> None:
    """A report of 20 MB, at a byte every 4 s."""
    await dripping(attack, started, head("/report", 20_000_000, "multipart/form-data; boundary=x"), 4.0)


async def half_heads(attack: Attack, started: Callable[[], None]) -> None:
    """A head that never ends."""
    await dripping(attack, started, f"POST {CHECK} HTTP/1.1\r\nHost: chaos\r\nX-A: ".encode(), 4.0)


async def idle(attack: Attack, started: Callable[[], None]) -> None:
    """A connection on which nothing is ever sent."""
    reader, _writer = await attack.open()
    started()
    said = await reader.read(100)
    attack.ended[said[9:12].decode() if said else "closed"] += 1


async def again_and_again(attack: Attack, started: Callable[[], None], request: bytes) -> None:
    """The same costly request, as often as it is answered."""
    while True:
        try:
            reader, writer = await attack.open()
            while True:
                writer.write(request)
                await writer.drain()
                started()
                attack.ended[await attack.answer(reader)] += 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            attack.ended["closed"] += 1
            await asyncio.sleep(0.05)


async def label_sheets(attack: Attack, started: Callable[[], None]) -> None:
    serials = "&".join(f"serial=S{number}" for number in range(100))
    path = f"/labels/sheet?gtin=09506000134352&lot=A1&expiry=2030-01-31&{serials}"
    await again_and_again(attack, started, f"GET {path} HTTP/1.1\r\nHost: chaos\r\n\r\n".encode())


async def large_photos(attack: Attack, started: Callable[[], None]) -> None:
    picture = png(5000, 5000)
    await again_and_again(attack, started, head("/api/v1/readings", len(picture), "image/png") + picture)


async def report_photos(attack: Attack, started: Callable[[], None]) -> None:
    picture, body = png(5000, 5000), io.BytesIO()
    body.write(b'--x\r\nContent-Disposition: form-data; name="what"\r\n\r\nchaos\r\n')
    for number in range(4):
        body.write(
            f'--x\r\nContent-Disposition: form-data; name="photos"; filename="{number}.png"\r\n\r\n'.encode()
        )
        body.write(picture + b"\r\n")
    body.write(b"--x--\r\n")
    request = head("/report", body.tell(), "multipart/form-data; boundary=x") + body.getvalue()
    await again_and_again(attack, started, request)


async def made_up_checks(attack: Attack, started: Callable[[], None]) -> None:
    """Ids of checks as new as ids can be, which nobody gave out."""
    while True:
        reader, writer = await attack.open()
        for _ in range(50):
            writer.write(f"GET {CHECK}/{made_up_id()} HTTP/1.1\r\nHost: chaos\r\n\r\n".encode())
            started()
            attack.ended[await attack.answer(reader)] += 1
        writer.close()


async def sign_ins(attack: Attack, started: Callable[[], None]) -> None:
    body = b"email=a%40example.org&password=wrong-password"
    kind = "application/x-www-form-urlencoded"
    await again_and_again(attack, started, head("/sign-in", len(body), kind) + body)


async def provider_sign_ins(attack: Attack, started: Callable[[], None]) -> None:
    """To an identity provider that does not answer, or drips."""
    request = b"GET /sign-in/organisation HTTP/1.1\r\nHost: chaos\r\n\r\n"
    await again_and_again(attack, started, request)


async def unread_answers(attack: Attack, started: Callable[[], None]) -> None:
    """A large answer asked for, and never read."""
    _reader, writer = await attack.open()
    serials = "&".join(f"serial=S{number}" for number in range(100))
    path = f"/labels/sheet?gtin=09506000134352&lot=A1&expiry=2030-01-31&{serials}"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: chaos\r\n\r\n".encode())
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # of every socket's transport
    started()
    await asyncio.sleep(3600)


ATTACKS: dict[str, Callable[[Attack, Callable[[], None]], Awaitable[None]]] = {
    each.__name__: each
    for each in (
        slow_bodies, large_slow_bodies, half_heads, idle, label_sheets, large_photos, report_photos,
        made_up_checks, sign_ins, provider_sign_ins, unread_answers,
    )
}  # fmt: skip


def png(width: int, height: int) -> bytes:
    """A small file of many pixels: all white, 8 bits a pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + b"\xff" * width) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def made_up_id() -> str:
    """A UUID of version 7 of this millisecond."""
    text = f"{int(time.time() * 1000):012x}7{os.urandom(2).hex()[:3]}8{os.urandom(8).hex()[:15]}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


async def main(name: str, port: int, number: int) -> None:
    attack, holding = Attack(port), 0

    async def one() -> None:
        nonlocal holding
        counted = False

        def started() -> None:
            nonlocal holding, counted
            holding += not counted
            counted = True
            if holding == number:
                print("holding", flush=True)
                holding += 1

        try:
            await ATTACKS[name](attack, started)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            attack.ended[type(error).__name__] += 1
            started()

    async def all_of_them() -> None:
        await asyncio.wait(tasks)
        print("ended", flush=True)

    tasks = [asyncio.ensure_future(one()) for _ in range(number)]
    end = asyncio.ensure_future(all_of_them())
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    end.cancel()
    for task in tasks:
        task.cancel()
    print(json.dumps(attack.ended), flush=True)


if __name__ == "__main__":
    os.nice(19)
    raise_open_files()
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))

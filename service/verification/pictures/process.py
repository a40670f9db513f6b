"""Has pictures decoded in a process of their own (`pictures.worker`).

A decoder is the one part that works on whatever a stranger sends, in C. What it does wrong ends that process
alone: a picture that takes too much memory or time is refused, and the next one gets a new process.
"""

import atexit
import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, cast

import msgspec

import service
from service.errors import ErrorCode, RefusedError
from service.verification.pictures.code_reader import DecodedCode
from service.verification.pictures.image_loading import MOST_BYTES
from service.verification.pictures.print_reader import PrintedLine
from service.verification.pictures.worker import PictureOutcome, PictureTask, PictureWork

MOST_SECONDS = 25.0
"""Seconds to wait for an answer. The process may be kept from running: its own limit counts less."""

_COMMAND = (sys.executable, "-m", "service.verification.pictures.worker")
_ENDED = (OSError, ValueError, EOFError)


class PictureProcess:
    """One picture process, started when it is needed; pictures wait for each other."""

    def __init__(self, command: tuple[str, ...] = _COMMAND, *, seconds: float = MOST_SECONDS) -> None:
        self._command, self._seconds = command, seconds
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def codes(self, data: bytes) -> tuple[DecodedCode, ...]:
        """The codes in a picture (`code_reader.read_codes`). RefusedError, as there, and PICTURE_BROKEN for
        one that takes more memory or time than any photo does."""
        return self._ask(data, PictureWork.CODES)[0].codes

    def printed_lines(self, data: bytes) -> tuple[PrintedLine, ...]:
        """The lines of print in a picture (`print_reader.read_print`). RefusedError, as `codes`."""
        return self._ask(data, PictureWork.PRINT)[0].lines

    def cleaned(self, data: bytes) -> bytes:
        """The picture alone, as it is kept (`image_loading.cleaned`). RefusedError, as `codes`."""
        return self._ask(data, PictureWork.CLEAN)[1]

    def close(self) -> None:
        """End the process. It is started again when a picture comes."""
        with self._turn:
            self._end()

    def _ask(self, data: bytes, work: PictureWork) -> tuple[PictureOutcome, bytes]:
        if len(data) > MOST_BYTES:  # as `open_image` says it: no need to hand all of it over
            raise RefusedError(
                ErrorCode.PICTURE_TOO_LARGE,
                expected=f"at most {MOST_BYTES} bytes",
                found=f"{len(data)} bytes",
                field="photo",
            )
        task = msgspec.json.encode(PictureTask(work, len(data))) + b"\n"
        with self._turn:
            outcome, content = self._exchanged(task + data)
        if outcome.refused is not None:
            code, expected, found = outcome.refused
            raise RefusedError(ErrorCode(code), expected=expected, found=found, field="photo")
        return outcome, content

    def _exchanged(self, request: bytes) -> tuple[PictureOutcome, bytes]:
        """The answer; RefusedError where the process does not live to give it.

        One that ended of itself, because it was idle or has had its number of pictures, is no fault of this
        picture: a new one is asked.
        """
        for _ in range(2):
            try:
                return self._exchange(request)
            except _ENDED:
                if not self._ended_of_itself():
                    break
        raise RefusedError(
            ErrorCode.PICTURE_BROKEN,
            expected="a photo",
            found="more memory or time than any photo takes",
            field="photo",
        )

    def _exchange(self, request: bytes) -> tuple[PictureOutcome, bytes]:
        """Send, and read the answer. Any of `_ENDED` where the process ended or answers too late."""
        due = time.monotonic() + self._seconds
        process = self._started()
        _send(cast(IO[bytes], process.stdin), request)
        answer = _Reader(cast(IO[bytes], process.stdout), due)
        outcome = msgspec.json.decode(answer.line(), type=PictureOutcome)
        return outcome, answer.exactly(outcome.size)

    def _started(self) -> subprocess.Popen[bytes]:
        """The process that runs, or a new one where it has ended after its last answer."""
        if self._process is not None and self._process.stdout is not None:
            # Readable now means at its end: it was idle, or has done its number of pictures.
            if self._process.poll() is None and not select.select([self._process.stdout], [], [], 0)[0]:
                return self._process
            self._end()
        self._process = subprocess.Popen(  # noqa: S603 (our own module)
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a decoder's complaint may quote what is in the picture
            env=_environment(),
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the service; this process ends with its input
        )
        return self._process

    def _ended_of_itself(self) -> bool:
        """Forget the process, which is killed if it still runs; whether it had ended in order."""
        process = self._process
        with suppress(subprocess.TimeoutExpired):
            if process is not None:
                process.wait(0.5)  # it has closed its output, and may not be gone yet
        self._end()
        return process is not None and process.returncode == 0

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


class _Reader:
    """Reads a pipe until a moment: EOFError when it ends before, or when it is too late."""

    def __init__(self, pipe: IO[bytes], due: float) -> None:
        self._pipe, self._due, self._rest = pipe.fileno(), due, b""

    def line(self) -> bytes:
        while b"\n" not in self._rest:
            self._rest += self._more()
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def exactly(self, size: int) -> bytes:
        parts, got = [self._rest], len(self._rest)
        while got < size:
            parts.append(self._more())
            got += len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bytes:
        if not select.select([self._pipe], [], [], max(0.0, self._due - time.monotonic()))[0]:
            raise EOFError
        if not (some := os.read(self._pipe, 1 << 20)):
            raise EOFError
        return some


def _send(pipe: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[pipe.write(rest) :]


def _environment() -> dict[str, str]:
    """What the process needs of ours: no setting, and so no secret, is handed on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("VIALCHECK_")}
    above = str(Path(service.__file__).parents[1])
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")  # numerical libraries'
    return (
        kept | one_thread | {"PYTHONPATH": os.pathsep.join(filter(None, (above, kept.get("PYTHONPATH", ""))))}
    )


@cache
def picture_process() -> PictureProcess:
    """The one of this process."""
    made = PictureProcess()
    atexit.register(made.close)
    return made

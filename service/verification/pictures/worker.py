"""The picture process: decodes pictures that come on standard input, and answers on standard output.

Started by `pictures.process`. A request is a line of JSON (what to do, the number of bytes) and the picture;
an answer is a line of JSON (what was found, or what was refused, and a number of bytes) and those bytes.
It ends after `MOST_PICTURES`, when nothing was asked for `IDLE_SECONDS`, and with the process that asked. The
system ends it at `MEMORY` or `MEMORY_WITH_PRINT` bytes (an error of that picture) or after `CPU_SECONDS` for
one picture.
"""

import os
import resource
import select
import sys
from enum import StrEnum
from typing import IO

import msgspec

from service.errors import RefusedError
from service.verification.pictures.code_reader import DecodedCode, read_codes
from service.verification.pictures.image_loading import cleaned
from service.verification.pictures.print_reader import PrintedLine, read_print

MEMORY = 768 * 1024 * 1024
"""Bytes of address space: half as much again as the largest picture that is taken needs."""

MEMORY_WITH_PRINT = 1408 * 1024 * 1024
"""The same from the first picture on whose print is read: what the recogniser brings stays loaded."""

CPU_SECONDS = 12
"""Seconds of a processor for one picture; the slowest that is taken needs half of that."""

MOST_PICTURES = 50
"""Pictures after which the process is renewed, with whatever its decoders left behind."""

IDLE_SECONDS = 120.0
_POLITENESS = 10  # nice(2): checks go first


class PictureWork(StrEnum):
    """What can be done with a picture: read its codes or its print, or clean it (to be kept)."""

    CODES = "codes"
    PRINT = "print"
    CLEAN = "clean"


class PictureTask(msgspec.Struct, frozen=True):
    """What to do with the `size` bytes that follow."""

    work: PictureWork
    size: int


class PictureOutcome(msgspec.Struct, frozen=True):
    """What became of it. `refused`: code, expected and found of a RefusedError. `size`: bytes that follow."""

    codes: tuple[DecodedCode, ...] = ()
    lines: tuple[PrintedLine, ...] = ()
    refused: tuple[str, str, str] | None = None
    size: int = 0


def main() -> None:
    """Answer until one of the limits is reached."""
    _limit_memory()
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    for _ in range(MOST_PICTURES):
        if not select.select([requests], [], [], IDLE_SECONDS)[0] or not (line := requests.readline()):
            return
        task = msgspec.json.decode(line, type=PictureTask)
        _limit_time()
        outcome, content = _outcome(task, requests.read(task.size))
        _write(answers, outcome, content)


def _outcome(task: PictureTask, data: bytes) -> tuple[PictureOutcome, bytes]:
    try:
        match task.work:
            case PictureWork.CLEAN:
                content = cleaned(data)
                return PictureOutcome(size=len(content)), content
            case PictureWork.PRINT:
                _set_limit(resource.RLIMIT_AS, MEMORY_WITH_PRINT)
                return PictureOutcome(lines=read_print(data)), b""
            case PictureWork.CODES:
                return PictureOutcome(codes=read_codes(data)), b""
    except RefusedError as error:
        return PictureOutcome(refused=(str(error.code), error.expected, error.found)), b""


def _write(answers: IO[bytes], outcome: PictureOutcome, content: bytes) -> None:
    answers.write(msgspec.json.encode(outcome) + b"\n" + content)
    answers.flush()


def _limit_memory() -> None:
    os.nice(_POLITENESS)
    _set_limit(resource.RLIMIT_AS, MEMORY)
    _set_limit(resource.RLIMIT_CORE, 0)


def _limit_time() -> None:
    times = os.times()
    _set_limit(resource.RLIMIT_CPU, int(times.user + times.system) + 1 + CPU_SECONDS)


def _set_limit(kind: int, most: int) -> None:
    """The soft limit alone: the hard one cannot be raised again."""
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


if __name__ == "__main__":
    main()

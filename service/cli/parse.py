"""`vialcheck parse`: what is read from scanned text, line by line, for people who set up scanners."""

import json
from collections.abc import Iterator
from typing import BinaryIO

import click

from service.errors import ErrorCode, IdentifierError, VialcheckError
from service.gs1.reading import MAX_SCAN, read, read_typed

MAX_LINE = 16 * MAX_SCAN
"""The longest line that is read, in bytes: a scan of `MAX_SCAN` characters, each escaped in JSON."""


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--jsonl", is_flag=True, help="Each line is a JSON string, for control characters.")
@click.option("--typed", is_flag=True, help="Digits that nothing else explains are a typed lot.")
def parse(file: BinaryIO, jsonl: bool, typed: bool) -> None:
    """Read one scanned text a line from FILE or standard input; write one JSON object a line.

    {"input", "ok": true, "kind", "elements": {"01": …}} or
    {"input", "ok": false, "error": {"code", "message"}}. The exit status is 0 even when lines are refused.
    """
    for line in _lines(file):
        click.echo(json.dumps(_outcome(line, jsonl=jsonl, typed=typed)))  # echo flushes


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines without their end; of one above `MAX_LINE` only the start, so that memory is bounded."""
    first = True
    while line := file.readline(MAX_LINE + 1):
        rest = line
        while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE + 1)
        if first:
            line, first = line.removeprefix(b"\xef\xbb\xbf"), False
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def _outcome(line: bytes, *, jsonl: bool, typed: bool) -> dict[str, object]:
    shown = line.decode("utf-8", errors="backslashreplace")
    try:
        shown = _text(line, shown, jsonl=jsonl)
        reading = read_typed(shown) if typed else read(shown)
    except VialcheckError as refusal:
        return {"input": shown, "ok": False, "error": {"code": refusal.code, "message": str(refusal)}}
    return {"input": shown, "ok": True, "kind": reading.kind, "elements": dict(reading.elements)}


def _text(line: bytes, shown: str, *, jsonl: bool) -> str:
    """Return the scanned text of a line. Raises TOO_LONG, BAD_CHARACTER, EMPTY or REQUEST_INVALID."""
    if len(line) > MAX_LINE:
        raise IdentifierError(ErrorCode.TOO_LONG, given=shown[:80], expected=f"at most {MAX_SCAN} characters")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise IdentifierError(
            ErrorCode.BAD_CHARACTER, given=shown, expected="UTF-8", found=f"byte {error.start + 1} is not"
        ) from None
    if not jsonl:
        return text
    if not text.strip():
        raise IdentifierError(ErrorCode.EMPTY, given=text, expected="a JSON string")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, str):
        raise IdentifierError(ErrorCode.REQUEST_INVALID, given=shown, expected="a JSON string")
    return value

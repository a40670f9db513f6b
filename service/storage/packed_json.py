"""JSON in a column of bytes, compressed against a dictionary of what answers have in common.

An answer repeats the same names and words: deflate with a preset dictionary (as RFC 1950, section 2.2, has
it) leaves about a sixth. The first byte says how the rest is written, so that older rows stay readable: `{`
or `[` is JSON as it is, 1 is raw deflate (RFC 1951) with `answer_dictionary_1.txt`. A dictionary never
changes, since rows could not be read any more: a better one gets the next number.
"""

import zlib
from importlib.resources import files
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_DICTIONARY = files("service.storage").joinpath("answer_dictionary_1.txt").read_bytes()
_FIRST = b"\x01"
_RAW = -13
"""Raw deflate with a window of 8 KiB, which holds the dictionary and most answers."""

_LEVEL, _MEMORY = 3, 5
_MOST_BYTES = 4 * 1024 * 1024
_PRESS = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW, _MEMORY, zdict=_DICTIONARY)
# Copied for each value: to read the dictionary in takes longer than an answer.


def pack(value: Any) -> bytes:
    """Return a JSON value as compressed bytes."""
    written = to_json(value)
    press = _PRESS.copy()
    packed = _FIRST + press.compress(written) + press.flush()
    return packed if len(packed) < len(written) else written


def unpack(kept: bytes | str) -> Any:
    """Return the JSON value. ValueError for bytes that `pack` never returned."""
    if isinstance(kept, bytes) and kept[:1] == _FIRST:
        release = zlib.decompressobj(_RAW, zdict=_DICTIONARY)
        try:
            kept = release.decompress(kept[1:], _MOST_BYTES)
        except zlib.error as error:
            raise ValueError("a compressed answer is damaged") from error
        if not release.eof:
            raise ValueError("a compressed answer is cut off, or too long")
    return from_json(kept)


class PackedJson(TypeDecorator[Any]):
    """JSON that is only read whole, compressed. SQL cannot look into it."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """A JSON value → bytes."""
        return None if value is None else pack(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 (SQLAlchemy's signature)
        """Bytes → a JSON value; rows of SQLite that were written before are text."""
        return None if value is None else unpack(value)

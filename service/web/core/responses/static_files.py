"""Compresses pages and static files; browsers keep a static file for a year where its address has its
fingerprint.

Without a fingerprint, as for a module that another one imports, the file is asked about each time. Pages are
compressed for guests alone: theirs hold no secret that the length of an answer could tell (BREACH).
"""

import re
import zlib
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from msgspec import Struct

from service.web.core import cookies
from service.web.core.flask_proxies import behind

_FINGERPRINT = 8
_A_YEAR = 365 * 24 * 3600
_TEXTS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WORTH_IT = 600
"""Bytes below which compression saves less than its header costs."""

_LEVEL = 6
"""Of pages: a quarter of a millisecond for 20 kB; higher levels gain 0.1 %."""

_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_COMMENT_LINE = re.compile(rb"^\s*//[^\n]*$", re.MULTILINE)
_INDENT = re.compile(rb"\s*\n\s*")


class PackedFile(Struct, frozen=True):
    """`fingerprint`: of the file as it lies there. `compressed`: gzip; empty for what is sent as it is."""

    fingerprint: str
    compressed: bytes


def init_app(app: Flask) -> None:
    """Add fingerprints to addresses of static files, and compress pages."""
    app.url_defaults(lambda endpoint, values: _add_fingerprint(app, endpoint, values))
    app.after_request(_compress_page)


def static_response(app: Flask, name: str, plain: Response) -> Response:
    """The answer for a static file. `plain`: as Flask sends it, uncompressed, to be asked about each time."""
    packed = _packed_at(app, name)
    if packed is None or plain.status_code != 200:
        return plain
    response = plain
    if packed.compressed:
        if accepts_gzip():
            plain.close()
            response = Response(packed.compressed, mimetype=_TEXTS[Path(name).suffix])
            response.headers["Content-Encoding"] = "gzip"
            response.set_etag(f"{packed.fingerprint}-gzip")
            response.cache_control.no_cache = True
            response.make_conditional(request)
        response.vary.add("Accept-Encoding")
    if request.args.get("v") == packed.fingerprint:
        response.headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    return response


def accepts_gzip() -> bool:
    """Whether the current request's sender can read gzip."""
    return request.accept_encodings["gzip"] > 0


def _add_fingerprint(app: Flask, endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (packed := _packed_at(app, values["filename"])):
        values["v"] = packed.fingerprint


def _packed_at(app: Flask, name: str) -> PackedFile | None:
    path = Path(app.static_folder or "") / name
    try:
        known = path.stat()
    except (OSError, ValueError):
        return None
    return _packed(path, known.st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=256)
def _packed(path: Path, _changed: int) -> PackedFile:
    """Kept until the file changes: there are about a hundred."""
    content = path.read_bytes()
    fingerprint = sha256(content).hexdigest()[:_FINGERPRINT]
    if path.suffix not in _TEXTS or len(content) < _WORTH_IT:
        return PackedFile(fingerprint, b"")
    return PackedFile(fingerprint, _gzip(_without_comments(path.suffix, content), 9))


def _without_comments(suffix: str, content: bytes) -> bytes:
    """The same rules or script without comments and indents; a script whose strings may have lines stays."""
    if suffix == ".css":
        return _INDENT.sub(b"\n", _COMMENT.sub(b"", content))
    if suffix == ".js" and b"`" not in content:
        return _INDENT.sub(b"\n", _COMMENT_LINE.sub(b"", content))
    return content


def _gzip(content: bytes, level: int) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()


def _compress_page(response: Response) -> Response:
    # not `mimetype`, which parses the header, and answers of the JSON interface pass here too
    if not (response.content_type or "").startswith("text/html") or response.direct_passthrough:
        return response
    asked = behind(request)
    if "Authorization" in asked.headers or cookies.read_cookie(cookies.SESSION):
        return response
    response.vary.add("Accept-Encoding")
    if accepts_gzip() and "Content-Encoding" not in response.headers and asked.method != "HEAD":
        content = response.get_data()
        if len(content) >= _WORTH_IT:
            response.set_data(_gzip(content, _LEVEL))
            response.headers["Content-Encoding"] = "gzip"
    return response

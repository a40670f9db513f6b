"""Pictures decoded in a process of their own: what it finds, and what ends it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import ErrorCode, RefusedError
from service.verification.pictures import worker
from service.verification.pictures.code_reader import read_codes
from service.verification.pictures.image_loading import MOST_BYTES, cleaned
from service.verification.pictures.process import PictureProcess


@pytest.fixture(scope="module")
def process() -> Iterator[PictureProcess]:
    made = PictureProcess()
    yield made
    made.close()


def test_it_finds_what_the_reader_finds(process: PictureProcess, corpora: Path) -> None:
    for file in sorted((corpora / "barcodes").glob("*.png"))[:5]:
        data = file.read_bytes()
        assert process.codes(data) == read_codes(data)
        assert process.cleaned(data) == cleaned(data)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n broken", b"x" * (MOST_BYTES + 1)])
def test_it_refuses_what_the_reader_refuses(process: PictureProcess, data: bytes) -> None:
    for ours, theirs in ((process.codes, read_codes), (process.cleaned, cleaned)):
        with pytest.raises(RefusedError) as expected:
            theirs(data)
        with pytest.raises(RefusedError) as refused:
            ours(data)
        assert (refused.value.code, refused.value.found) == (expected.value.code, expected.value.found)


WORKERS = {
    # what a decoder may do wrong, and a picture process that does it
    "takes for ever": "import sys; sys.stdin.buffer.readline(); import time; time.sleep(3600)",
    "takes a processor": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    "takes memory": f"from {worker.__name__} import _set_limit; import resource\n"
    "_set_limit(resource.RLIMIT_AS, 200_000_000); x = bytearray(400_000_000)",
    "ends": "import sys; sys.stdin.buffer.readline()",
    "ends within its answer": "import sys; sys.stdin.buffer.readline(); print('{\"size\": 9}', flush=True)",
    "does not begin": "raise SystemExit(1)",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", WORKERS)
def test_what_ends_it_refuses_the_picture_and_not_the_next(kind: str) -> None:
    process = PictureProcess((sys.executable, "-c", WORKERS[kind]), seconds=3.0)
    for _ in range(2):
        with pytest.raises(RefusedError) as refused:
            process.codes(b"a picture")
        assert refused.value.code is ErrorCode.PICTURE_BROKEN
        assert process._process is None
    process._command = PictureProcess()._command
    process._seconds = 30.0
    with pytest.raises(RefusedError) as answered:
        process.codes(b"a picture")
    assert answered.value.code is ErrorCode.PICTURE_KIND
    process.close()


def test_it_is_renewed_after_a_number_of_pictures_and_none_is_refused_for_it() -> None:
    process, numbers = PictureProcess(), []
    for _ in range(worker.MOST_PICTURES + 2):
        with pytest.raises(RefusedError) as answered:
            process.codes(b"no picture")
        assert answered.value.code is ErrorCode.PICTURE_KIND
        assert process._process is not None
        numbers.append(process._process.pid)
    assert len(set(numbers)) == 2
    process.close()


def test_settings_and_their_secrets_are_not_handed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIALCHECK_SECRET_KEY", "planted")
    seen = tmp_path / "environ"
    code = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))"
    process = PictureProcess((sys.executable, "-c", code), seconds=10.0)
    with pytest.raises(RefusedError):
        process.codes(b"a picture")
    assert "planted" not in seen.read_text()

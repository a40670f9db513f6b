"""Print read from pictures by the real recogniser: three photographs, drawn, and what holds it in bounds."""

from collections.abc import Iterator
from random import Random

import pytest
from PIL import Image

from service.errors import ErrorCode, RefusedError
from service.verification.pictures import print_reader
from service.verification.pictures.print_reader import Box, read_print, rows_of
from service.verification.pictures.printed_fields import printed_fields
from service.verification.pictures.process import PictureProcess
from tests.factories.scans.pictures import encoded, unit
from tests.factories.scans.prints import SURFACES, Drawn, Print, dot_matrix, photograph, typeface

pytestmark = pytest.mark.skipif(not print_reader.can_read_print(), reason="the extra `ocr` is not installed")


@pytest.fixture(scope="module")
def process() -> Iterator[PictureProcess]:
    made = PictureProcess()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("draw", "surface", "text", "lot", "expiry"),
    [
        (typeface(None), "curved", "Lot: C6835C3\nEXP 03/2028", "C6835C3", "2028-03"),
        (dot_matrix, "blurred", "LOT A7743\nEXP MAR 2028", "A7743", "2028-03"),
    ],
    ids=["ink on a curved label", "ink-jet out of focus"],
)
def test_a_photograph_says_its_lot_and_expiry(
    process: PictureProcess, draw: Drawn, surface: str, text: str, lot: str, expiry: str
) -> None:
    picture = photograph(Print(text, lot, (2028, 3)), draw, SURFACES[surface], Random(7))
    found = printed_fields(process.printed_lines(picture))
    assert found is not None
    assert (found.lot.text, found.expiry and found.expiry.text) == (lot, expiry)
    # the process goes on to read codes, under the limit of its memory
    assert process.codes(encoded(unit()))


def test_a_picture_without_print_has_no_lines(process: PictureProcess) -> None:
    assert process.printed_lines(encoded(Image.new("L", (300, 200), 200))) == ()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", ErrorCode.FILE_EMPTY),
        (b"no picture", ErrorCode.PICTURE_KIND),
        (b"\x89PNG\r\n\x1a\n broken", None),
    ],
)
def test_what_is_no_picture_is_refused_as_ever(data: bytes, code: ErrorCode | None) -> None:
    with pytest.raises(RefusedError) as refused:
        read_print(data)
    assert code in (None, refused.value.code)


def test_without_the_extra_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_reader, "can_read_print", lambda: False)
    assert read_print(encoded(Image.new("L", (300, 200), 200))) == ()


def box(x: float, y: float, width: float = 100, height: float = 30, slope: float = 0.0) -> Box:
    return ((x, y), (x + width, y + slope * width), (x + width, y + slope * width + height), (x, y + height))


ROWS: dict[str, tuple[list[Box], list[list[int]]]] = {
    "none": ([], []),
    "one below the other": ([box(0, 50), box(0, 0)], [[1], [0]]),
    "beside each other": ([box(200, 4), box(0, 0), box(0, 60)], [[1, 0], [2]]),
    # At a slope of 1 in 5 the right part of the upper row stands as low as the left part of the lower one.
    "aslant": (
        [box(0, 0, slope=0.2), box(200, 40, slope=0.2), box(0, 40, slope=0.2), box(200, 80, slope=0.2)],
        [[0, 1], [2, 3]],
    ),
}


@pytest.mark.parametrize("kind", ROWS)
def test_what_stands_beside_each_other_is_one_row(kind: str) -> None:
    boxes, rows = ROWS[kind]
    assert rows_of(boxes) == rows

"""The print in a picture, line by line, with what else each line may say: for packs that bear no code.

Read by RapidOCR, which is an extra (`pip install vialcheck[ocr]`) and brings its models along: nothing is
fetched. Bounded: a picture of `LONGEST_SIDE`, `MOST_LINES` lines, each at most `_WIDEST` times as wide as
high, one thread, `MOST_SECONDS`. What the lines mean together is for `printed_fields`.
"""

import math
import time
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from PIL import Image, ImageFilter, ImageOps

from service.verification.pictures.image_loading import open_image
from service.verification.pictures.print_decoding import BLANK, Frame, likely_texts

if TYPE_CHECKING:
    from rapidocr import RapidOCR

LONGEST_SIDE = 1600
"""Pixels of the longer side of what is read: letters of 2 mm on a vial have 30 pixels and more."""

MOST_LINES = 24
"""Lines that are read, from the top; a vial has about ten."""

MOST_SECONDS = 6.0
"""After so long no further line is begun: a leaflet has more than can be read."""

MOST_READINGS = 12
"""Texts that one line may say."""

_SEARCHED_SIDE = 960  # where the lines are is searched in a smaller picture: it takes most of the memory
_WIDEST = 16.0
_STANDARD_WIDTH = 320 / 48  # the width for its height of a line as the recogniser was trained
_SMOOTH = 0.025  # of the line's height
_LEAST_LIKELY = 1e-7
_MOST_CHARACTERS = 8
_DASHES = "~—–−‐‑"  # noqa: RUF001 (what a hyphen is taken for)


Box = tuple[tuple[float, float], ...]
"""Four corners in pixels, clockwise from the top left one of what stands there."""


class PrintedLine(Struct, frozen=True):
    """A line, or a part of one that stands apart. `readings`: what it may say with its share of the
    likelihood (0 to 1), the likeliest first. `row`: the same for parts beside each other.
    """

    readings: tuple[tuple[str, float], ...]
    row: int


@cache
def can_read_print() -> bool:
    """Whether the extra is installed."""
    return all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


def read_print(data: bytes) -> tuple[PrintedLine, ...]:
    """The lines of print in a picture, from top to bottom; an empty tuple for none, and without the extra.

    Raises as `open_image` does.
    """
    picture = open_image(data).grey
    if not can_read_print():
        return ()
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=2.0)
    found, lines = _line_pictures(picture), []
    started = time.monotonic()
    for cut, row in found:
        if time.monotonic() - started > MOST_SECONDS:
            break
        lines.append(PrintedLine(_readings(cut), row))
    return tuple(each for each in lines if each.readings and each.readings[0][0])


def _line_pictures(picture: Image.Image) -> list[tuple[Image.Image, int]]:
    """Each line cut out and turned upright, and the row that it stands in."""
    import numpy as np  # noqa: PLC0415 (of the extra)
    from rapidocr.main import RapidOCRError  # noqa: PLC0415

    try:
        cut, found = _recogniser().detect_and_crop(np.asarray(picture.convert("RGB")), {})
    except RapidOCRError:  # it found no line
        return []
    boxes = () if found.boxes is None else found.boxes
    corners: list[Box] = [tuple((float(x), float(y)) for x, y in each) for each in boxes]
    placed = [(cut[at], row) for row, those in enumerate(rows_of(corners)) for at in those][:MOST_LINES]
    upright, _ = _recogniser().cls_and_rotate([each for each, _ in placed])
    return [(Image.fromarray(each), row) for each, (_, row) in zip(upright, placed, strict=True)]


def rows_of(boxes: Sequence[Box]) -> list[list[int]]:
    """The numbers of the boxes that stand beside each other, row by row from the top, each from the left.

    The rows may all be aslant by the same angle: that of the widest box's upper edge.
    """
    if not boxes:
        return []
    widest = max(boxes, key=lambda each: math.dist(each[0], each[1]))
    angle = math.atan2(widest[1][1] - widest[0][1], widest[1][0] - widest[0][0])
    places = []
    for at, box in enumerate(boxes):
        x, y = sum(each[0] for each in box) / 4, sum(each[1] for each in box) / 4
        height = min(math.dist(box[0], box[3]), math.dist(box[0], box[1]))
        across, down = _turned(x, y, -angle)
        places.append((down, across, height, at))
    rows: list[list[tuple[float, float, float, int]]] = []
    for place in sorted(places):
        beside = rows[-1][0] if rows else None
        if beside is not None and place[0] - beside[0] < min(place[2], beside[2]) / 2:
            rows[-1].append(place)
        else:
            rows.append([place])
    return [[at for _, _, at in sorted((across, down, at) for down, across, _, at in row)] for row in rows]


def _turned(x: float, y: float, angle: float) -> tuple[float, float]:
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


def _readings(line: Image.Image) -> tuple[tuple[str, float], ...]:
    """What a line may say: seen as it is and, where it has digits, smoothed and with more contrast too.

    What is seen otherwise then is what a recogniser that is sure of itself is wrong in.
    """
    found = likely_texts(_frames(line), MOST_READINGS)
    if not any(map(str.isdigit, "".join(text for text, _ in found))):
        return found
    smooth = line.filter(ImageFilter.GaussianBlur(line.height * _SMOOTH))
    clear = ImageOps.autocontrast(line.filter(ImageFilter.GaussianBlur(line.height * _SMOOTH / 2)), cutoff=1)
    shares: dict[str, float] = defaultdict(float)
    for texts in (found, *(likely_texts(_frames(each), MOST_READINGS) for each in (smooth, clear))):
        for text, share in texts:
            shares[text] += share / 3
    return tuple(sorted(shares.items(), key=lambda each: -each[1])[:MOST_READINGS])


def _frames(line: Image.Image) -> list[Frame]:
    import numpy as np  # noqa: PLC0415 (of the extra)

    recogniser = _recogniser()._load_rec_model()  # type: ignore[no-untyped-call]
    width = min(_WIDEST, max(_STANDARD_WIDTH, line.width / line.height))
    strips = recogniser.session(recogniser.resize_norm_img(np.asarray(line), width)[None])[0]
    characters: list[str] = recogniser.postprocess_op.character
    likely = np.argpartition(strips, -_MOST_CHARACTERS, axis=1)[:, -_MOST_CHARACTERS:]
    return [
        _frame([(characters[at] if at else BLANK, float(strip[at])) for at in those])
        for strip, those in zip(strips, likely, strict=True)
    ]


def _frame(characters: Sequence[tuple[str, float]]) -> Frame:
    """What may stand in a strip; forms of one character, such as its full-width one, are one."""
    frame: dict[str, float] = {}
    for character, likelihood in characters:
        plain = "-" if character and character in _DASHES else unicodedata.normalize("NFKC", character)
        if likelihood >= _LEAST_LIKELY:
            frame[plain] = frame.get(plain, 0.0) + likelihood
    return frame


@cache
def _recogniser() -> "RapidOCR":
    import cv2  # noqa: PLC0415 (of the extra, as the next)
    import rapidocr  # noqa: PLC0415

    cv2.setNumThreads(1)
    models = Path(rapidocr.__file__).parent / "models"
    named = {"Det": "*_det_*.onnx", "Rec": "*_rec_*.onnx", "Cls": "*_cls_*.onnx"}
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": _SEARCHED_SIDE,
            # named, so that a model that is missing is an error and not fetched
            **{f"{part}.model_path": str(next(models.glob(name))) for part, name in named.items()},
        }
    )

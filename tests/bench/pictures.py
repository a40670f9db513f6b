"""Reading photos: whole, from the file's bytes to the codes, against a bare zxing-cpp call on the same pixels.

Bare is the call with its defaults, which looks for every kind of symbol and is handed decoded pixels; ours
opens the file, turns it upright and grey, looks for the kinds that medicines bear, and prepares the picture
where nothing was found (the blank one, which is the longest an ordinary photo takes).
"""

import statistics
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

from service.verification.pictures.code_reader import read_codes
from tests.bench.figures import Figures
from tests.factories.scans.pictures import encoded, unit


def photo(width: int, height: int, module: int) -> bytes:
    """A JPEG with one DataMatrix a little out of focus on paper with some texture, as a camera gives it."""
    texture = Image.effect_noise((width // 16, height // 16), 60).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    code = unit(scale=module).rotate(8, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    texture.paste(code, ((width - code.width) // 2, (height - code.height) // 2))
    grain = Image.blend(texture, Image.effect_noise((width, height), 40), 0.06)
    return encoded(grain.filter(ImageFilter.GaussianBlur(1)).convert("RGB"), "JPEG", quality=85)


def images(figures: Figures, rounds: int) -> None:
    """Photos a second, and their ratio to zxing-cpp alone, which is given the pixels already decoded."""
    for name, data in (
        ("12_megapixels", photo(4000, 3000, 14)),
        ("600x600", photo(600, 600, 8)),
        ("12_megapixels_blank", encoded(Image.new("RGB", (4000, 3000), (200, 200, 200)), "JPEG")),
    ):
        pixels = Image.open(BytesIO(data))
        pixels.load()
        assert bool(read_codes(data)) is ("blank" not in name)
        ours, bare = [], []
        for _ in range(rounds):
            ours.append(_seconds(read_codes, data))
            bare.append(_seconds(zxingcpp.read_barcodes, pixels))
        figures.say(f"decode_{name}", 1 / statistics.median(ours), "per_second")
        ratio = statistics.median(b / a for a, b in zip(ours, bare, strict=True))
        figures.say(f"decode_{name}_ratio", ratio, "of_bare_zxing_cpp")


def _seconds(work: Callable[[Any], object], what: object) -> float:
    start = time.perf_counter()
    work(what)
    return time.perf_counter() - start

"""Photographs of printed lots, drawn: what a camera makes of ink on a vial, in many fonts on four surfaces.

No photographs of lots can be had that may be kept here, and whose lots are known; these stand for them. Each
is drawn from its own seed: the turn, the slant, the light, the grain and the compression are chance.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random

import reportlab
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SIZE = (1200, 900)
_ROOM = 4
"""Pixels of a dot-matrix print for one dot of its letters, before it is scaled."""

_PAPER, _INK = 222, 45
_LOTS = (
    "#######",
    "########",
    "L#####",
    "@####@#",
    "@@@####",
    "@#####",
    "##@@###",
    "@@#####@",
    "@###@@#",
    "@@-#####",
)
_LOT_LABELS = (
    "LOT ",
    "LOT: ",
    "Lot ",
    "Lot: ",
    "Lote ",
    "Ch.-B.: ",
    "Ch.-B. ",
    "Batch ",
    "Partij ",
    "BN: ",
    "LOT\n",
)
_EXPIRY_LABELS = ("EXP ", "EXP: ", "Exp. ", "EXP. ", "verw. bis ", "CAD ", "VAL ", "EXP\n")
_DATES = ("{m:02}/{y}", "{y}-{m:02}", "{n} {y}", "{m:02} {y}", "{m:02}.{y}")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_LETTERS, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


@dataclass(frozen=True, slots=True)
class Print:
    """What is printed: `text` as it stands there, and the lot and the expiry (year, month) in it."""

    text: str
    lot: str
    expiry: tuple[int, int]


def chance_print(chance: Random) -> Print:
    """A lot of one of the usual kinds with every letter and digit, after a label, and an expiry below."""
    kind = chance.choice(_LOTS)
    lot = "".join(
        {"#": chance.choice(_DIGITS), "@": chance.choice(_LETTERS)}.get(each, each) for each in kind
    )
    year, month = chance.randint(2026, 2031), chance.randint(1, 12)
    date = chance.choice(_DATES).format(y=year, m=month, n=_MONTHS[month - 1])
    text = f"{chance.choice(_LOT_LABELS)}{lot}\n{chance.choice(_EXPIRY_LABELS)}{date}"
    return Print(text, lot, (year, month))


Drawn = Callable[[str, int], Image.Image]
"""Draws a text in letters of so many pixels: white on black."""


def typeface(file: str | None) -> Drawn:
    """The font in a file that reportlab brings or the system has; None: the one that Pillow brings."""
    beside = Path(reportlab.__file__).parent / "fonts" / (file or "")

    def draw(text: str, height: int) -> Image.Image:
        font = (
            ImageFont.load_default(height)
            if file is None
            else ImageFont.truetype(str(beside) if beside.is_file() else file, height)
        )
        return _drawn(text, font, height // 3)

    return draw


def dot_matrix(text: str, height: int) -> Image.Image:
    """Ink-jet: each pixel of a small bitmap font is a round drop of ink, a little out of its place."""
    chance = Random(text)
    small = _drawn(text, ImageFont.load_default_imagefont(), 1)
    scale = height / 11
    size = (round(small.width * scale), round(small.height * scale))
    dots = Image.new("L", (size[0] * _ROOM, size[1] * _ROOM), 0)
    pen, radius = ImageDraw.Draw(dots), scale * _ROOM * 0.5
    for y in range(small.height):
        for x in range(small.width):
            if small.getpixel((x, y)):
                across = (x + 0.5) * scale * _ROOM + chance.gauss(0, radius / 8)
                down = (y + 0.5) * scale * _ROOM + chance.gauss(0, radius / 8)
                pen.ellipse((across - radius, down - radius, across + radius, down + radius), fill=255)
    return dots.resize(size, Image.Resampling.BOX)


def _drawn(text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, spacing: int) -> Image.Image:
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox(
        (0, 0), text, font, spacing=spacing
    )
    drawn = Image.new("L", (math.ceil(right - left) + 8, math.ceil(bottom - top) + 8), 0)
    ImageDraw.Draw(drawn).multiline_text((4 - left, 4 - top), text, 255, font, spacing=spacing)
    return drawn


@dataclass(frozen=True, slots=True)
class Surface:
    """How a surface shows ink. `relief`: pressed in, without ink. `bend`: degrees of a vial's round that the
    text covers to either side. `blur`: the radius of what is out of focus, in hundredths of the letters'.
    """

    contrast: tuple[float, float] = (0.7, 1.0)
    blur: tuple[float, float] = (1.0, 2.5)
    bend: tuple[float, float] = (0.0, 0.0)
    relief: bool = False


SURFACES = {
    "curved": Surface(bend=(25, 55)),
    "blurred": Surface(blur=(5.0, 8.0)),
    "embossed": Surface(relief=True),
    "low contrast": Surface(contrast=(0.13, 0.24)),
}


def photograph(printed: Print, draw: Drawn, surface: Surface, chance: Random) -> bytes:
    """A JPEG of the print, with the lines around it that packs have."""
    height = chance.randint(34, 64)
    mask = Image.new("L", SIZE, 0)
    text = draw(printed.text, height)
    beside = typeface(None)("Powder for solution\n100 units · 2-8 °C", max(18, height // 2))
    width = max(text.width, beside.width)
    left = (SIZE[0] - width) // 2 + chance.randint(-40, 40)
    top = (SIZE[1] - text.height - beside.height - height) // 2 + chance.randint(-40, 40)
    mask.paste(beside, (left, top))
    mask.paste(text, (left, top + beside.height + height))
    mask = _bent(mask, left, left + width, chance.uniform(*surface.bend), chance)
    mask = _seen_aslant(mask, chance)
    shown = _on_surface(mask, surface, chance)
    radius = height * chance.uniform(*surface.blur) / 100
    shown = shown.filter(ImageFilter.GaussianBlur(radius))
    grain = Image.effect_noise(SIZE, chance.uniform(6, 14))
    shown = ImageChops.add(shown, grain, scale=1, offset=-128)
    file = BytesIO()
    shown.convert("RGB").save(file, "JPEG", quality=chance.randint(60, 88))
    return file.getvalue()


def _on_surface(mask: Image.Image, surface: Surface, chance: Random) -> Image.Image:
    """Ink on paper under light that falls off to one side; pressed letters have a light and a dark edge."""
    light = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize(SIZE)
    paper = Image.blend(Image.new("L", SIZE, _PAPER), light, chance.uniform(0.1, 0.25))
    if surface.relief:
        depth = chance.choice((2, 3))
        soft = mask.filter(ImageFilter.GaussianBlur(1))
        lit = ImageChops.subtract(soft, ImageChops.offset(soft, depth, depth))
        shaded = ImageChops.subtract(ImageChops.offset(soft, depth, depth), soft)
        strength = chance.uniform(0.35, 0.6)
        paper = ImageChops.subtract(paper, Image.new("L", SIZE, 60))
        paper = ImageChops.subtract(paper, shaded.point(lambda each: int(each * strength)))
        return ImageChops.add(paper, lit.point(lambda each: int(each * strength)))
    contrast = chance.uniform(*surface.contrast)
    ink = paper.point(lambda each: int(each - (each - _INK) * contrast))
    return Image.composite(ink, paper, mask)


def _bent(mask: Image.Image, left: int, right: int, degrees: float, chance: Random) -> Image.Image:
    """As on a vial that stands upright, seen a little from above: what lies to the sides is narrower."""
    if not degrees:
        return mask
    angle, middle, half = math.radians(degrees), (left + right) / 2, (right - left) / 2
    radius = half / angle
    sag = chance.uniform(-0.12, 0.12) * radius
    strips = []
    for x in range(0, SIZE[0], 4):
        ends = []
        for edge in (x, x + 4):
            sine = max(-1.0, min(1.0, (edge - middle) / radius))
            ends.append((middle + radius * math.asin(sine), sag * (1 - math.sqrt(1 - sine * sine))))
        (one, up), (other, down) = ends
        quad = (one, up, one, SIZE[1] + up, other, SIZE[1] + down, other, down)
        strips.append(((x, 0, x + 4, SIZE[1]), quad))
    return mask.transform(SIZE, Image.Transform.MESH, strips, Image.Resampling.BICUBIC)


def _seen_aslant(mask: Image.Image, chance: Random) -> Image.Image:
    """Turned by up to 5 degrees, and each corner up to 5 % of the picture out of its place."""
    mask = mask.rotate(chance.uniform(-5, 5), Image.Resampling.BICUBIC)
    across, down = SIZE[0] * 0.05, SIZE[1] * 0.05
    corners = [(0, 0), (0, SIZE[1]), (SIZE[0], SIZE[1]), (SIZE[0], 0)]
    quad = [
        each
        for x, y in corners
        for each in (x + chance.uniform(-across, across), y + chance.uniform(-down, down))
    ]
    return mask.transform(SIZE, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)

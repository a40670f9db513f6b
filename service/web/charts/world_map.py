"""A world map with a figure for each country, drawn on the server: no tiles, nothing from other hosts.

The shapes are Natural Earth's (public domain, 1:110 million) from the npm package world-atlas: TopoJSON, in
which neighbours share arcs. Countries too small for that scale are in the table only. Projection: Equal Earth
(Šavrič, Patterson, Jenny 2018), which keeps areas comparable.
"""

import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from service.gs1.iso.countries import countries

WIDTH, HEIGHT = 720, 320
_VENDOR = Path(__file__).parents[1] / "static" / "vendor"
_SOUTH = -57.0  # the southern end of America
_A = (1.340264, -0.081106, 0.000893, 0.003796)  # the projection's constants
_STEPS = 4

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CountryShape:
    """A country of the map: outline, shade (0: no figure, 1 to 4), and text."""

    path: str
    shade: int
    name: str
    count: int


def drawn(counts: Mapping[str, int]) -> list[CountryShape]:
    """Return the map for figures by ISO 3166-1 alpha-2 code; countries with a figure come last, so that they
    are on top.
    """
    most, names = max(counts.values(), default=0), countries()
    found = [
        CountryShape(path, _shade(counts.get(code, 0), most), names.get(code, code), counts.get(code, 0))
        for code, path in _outlines().items()
    ]
    return sorted(found, key=lambda country: country.shade)


def unplaced(counts: Mapping[str, int]) -> int:
    """Return the sum of figures without a country on the map: not given, or too small to be drawn."""
    return sum(count for code, count in counts.items() if code not in _outlines())


def _shade(count: int, most: int) -> int:
    """Return the shade on a logarithmic scale: a factor of two is invisible beside a factor of a hundred."""
    if count <= 0:
        return 0
    return 1 + min(_STEPS - 1, int(_STEPS * math.log1p(count) / math.log1p(most) * 0.999))


@cache
def _outlines() -> dict[str, str]:
    """Return each country's outline as the `d` of an SVG path."""
    world = json.loads((_VENDOR / "world-atlas" / "countries-110m.json").read_text(encoding="utf-8"))
    codes = json.loads((_VENDOR / "i18n-iso-countries" / "codes.json").read_text(encoding="utf-8"))
    by_number = {number: code for code, _, number, *_ in codes}
    arcs = list(_arcs(world))
    shapes = {}
    for shape in world["objects"]["countries"]["geometries"]:
        code = by_number.get(str(shape.get("id")))
        path = "".join(_ring(ring, arcs) for ring in _rings(shape))
        if code and code != "AQ":  # nothing is checked in Antarctica
            shapes[code] = path
    return shapes


def _arcs(world: Mapping[str, Any]) -> Iterator[list[Point]]:
    """Yield each arc in degrees; TopoJSON stores quantised differences between points."""
    (scale_x, scale_y), (left, top) = world["transform"]["scale"], world["transform"]["translate"]
    for arc in world["arcs"]:
        x = y = 0
        points = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            points.append((x * scale_x + left, y * scale_y + top))
        yield points


def _rings(shape: Mapping[str, Any]) -> Iterator[Sequence[int]]:
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    for polygon in polygons:
        yield from polygon


def _ring(ring: Sequence[int], arcs: Sequence[list[Point]]) -> str:
    """Return one closed line; an arc with a negative number runs backwards (TopoJSON 2.1.4)."""
    points: list[Point] = []
    for number in ring:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        for longitude, latitude in arc[1:] if points else arc:
            # Across the antimeridian a ring continues beyond 180 degrees, instead of back across the whole
            # map.
            before = points[-1][0] if points else longitude
            points.append((longitude - 360 * round((longitude - before) / 360), latitude))
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in itertools.starmap(_projected, points)) + "Z"


def _projected(longitude: float, latitude: float) -> Point:
    x, y = _equal_earth(longitude, latitude)
    widest, _ = _equal_earth(180, 0)
    _, north = _equal_earth(0, 84)
    _, south = _equal_earth(0, _SOUTH)
    scale = min(WIDTH / (2 * widest), HEIGHT / (north - south))
    return WIDTH / 2 + x * scale, (north - y) * scale


def _equal_earth(longitude: float, latitude: float) -> Point:
    angle = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    one, two, three, four = _A
    slope = 9 * four * angle**8 + 7 * three * angle**6 + 3 * two * angle**2 + one
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(angle) / (3 * slope)
    return x, angle * (four * angle**8 + three * angle**6 + two * angle**2 + one)

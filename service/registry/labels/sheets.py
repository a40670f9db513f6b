"""Many labels on sheets of paper: a grid with gaps to cut along."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from service.errors import ErrorCode, RefusedError
from service.registry.labels.layout import Label, LabelPage, PlacedLabel, PrintSettings, place_label

MOST_LABELS = 1000
"""The most labels of one call."""

MARGIN_MM = 10.0
GAP_MM = 4.0
TICK_MM = 1.5
"""Length of a crop mark in mm; it keeps a distance of a quarter of the gap from the label."""


class Paper(Enum):
    """Paper sizes, upright: width and height in millimetres."""

    A4 = (210.0, 297.0)
    LETTER = (215.9, 279.4)


def sheet_pages(labels: Sequence[Label], printing: PrintSettings, paper: Paper = Paper.A4) -> list[LabelPage]:
    """Return sheets with `labels` in reading order, all cells as large as the largest label.

    Raises VALUE_MISSING without labels, VALUE_INVALID for more than MOST_LABELS, and what
    `layout.place_label` raises.
    """
    if not labels:
        raise RefusedError(ErrorCode.VALUE_MISSING, expected="at least one label", field="serial")
    if len(labels) > MOST_LABELS:
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=f"{len(labels)} labels",
            expected=f"at most {MOST_LABELS} at a time",
            field="serial",
        )
    cells = [place_label(label, printing) for label in labels]
    return list(_pages(cells, printing, paper))


def _fitting(paper: int, margin: int, cell: int, gap: int) -> int:
    """Return how many cells fit along one side of the paper: at least one, because of `layout.LARGEST_MM`."""
    return (paper - 2 * margin + gap) // (cell + gap)


def _pages(cells: list[PlacedLabel], printing: PrintSettings, paper: Paper) -> Iterator[LabelPage]:
    width, height = (printing.dots(side) for side in paper.value)
    margin, gap = printing.dots(MARGIN_MM), printing.dots(GAP_MM)
    cell_width = max(cell.width for cell in cells)
    cell_height = max(cell.height for cell in cells)
    columns = _fitting(width, margin, cell_width, gap)
    lines = _fitting(height, margin, cell_height, gap)
    per_page = columns * lines
    left = (width - columns * (cell_width + gap) + gap) // 2
    for start in range(0, len(cells), per_page):
        here: list[PlacedLabel] = []
        for place, cell in enumerate(cells[start : start + per_page]):
            line, column = divmod(place, columns)
            x, y = left + column * (cell_width + gap), margin + line * (cell_height + gap)
            here.append(replace(cell, x=x, y=y, width=cell_width, height=cell_height))
        marks = tuple(mark for label in here for mark in _crop_marks(label, printing))
        yield LabelPage(width, height, printing.dpi, tuple(here), marks)


def _crop_marks(label: PlacedLabel, printing: PrintSettings) -> Iterator[tuple[int, int, int, int]]:
    """Yield two short lines at each corner, outside the label."""
    clear, tick = printing.dots(GAP_MM / 4), printing.dots(TICK_MM)
    for x, away_x in ((label.x, -1), (label.x + label.width, 1)):
        for y, away_y in ((label.y, -1), (label.y + label.height, 1)):
            yield (x, y + away_y * clear, x, y + away_y * (clear + tick))
            yield (x + away_x * clear, y, x + away_x * (clear + tick), y)

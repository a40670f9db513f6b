"""Draws laid-out pages as PNG, SVG, PDF and ZPL. Measures are computed in `layout` and `sheets`."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from io import BytesIO
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, ImageDraw

from service.registry.labels import text
from service.registry.labels.layout import MM_PER_INCH, LabelPage, PlacedLabel
from service.registry.labels.zpl import zpl

POINTS_PER_INCH = 72.0


class LabelFormat(StrEnum):
    """The formats of files with labels."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    ZPL = "zpl"


def draw(pages: list[LabelPage], form: LabelFormat) -> list[bytes]:
    """Return the contents of the files: one for all pages where the format has pages, else one for each."""
    match form:
        case LabelFormat.PDF:
            return [pdf(pages)]
        case LabelFormat.PNG:
            return [png(page) for page in pages]
        case LabelFormat.SVG:
            return [svg(page).encode() for page in pages]
        case LabelFormat.ZPL:
            return [zpl(pages)]


def png(page: LabelPage) -> bytes:
    """Return a page as greyscale PNG with its resolution (pHYs), so that it prints at its true size."""
    image = Image.new("L", (page.width, page.height), 255)
    canvas = ImageDraw.Draw(image)
    for mark in page.ticks:
        canvas.line(mark, fill=0)
    for label in page.labels:
        side = len(label.rows)
        modules = Image.new("1", (side, side))
        modules.putdata([0 if dark else 255 for row in label.rows for dark in row])
        enlarged = modules.resize((side * label.module,) * 2, Image.Resampling.NEAREST)
        image.paste(enlarged, (label.x + label.symbol_x, label.y + label.symbol_y))
        for line in label.lines:
            place = (label.x + line.x, label.y + line.baseline)
            canvas.text(place, line.text, fill=0, font=text.font(label.em), anchor="ls")
    out = BytesIO()
    image.save(out, "PNG", dpi=(page.dpi, page.dpi), optimize=True)
    return out.getvalue()


def svg(page: LabelPage) -> str:
    """Return a page as SVG of its true size in millimetres: paths and text, no script and no style.

    `textLength` scales the viewer's font to the width that was laid out.
    """
    width, height = (f"{dots * MM_PER_INCH / page.dpi:.3f}mm" for dots in (page.width, page.height))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {page.width} {page.height}">',
        f'<rect width="{page.width}" height="{page.height}" fill="#fff"/>',
    ]
    if page.ticks:
        marks = "".join(f"M{x1} {y1}L{x2} {y2}" for x1, y1, x2, y2 in page.ticks)
        parts.append(f'<path d="{marks}" stroke="#000"/>')
    for label in page.labels:
        bars = "".join(f"M{x} {y}h{wide}v{high}h-{wide}z" for x, y, wide, high in _bars(label))
        parts.append(f'<path d="{bars}" fill="#000" shape-rendering="crispEdges"/>')
        parts.append(f'<g font-family={quoteattr(text.FAMILIES)} font-size="{label.em}" fill="#000">')
        parts.extend(
            f'<text x="{label.x + line.x}" y="{label.y + line.baseline}" textLength="{line.width}" '
            f'lengthAdjust="spacingAndGlyphs">{escape(line.text)}</text>'
            for line in label.lines
        )
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def pdf(pages: Iterable[LabelPage]) -> bytes:
    """Return pages as one PDF: each symbol a filled path, the typeface embedded. Equal pages give equal
    bytes.
    """
    # the library is large and only this function needs it
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    pdfmetrics.registerFont(TTFont(text.FONT_NAME, text.font_path()))
    out = BytesIO()
    canvas = Canvas(out, pageCompression=1, invariant=1)
    canvas.setTitle("Labels")
    canvas.setCreator("vialcheck")
    for page in pages:
        point = POINTS_PER_INCH / page.dpi
        canvas.setPageSize((page.width * point, page.height * point))
        # dots with the origin at the bottom left, PDF's own direction, so that letters stand upright
        canvas.scale(point, point)
        canvas.setLineWidth(1)
        canvas.lines([(x1, page.height - y1, x2, page.height - y2) for x1, y1, x2, y2 in page.ticks])
        for label in page.labels:
            path = canvas.beginPath()
            for x, y, wide, high in _bars(label):
                path.rect(x, page.height - y - high, wide, high)
            canvas.drawPath(path, stroke=0, fill=1)
            canvas.setFont(text.FONT_NAME, label.em)
            for line in label.lines:
                canvas.drawString(label.x + line.x, page.height - label.y - line.baseline, line.text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _bars(label: PlacedLabel) -> Iterator[tuple[int, int, int, int]]:
    """Yield the dark runs of the symbol's rows: left, top, width, height in dots."""
    left, top = label.x + label.symbol_x, label.y + label.symbol_y
    for number, row in enumerate(label.rows):
        y = top + number * label.module
        for dark, run in groupby(range(len(row)), key=row.__getitem__):
            if dark:
                columns = list(run)
                yield left + columns[0] * label.module, y, len(columns) * label.module, label.module

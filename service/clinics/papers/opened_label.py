"""A label for an opened vial: what it is, when it was opened, until when it is used. One page each."""

from collections.abc import Sequence
from io import BytesIO

from service.clinics.papers.typeface import BOLD, REGULAR, printed, register

WIDTH_MM, HEIGHT_MM = 57.0, 32.0
"""A size that label printers for desks take; on a sheet it is cut out."""

_EDGE_MM = 2.5
_LARGEST, _SMALLEST = 10.0, 4.0
"""Points. The lines are as large as the longest of them allows, and never cut."""

_LEADING = 1.22


def draw_label(lines: Sequence[str], strong: Sequence[int] = ()) -> bytes:
    """Return one label as PDF. `strong`: the numbers of the lines that are printed bold, from 0.

    A line that is too long even in the smallest letters is broken.
    """
    # the library is large and only this function needs it
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.lib.utils import simpleSplit  # noqa: PLC0415
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    register()
    wide, high, edge = WIDTH_MM * mm, HEIGHT_MM * mm, _EDGE_MM * mm
    texts = [(printed(each), BOLD if number in strong else REGULAR) for number, each in enumerate(lines)]
    size = _LARGEST
    while size > _SMALLEST and not (
        all(stringWidth(text, font, size) <= wide - 2 * edge for text, font in texts)
        and len(texts) * size * _LEADING <= high - 2 * edge
    ):
        size -= 0.25
    out = BytesIO()
    canvas = Canvas(out, pagesize=(wide, high), pageCompression=1, invariant=1)
    canvas.setTitle("Label")
    canvas.setCreator("vialcheck")
    y = high - edge - size
    for text, font in texts:
        for part in simpleSplit(text, font, size, wide - 2 * edge) or [""]:
            canvas.setFont(font, size)
            canvas.drawString(edge, y, part)
            y -= size * _LEADING
    canvas.showPage()
    canvas.save()
    return out.getvalue()

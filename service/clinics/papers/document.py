"""A paper on A4: a title, facts, tables, lines to sign on, a footer on every page. It holds no words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from service.clinics.papers.typeface import BOLD, REGULAR, printed, register

_MARGIN_MM = 18
_SMALL = 8.5
_BETWEEN = 8.5
"""The size of the letters of tables, and the room between two columns, in points."""


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A part of a paper: facts as pairs of label and value, then paragraphs, then a table.

    `table`: its rows, the first with the headings; empty for none.
    """

    heading: str
    facts: Sequence[tuple[str, str]] = ()
    paragraphs: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """A whole paper. `to_sign`: what stands under each line for a signature. `footer`: on every page, before
    the number of the page.
    """

    title: str
    sections: Sequence[PaperSection]
    to_sign: Sequence[str] = field(default=())
    footer: str = ""


def texts_of(paper: PaperDocument) -> Iterator[str]:
    """Yield every text of a paper."""
    yield from (paper.title, paper.footer, *paper.to_sign)
    for section in paper.sections:
        yield from (section.heading, *section.paragraphs)
        for row in (*section.facts, *section.table):
            yield from row


def draw(paper: PaperDocument) -> bytes:
    """Return the paper as PDF. Equal papers give equal bytes."""
    # the library is large and only this function needs it
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.platypus import SimpleDocTemplate  # noqa: PLC0415

    register()
    out, margin = BytesIO(), _MARGIN_MM * mm
    made = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        title=printed(paper.title),
        creator="vialcheck",
        invariant=1,
    )

    def foot(canvas: Any, document: Any) -> None:
        canvas.setFont(REGULAR, 8)
        canvas.drawString(margin, margin / 2, printed(paper.footer)[:110])
        canvas.drawRightString(A4[0] - margin, margin / 2, str(document.page))

    made.build(list(_parts(paper, made.width)), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _parts(paper: PaperDocument, width: float) -> Iterator[Any]:
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.platypus import Paragraph, Spacer  # noqa: PLC0415

    plain = ParagraphStyle("plain", fontName=REGULAR, fontSize=9.5, leading=13, splitLongWords=1)
    small = ParagraphStyle("small", parent=plain, fontSize=_SMALL, leading=11.5)
    strong = ParagraphStyle("strong", parent=small, fontName=BOLD)
    title = ParagraphStyle("title", parent=plain, fontName=BOLD, fontSize=16, leading=20, spaceAfter=8)
    heading = ParagraphStyle("heading", parent=plain, fontName=BOLD, fontSize=11.5, spaceBefore=10)
    heading.spaceAfter = 4

    def lines(text: str, style: Any) -> Any:
        # on one line: five hundred line ends in a reason would be higher than a page
        return Paragraph(escape(" ".join(printed(text).split())), style)

    yield lines(paper.title, title)
    for section in paper.sections:
        if section.heading:
            yield lines(section.heading, heading)
        if section.facts:
            cells = [[lines(name, strong), lines(value, plain)] for name, value in section.facts]
            yield _table(cells, [width * 0.3, width * 0.7], ruled=False)
        for text in section.paragraphs:
            yield lines(text, plain)
        if section.table:
            head, *rows = section.table
            cells = [[lines(each, strong) for each in head]]
            cells += [[lines(each, small) for each in row] for row in rows]
            yield _table(cells, _widths(section.table, width), ruled=True)
    if paper.to_sign:
        yield Spacer(1, 48)
        row = [[lines(each, small) for each in paper.to_sign]]
        yield _table(row, [width / len(paper.to_sign)] * len(paper.to_sign), ruled=False, above=True)


def _widths(table: Sequence[Sequence[str]], width: float) -> list[float]:
    """The widths of columns: each has room for its longest word, as far as there is room for all of them."""
    from reportlab.pdfbase.pdfmetrics import stringWidth  # noqa: PLC0415

    def longest(column: int) -> float:
        words = (word for row in table for word in printed(row[column]).split())
        return max((stringWidth(word, BOLD, _SMALL) for word in words), default=0) + _BETWEEN

    least = [longest(column) for column in range(len(table[0]))]
    spare = width - sum(least)
    if spare < 0:
        return [width / len(least)] * len(least)
    return [each + spare / len(least) for each in least]


def _table(cells: list[list[Any]], widths: list[float], *, ruled: bool, above: bool = False) -> Any:
    from reportlab.lib import colors  # noqa: PLC0415
    from reportlab.platypus import Table, TableStyle  # noqa: PLC0415

    rules: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 2)]
    if ruled:
        rules += [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey)]
    if above:
        rules += [("LINEABOVE", (0, 0), (-1, -1), 0.6, colors.black)]
    else:
        rules += [("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]
    return Table(
        cells, colWidths=widths, repeatRows=1 if ruled else 0, style=TableStyle(rules), hAlign="LEFT"
    )

"""Writes a workbook (XLSX) of text cells: no formula runs in it, and no number loses its zeros."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO
from xml.sax.saxutils import escape

from service.registry.lists.typed_cells import column_name

MOST_ROWS = 1_048_576
"""As many as a sheet has."""

_LONGEST_CELL = 32_767
# what XML 1.0 has no way to write
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FORMATS = "http://schemas.openxmlformats.org"
_MAIN = f"{_FORMATS}/spreadsheetml/2006/main"
_OFFICE = f"{_FORMATS}/officeDocument/2006/relationships"
_PACKAGE = f"{_FORMATS}/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_CONTENT}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_CONTENT}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    # format 49 is text: what is typed over a cell stays text too
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


def write_text_workbook(target: IO[bytes], rows: Iterable[Sequence[str]]) -> None:
    """Write the rows, at most `MOST_ROWS`, as cells of text. Memory is one row, whatever their number."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in _PARTS.items():
            archive.writestr(name, _HEAD + xml)
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            columns = '<cols><col min="1" max="16384" width="18" style="1"/></cols>'
            sheet.write(f'{_HEAD}<worksheet xmlns="{_MAIN}">{columns}<sheetData>'.encode())
            for number, cells in enumerate(rows, start=1):
                sheet.write(_row(number, cells).encode())
            sheet.write(b"</sheetData></worksheet>")


def _row(number: int, cells: Sequence[str]) -> str:
    return f'<row r="{number}">' + "".join(_cell(number, *each) for each in enumerate(cells)) + "</row>"


def _cell(number: int, place: int, text: str) -> str:
    if not text:
        return ""
    said = escape(_UNWRITABLE.sub("\ufffd", text[:_LONGEST_CELL]))
    reference = f"{column_name(place)}{number}"
    return f'<c r="{reference}" s="1" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'

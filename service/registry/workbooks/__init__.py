"""Spreadsheets (XLSX and ODS) as lists: what may be opened, and its sheets as rows."""

from service.registry.workbooks.containers import is_container
from service.registry.workbooks.sheets import Sheet, unpacked
from service.registry.workbooks.writer import MOST_ROWS, write_text_workbook

__all__ = ["MOST_ROWS", "Sheet", "is_container", "unpacked", "write_text_workbook"]

"""Labels: a QR code of the GS1 Digital Link or a GS1 DataMatrix, and beside it its content as text.

>>> from service.gs1.identifiers import Gtin, Lot, ProductIdentifier
>>> vial = ProductIdentifier(gtin=Gtin.parse("9506000134352"), lot=Lot.parse("A-7"))
>>> page = label_page(Label(vial, "Example 100 U"), PrintSettings("https://check.example.org"))
>>> page.labels[0].link
'https://check.example.org/01/09506000134352/10/A-7'
>>> [content[:4] for form in LabelFormat for content in draw([page], form)]
[b'\\x89PNG', b'<svg', b'%PDF', b'^XA\\n']

Everything is laid out in whole printer dots (`layout`, `sheets`), then drawn as PNG, SVG, PDF or ZPL
(`drawing`).
"""

from service.registry.labels.drawing import LabelFormat, draw
from service.registry.labels.label_form import read_label_form
from service.registry.labels.layout import (
    Label,
    LabelPage,
    PlacedLabel,
    PrintSettings,
    SymbolCarrier,
    label_page,
)
from service.registry.labels.sheets import MOST_LABELS, Paper, sheet_pages

__all__ = [
    "MOST_LABELS",
    "Label",
    "LabelFormat",
    "LabelPage",
    "Paper",
    "PlacedLabel",
    "PrintSettings",
    "SymbolCarrier",
    "draw",
    "label_page",
    "read_label_form",
    "sheet_pages",
]

"""Writes laid-out pages as ZPL II, the language of thermal label printers: one label format for each page.

The printer draws symbol and text itself. Content is written with hexadecimal escapes (`^FH`), so that no
character of a lot or a name is a command. The resolution is the page's: a printer of another one needs
another page.
"""

from service.registry.labels.layout import LabelPage, PlacedLabel, SymbolCarrier

_HEX = "_"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:/-()[]")
_FNC1 = "_1"  # in `^BX` with `_` as its escape character: FNC1


def zpl(pages: list[LabelPage]) -> bytes:
    """Return the pages as one stream of ZPL II in UTF-8."""
    return "".join(map(_page, pages)).encode()


def _page(page: LabelPage) -> str:
    parts = ["^XA", "^CI28", f"^PW{page.width}", f"^LL{page.height}", "^LH0,0"]
    for label in page.labels:
        parts += [_symbol(label), *_texts(label)]
    return "\n".join([*parts, "^XZ", ""])


def _symbol(label: PlacedLabel) -> str:
    origin = f"^FO{label.x + label.symbol_x},{label.y + label.symbol_y}"
    if label.carrier is SymbolCarrier.DATA_MATRIX:
        # ECC 200, escape character _; behind it FNC1 and the element string, separators as FNC1 too
        content = label.content.replace("_", "__").replace("\x1d", _FNC1)
        return f"{origin}^BXN,{label.module},200,,,,_^FD{_FNC1}{content}^FS"
    return f"{origin}^BQN,2,{label.module}^FH{_HEX}^FDMA,{_escaped(label.link)}^FS"


def _texts(label: PlacedLabel) -> list[str]:
    return [
        f"^FT{label.x + line.x},{label.y + line.baseline}^A0N,{label.em},{label.em}"
        f"^FH{_HEX}^FD{_escaped(line.text)}^FS"
        for line in label.lines
    ]


def _escaped(text: str) -> str:
    """Text for `^FD` behind `^FH`: every character that might be a command as its UTF-8 bytes."""
    return "".join(
        each if each in _PLAIN else "".join(f"{_HEX}{byte:02X}" for byte in each.encode()) for each in text
    )

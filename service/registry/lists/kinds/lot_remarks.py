"""Finds what people write beside a lot into its cell: an expiry, a remark, a footnote's mark, how many packs.

Read as one text, `MT24A020 EXP 12/2027` would be a lot that no pack bears, and the lot that packs bear would
look unissued. Cutting it would guess where the lot ends: the cell is refused with what was found.

>>> remark_in("MT24A020 EXP 12/2027"), remark_in("A0010*"), remark_in("A001/A002"), remark_in("VNT16 M003")
('an expiry beside the lot', 'the mark of a footnote', 'several lots', '')
"""

import re

_EXPIRY_WORD = re.compile(
    r"(?<=[\s,;/(])(?:exp\w*|verf\w*|verw\w*|mhd|val\w*|cad\w*|venc\w*|vto|scad\w*|skt|sled|use by|"
    r"p[ée]r\w*|ważn\w*|годен|until)[\s.:]*(?:до|bis|date|le)?[\s.:]*(?=[0-9])",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\s(?:[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{2}|[0-9]{4})|[0-9]{4}[./-][0-9]{1,2}(?:[./-][0-9]{1,2})?|"
    r"[0-9]{1,2}[./](?:[0-9]{2}|20[0-9]{2}))(?![0-9])"
)
_PACKS = re.compile(
    r"\s[(x×]?\s*[0-9]+\s?(?:st|stk|stck|stück|pcs?|pieces|szt|ea|packs?|pkg|boxes|box|vials?|units|uds?|cx|"
    r"adet|уп|шт)\b\.?\)?$",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(r"[*†‡§¹²³⁰⁴-⁹]+\s*$|\s\(?[0-9*]\)$")
_BRACKET = re.compile(r"\s[(\[].*[)\]]?$")
_OPEN = re.compile(r"\?|…|\.\.\.|(?<=[0-9])\s?ff?\.?$|\.$")
_LABEL = re.compile(r"[^\W\d_]{1,14}\.?\s*[:=]")
_HALVES = re.compile(
    r"(?:[A-Z]+[0-9]{3,}[A-Z]*|[0-9]{5,})(?:[/&+](?:[A-Z]+[0-9]{3,}[A-Z]*|[0-9]{5,}))+", re.IGNORECASE
)
_LETTER, _DIGIT = re.compile(r"[^\W\d_]"), re.compile(r"[0-9]")

_TESTS = (
    (_FOOTNOTE, "the mark of a footnote"),
    (_OPEN, "a text that is cut off or left open"),
    (_EXPIRY_WORD, "an expiry beside the lot"),
    (_DATE, "a date beside the lot"),
    (_PACKS, "a number of packs beside the lot"),
    (_BRACKET, "a remark beside the lot"),
)


def remark_in(raw: str) -> str:
    """What stands in the cell beside one lot; empty for nothing. `raw`: without outer space and its label."""
    for pattern, found in _TESTS:
        if pattern.search(raw):
            return found
    if _LABEL.match(raw):
        return "a label that is not known"
    halves = _HALVES.fullmatch(raw) and {_shape(each) for each in re.split("[/&+]", raw)}
    if halves and len(halves) == 1:
        return "several lots"
    _first, *others = raw.split()
    if any(_is_word(each) for each in others) or (others and not _DIGIT.search(raw)):
        return "words"
    return ""


def _shape(lot: str) -> str:
    return _DIGIT.sub("0", _LETTER.sub("A", lot))


def _is_word(token: str) -> bool:
    """Whether a part of a lot's cell is a word of a sentence: lots are written in capitals."""
    bare = token.strip(".,;:-()")
    return len(bare) > 1 and bare.isalpha() and bare.islower()

"""Finds out whether bytes are text, and in which encoding."""

import codecs
import unicodedata
from contextlib import suppress

import charset_normalizer

from service.errors import ErrorCode, RefusedError
from service.registry.lists.columns import likeness
from service.registry.lists.header_search import find_header, top_of_text

SAMPLE = 64 * 1024
"""How many bytes, from the start and from where UTF-8 ended, an encoding is guessed from."""

_TELLING_BYTES = 40  # from which on the places of NUL bytes tell UTF-16
_TOP_LINES = 15  # among which headers are looked for
_TELLING_LINES = 200  # lines that are not plain ASCII; the others say nothing

# What a file says of itself in its first bytes.
_SIGNATURES = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"%PDF", "a PDF document"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Excel or Word document, or a workbook with a password (save it as .xlsx without one)",
    ),
    (b"\x1f\x8b", "a gzip archive (unpack it first)"),
    (b"SQLite format 3\x00", "a database"),
)

# In the order in which they are taken where a text reads equally well in two: the most used first.
_ENCODINGS = (
    *("cp1252", "cp1250", "cp1254", "cp1251", "cp1253", "cp1257", "cp1255", "cp1256", "cp1258", "cp874"),
    *("gb18030", "shift_jis", "big5", "euc_kr"),
)
_OLDER_ENCODINGS = (
    *("cp850", "cp852", "cp866", "cp857", "mac_roman", "mac_cyrillic", "koi8_r", "mac_latin2", "mac_turkish"),
    *("cp737", "johab", "euc_jp", "iso8859_2", "iso8859_5"),
)
"""Of DOS, old Macintosh computers and servers: taken only where words of headers show it beyond doubt."""

_ICELANDIC = frozenset("ÐÝÞðýþ")  # where Turkish has ĞİŞğış
_ICELANDIC_VOWELS = frozenset("ÁÆÉÍÓÚáæéíóú")
_WRITTEN_IN_LISTS = frozenset("–—“”‘’®™°µ§€ ·×")


def refuse_what_is_no_list(start: bytes) -> None:
    """Raise FILE_NOT_TEXT, saying what the file looks like, when its first bytes are no list's."""
    for signature, name in _SIGNATURES:
        if start.startswith(signature):
            raise not_text(name)
    if start[4:8] == b"ftyp":
        raise not_text("a picture or film")
    if start[:200].lstrip().lower().startswith((b"<!doctype html", b"<html", b"<table", b"<meta")):
        raise not_text("a web page, perhaps one that calls itself .xls (open it and save it as .xlsx)")
    if start[:200].lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<?xml"):
        raise not_text("XML (open it in a spreadsheet program and save it as .xlsx)")


def not_text(found: str) -> RefusedError:
    """The refusal of a file that is no list at all."""
    expected = "a list: a text file (.csv) or a spreadsheet (.xlsx or .ods), with a header line"
    return RefusedError(ErrorCode.FILE_NOT_TEXT, expected=expected, found=found)


def encoding_by_mark(start: bytes) -> str | None:
    """The encoding that a byte order mark announces, or UTF-16 whose mark was lost; else None."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    odd, even = start[1::2].count(0), start[::2].count(0)  # without a mark, where half of it is NUL
    # the other half of a letter may be NUL too: U+C900 of Korean
    if (
        len(start) > _TELLING_BYTES
        and max(odd, even) * 4 > len(start)
        and min(odd, even) * 10 < max(odd, even)
    ):
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def encoding_by_headers(sample: bytes) -> str | None:
    """The encoding in which the first rows have most words of headers; None where no word needs one.

    A short list has few letters to guess from, and its header says more than they do.
    """
    start = sample.split(b"\n", maxsplit=_TOP_LINES)
    top = b"\n".join(start[:_TOP_LINES])
    words: dict[str, int] = {}
    for encoding in (*_ENCODINGS, *_OLDER_ENCODINGS):
        with suppress(UnicodeDecodeError):
            sample.decode(encoding)
            words[encoding] = likeness(find_header(top_of_text(top.decode(encoding), None).rows).cells)
    plain_words = likeness(find_header(top_of_text(top.decode("ascii", "replace"), None).rows).cells)
    best = max(words.values(), default=0)
    found = [encoding for encoding, count in words.items() if count == best]
    sure = len(found) == 1 or not set(found) & set(_ENCODINGS)
    return found[0] if best > plain_words and sure else None


def guess_encoding(sample: bytes) -> str:
    """The encoding of text that is not UTF-8. Raises FILE_NOT_TEXT when none makes letters of it.

    charset-normalizer says which encodings make plausible text of the sample; among these the one counts
    whose characters stand where letters stand in words, then the one whose language was recognised.
    """
    candidates: dict[str, tuple[float, float]] = {}
    telling = b"\n".join([line for line in sample.splitlines() if not line.isascii()][:_TELLING_LINES])
    for match in charset_normalizer.from_bytes(telling, cp_isolation=list(_ENCODINGS)):
        oddness = round(match.chaos + _oddness(str(match)), 2)
        for encoding in match.could_be_from_charset:
            if encoding in _ENCODINGS:
                candidates[encoding] = (oddness, -round(match.coherence, 1))
    if not candidates:
        raise not_text("bytes that make no words in any encoding that we know")
    best = min(candidates, key=lambda each: (candidates[each], _ENCODINGS.index(each)))
    if best == "cp1252" and "cp1254" in candidates:
        letters = set(telling.decode("cp1252", errors="replace"))
        # the six bytes in which the two differ: Icelandic never comes without its accented vowels
        best = "cp1254" if letters & _ICELANDIC and not letters & _ICELANDIC_VOWELS else best
    return best


def _oddness(text: str) -> float:
    """Which part of the characters beyond ASCII is no letter, or a capital inside a word."""
    beyond = odd = 0
    for before, character in zip(" " + text, text, strict=False):
        if character.isascii():
            continue
        beyond += 1
        category = unicodedata.category(character)
        if category[0] not in "LM":
            odd += character not in _WRITTEN_IN_LISTS
        else:
            odd += category == "Lu" and before.islower()
    return odd / max(beyond, 1)

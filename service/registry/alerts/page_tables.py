"""The tables, the headings and the address of an authority's page (HTML).

A page says where it is from: its canonical link, the address for others that show it (`og:url`), or the
remark that browsers put on top of a page that they save.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from service.registry.alerts.notice_rows import uncertain

LARGEST_PAGE = 2 * 1024 * 1024
"""The most bytes of one page; authorities' pages have less than 300 kB."""

_LONGEST_TAG = 100_000
_SAVED = re.compile(r"\s*saved from url=\([0-9]{4}\)(\S{1,2000})\s*")
_BEGINS = re.compile(rb"\s*<(?:!doctype\s+html|html\b|!--\s*saved from url=)", re.IGNORECASE)
_APART = ("br", "p", "div", "li", "sup", "sub")
"""What stands in these is no part of the word before: another lot, or the mark of a footnote."""
_STRUCK = ("del", "s", "strike")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


@dataclass(slots=True)
class NoticeTable:
    """A table of the page: its rows of cells, its id, and the heading of the third level before it.

    `spans`: it is not certain which column a cell is in, for one stands for several or was not closed, or
    whether a text still counts, for it is struck out.
    """

    heading: str
    rows: list[list[str]] = field(default_factory=list)
    id: str = ""
    spans: bool = False


@dataclass(slots=True)
class NoticePage:
    """A page. `headings`: those of a level, in order. `said`: the text of all paragraphs and cells."""

    address: str = ""
    tables: list[NoticeTable] = field(default_factory=list)
    headings: dict[str, list[str]] = field(default_factory=lambda: {level: [] for level in _HEADINGS})
    said: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """Its first heading; empty where it has none."""
        return next(iter(self.headings["h1"]), "")

    @property
    def place(self) -> tuple[str, str]:
        """Host and path of its address; both empty where that is none of the web."""
        try:
            address = urlsplit(self.address)
        except ValueError:
            return "", ""
        return (address.hostname or "", address.path) if address.scheme in ("http", "https") else ("", "")


def looks_like_page(content: bytes) -> bool:
    """Return whether a file begins as HTML does."""
    return _BEGINS.match(content.removeprefix(b"\xef\xbb\xbf")[:500]) is not None


def read_page(html: str, title: str = "") -> NoticePage:
    """Read a page, or a part of one. VALUE_INVALID, for the notice `title`: what it says is not certain."""
    if len(html) > LARGEST_PAGE:
        raise uncertain(title or "A page", f"a page of at most {LARGEST_PAGE >> 20} MB")
    if not _is_whole(html):
        raise uncertain(title or "A page", "a page whose HTML is whole")
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except AssertionError as error:  # what html.parser makes of a broken declaration
        raise uncertain(title or reader.page.title, "a page whose HTML is whole") from error
    if reader.nested:
        raise uncertain(title or reader.page.title, "tables that stand in no other table")
    return reader.page


def _is_whole(html: str) -> bool:
    """Whether each tag and comment is closed. html.parser looks for the end of each that is not, over and
    over, and would be busy for hours with a page of nothing else.
    """
    at = html.find("<")
    while at != -1:
        if html.startswith("<![", at):  # a section, as no page of today has
            return False
        comment = html.startswith("<!--", at)
        end = html.find("-->", at + 4) if comment else html.find(">", at, at + _LONGEST_TAG)
        if end == -1:
            return False
        at = html.find("<", end + 1)
    return True


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = NoticePage()
        self.nested = False
        self._text: list[str] | None = None
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.nested = self.nested or self._open
            heading = next(reversed(self.page.headings["h3"]), "")
            self.page.tables.append(NoticeTable(heading, id=said.get("id", "")))
            self._open = True
        elif tag == "tr" and self._open:
            self.page.tables[-1].rows.append([])
        elif tag in ("td", "th") and self._open:
            spans = any(said.get(each, "1") != "1" for each in ("colspan", "rowspan"))
            self.page.tables[-1].spans |= spans or self._text is not None  # or the last cell was not closed
            self._text = []
        elif tag in _HEADINGS and not self._open:
            self._text = []
        elif tag in _APART and self._text is not None:
            self._text.append("\n")
        elif tag in _STRUCK and self._open:
            self.page.tables[-1].spans = True
        elif tag == "link" and said.get("rel", "").lower() == "canonical":
            self.page.address = said.get("href", "")
        elif tag == "meta" and said.get("property") == "og:url":
            self.page.address = self.page.address or said.get("content", "")

    def handle_endtag(self, tag: str) -> None:
        said = " ".join("".join(self._text or ()).split())
        if tag == "table":
            self._open = False
        elif tag in _HEADINGS and not self._open:
            self.page.headings[tag].append(said)
            self._text = None
        elif tag in ("td", "th") and self._open and self.page.tables[-1].rows:
            self.page.tables[-1].rows[-1].append(said)
            self._text = None

    def handle_comment(self, data: str) -> None:
        if not self.page.address and (saved := _SAVED.fullmatch(data)):
            self.page.address = saved[1]

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)
        if data.strip():
            self.page.said.append(" ".join(data.split()))

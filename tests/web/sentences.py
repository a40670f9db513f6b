"""The sentences that a person reads on a page, for the tests of plain words."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

_UNREAD = frozenset({"script", "style", "select", "svg", "textarea", "title", "table", "dl", "nav"})
"""Elements without sentences: data, and words that are chosen from."""

_WITHIN_A_LINE = frozenset({"a", "b", "strong", "small", "span", "em", "br", "mark", "time", "img"})
_CITED = "sources"  # titles of publications, as they are called

_NO_WORDS = re.compile(r"\S*[0-9@]\S*|\(?\b[a-z-]+\.[a-z.]{2,}\)?")
"""Numbers, codes, addresses."""

_AUTHORITY = re.compile(r"\w+ \(medicines authority, [^)]*\)")

_END = re.compile(r"(?<=[.?!:”])\s+(?=[A-Z“])")


class _Blocks(HTMLParser):
    """Collects the text of each block."""

    def __init__(self) -> None:
        super().__init__()
        self.found = [""]
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        cited = _CITED in (dict(attrs).get("class") or "").split()
        if self._unread or tag in _UNREAD or cited:
            if tag not in {"img", "input", "br", "meta", "link"}:
                self._unread.append(tag)
        elif tag not in _WITHIN_A_LINE:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._unread:
            if tag in self._unread:
                while self._unread.pop() != tag:
                    pass
        elif tag not in _WITHIN_A_LINE:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.found[-1] += data


def sentences(page: str, names: Iterable[str] = ()) -> Iterator[str]:
    """Each sentence of the main part and the foot of a page, with names of medicines and makers left out."""
    parser = _Blocks()
    parser.feed(page.split("<main", 1)[1])
    for block in parser.found:
        text = (
            " ".join(block.split()).partition(">")[2] if block is parser.found[0] else " ".join(block.split())
        )
        for name in names:
            text = text.replace(name, "Name")
        text = _AUTHORITY.sub("Name", _NO_WORDS.sub("1", text))
        yield from (each for each in _END.split(text) if each)

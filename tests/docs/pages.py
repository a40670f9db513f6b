"""The repository's own documentation, as tests read it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "seed" / "README.md",
    ROOT / "tests" / "counterfeits" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_FENCED = re.compile(r"^```.*?^```\n", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^(?: {4}|\t).*\n", re.MULTILINE)
_QUOTED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page of Markdown. `text` is without fenced and indented blocks."""

    path: Path
    whole: str
    text: str

    @classmethod
    def of(cls, path: Path) -> "Page":
        whole = path.read_text(encoding="utf-8")
        return cls(path, whole, _INDENTED.sub("\n", _FENCED.sub("\n", whole)))

    def quoted(self) -> Iterator[str]:
        """What stands in backticks."""
        yield from _QUOTED.findall(self.text)

    def links(self) -> Iterator[str]:
        """Where links lead, pictures included."""
        yield from _LINK.findall(_QUOTED.sub("", self.text))

    def anchors(self) -> set[str]:
        """What its headings are called in links."""
        return {anchor(each) for each in _HEADING.findall(self.text)}


def anchor(heading: str) -> str:
    """The fragment of a heading: lower case, spaces as hyphens, nothing else but letters, digits, - and _."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").strip().lower())
    return plain.replace(" ", "-")

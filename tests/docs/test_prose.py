"""Docstrings and comments are plain technical English: who does a thing is named by their role."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

RIDDLES = re.compile(r"\b(somebody|nobody|whoever|anybody)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    "path",
    sorted(path for path in (ROOT / "service").rglob("*.py") if "versions" not in path.parts),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_docstrings_and_comments_name_roles(path: Path) -> None:
    found = [(line, text) for line, text in prose(path) if RIDDLES.search(text)]
    assert found == []


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """The comments of a module and its strings that stand alone, with their lines."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.lineno, str(node.value.value)

"""The tests' own order: where test modules are, and what they may import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SERVICE = TESTS.parent / "service"
OWN_FOLDERS = {"bench", "browser", "chaos", "counterfeits", "docs", "factories"}
"""Folders of tests/ beside those that mirror service/."""


def imported(path: Path) -> Iterator[str]:
    """The modules of tests/ that a file imports, dotted; `from a import b` names `a` and `a.b`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=lambda path: str(path.relative_to(TESTS)))
def test_no_module_imports_a_test_module(path: Path) -> None:
    """What two tests need is a helper: in factories/, or beside them under a name that is not a test's."""
    names = (name.split(".") for name in imported(path) if name.startswith("tests."))
    found = [name for name in names if "conftest" in name or any(part.startswith("test_") for part in name)]
    assert found == []


def test_folders_mirror_the_service() -> None:
    """A folder of tests is one of service/, so that the tests of a module are found from its path."""
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    strangers = {
        folder
        for folder in folders
        if folder.parts and folder.parts[0] not in OWN_FOLDERS and not (SERVICE / folder).is_dir()
    }
    assert strangers == set()


def test_each_folder_is_a_package() -> None:
    """mypy and imports know a module by one name only then; names of test modules may repeat."""
    assert [
        path for path in {each.parent for each in TESTS.rglob("*.py")} if not (path / "__init__.py").exists()
    ] == []

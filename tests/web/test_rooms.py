"""The rooms of web/: how large they may grow, and that no view imports from a view."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[2] / "service"
TEMPLATES = Path(__file__).parents[2] / "templates"
_VERBS = {"get", "post", "route", "delete", "put"}
MOST_LINES, MOST_MODULES = 400, 15


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def is_view(node: ast.stmt) -> bool:
    """Whether a function is bound to a route."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.func.attr in _VERBS
        for each in node.decorator_list
    )


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(SERVICE.parent).with_suffix("").parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_no_view_imports_from_a_view() -> None:
    views = {
        dotted(path)
        for path in modules(SERVICE / "web")
        if any(map(is_view, ast.parse(path.read_text()).body))
    }
    assert len(views) > 30
    found = [
        (dotted(path), each)
        for path in modules(SERVICE / "web")
        if path.name != "__init__.py"
        for each in imports(path)
        if each in views and each != dotted(path)
    ]
    assert found == []


@pytest.mark.parametrize("path", modules(SERVICE), ids=dotted)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MOST_LINES


def test_folders_have_few_modules_side_by_side() -> None:
    folders = {path.parent for path in modules(SERVICE)} | {path.parent for path in TEMPLATES.rglob("*.html")}
    many = {}
    for folder in folders:
        names = [
            each
            for each in folder.iterdir()
            if each.suffix in {".py", ".html"} and not each.name.startswith("__")
        ]
        if len(names) > MOST_MODULES:
            many[str(folder.relative_to(SERVICE.parent))] = len(names)
    assert many == {}


def test_a_class_name_is_used_once() -> None:
    """But for a row beside its value, and a schema of the API beside the value that it describes."""
    found: dict[str, set[str]] = {}
    for path in modules(SERVICE):
        if "models" in path.parts or path.name == "schemas.py":
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, set()).add(dotted(path))
    assert {name: where for name, where in found.items() if len(where) > 1} == {}

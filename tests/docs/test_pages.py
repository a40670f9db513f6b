"""The documentation is true: its links lead somewhere, what it names exists, and no page is forgotten."""

import ast
import importlib
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from scripts import data_model
from service.app import create_app
from service.authenticity.reasons import ReasonCode
from service.cli import group
from service.errors import ErrorCode
from service.settings import Settings
from service.web.core.services import services_of
from tests.docs.pages import PAGES, ROOT, Page

_MODULES = tuple(sorted((ROOT / "service").rglob("*.py")))
_PATH = r"(?:service|tests|templates|docs|scripts|seed|requirements)/[\w./*<>-]*"
_DOTTED = r"(?:service|tests)(?:\.\w+)+"
_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*")


def ids(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_links_lead_to_pages_and_headings_that_exist(path: Path) -> None:
    page, broken = Page.of(path), []
    for link in page.links():
        target = urlsplit(link)
        if target.scheme:
            continue
        file = (path.parent / target.path).resolve() if target.path else path
        if not file.exists() or (target.fragment and target.fragment not in Page.of(file).anchors()):
            broken.append(link)
    assert broken == []


def test_each_page_is_reached_from_the_index() -> None:
    """A page that no other page links to is found by chance alone."""
    linked = {
        (path.parent / urlsplit(link).path).resolve()
        for path in PAGES
        for link in Page.of(path).links()
        if not urlsplit(link).scheme and urlsplit(link).path
    }
    assert {path for path in PAGES if path not in linked} <= {ROOT / "README.md"}


@pytest.mark.parametrize("path", PAGES, ids=ids)
def test_names_of_the_code_exist(path: Path, site: Flask) -> None:
    """Modules, classes, functions, settings, commands, make targets, files and addresses in backticks."""
    missing = [each for each in Page.of(path).quoted() if not known(each, site)]
    assert missing == []


@pytest.fixture(scope="module")
def site(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, for its addresses."""
    folder = tmp_path_factory.mktemp("site")
    path = folder / "empty.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    made = create_app(Settings(database_url=f"sqlite:///{path}", files=folder / "files"))
    yield made
    services_of(made).close()


def known(quoted: str, app: Flask) -> bool:
    """Whether what is quoted exists; what has no form of a name is no name."""
    forms: tuple[tuple[str, Callable[[], bool]], ...] = (
        (r"make .+", lambda: {each for each in quoted.split()[1:] if "=" not in each} <= make_targets()),
        (r"vialcheck .+", lambda: is_command(quoted.split()[1:])),
        (r"VIALCHECK_\w+(=.*)?", lambda: is_setting(quoted.partition("=")[0])),
        (_PATH, lambda: any(ROOT.glob(re.sub(r"<\w+>", "*", quoted).rstrip("/")))),
        (_DOTTED, lambda: resolves(quoted)),
        (r"/\S+", lambda: is_address(quoted, app)),
        (r".*", lambda: is_name(quoted)),
    )
    return next(exists() for form, exists in forms if re.fullmatch(form, quoted))


def is_setting(variable: str) -> bool:
    return variable.removeprefix("VIALCHECK_").lower() in Settings.model_fields


def is_name(quoted: str) -> bool:
    """Whether the code has that class, with that member, or that word at all; sentences are no names."""
    name = quoted.partition("(")[0].removeprefix("?").removesuffix("=")
    owner, _, member = name.partition(".")
    if re.fullmatch(r"[A-Z]\w+\.\w+", name) and owner in classes():
        return member in classes()[owner]
    return name in words() if _NAME.fullmatch(name) else True


@cache
def make_targets() -> set[str]:
    """The targets of the Makefile that are no files."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return set(phony[1].split()) if phony else set()


def is_command(given: list[str]) -> bool:
    """Whether the words, as far as they are no arguments, name a command."""
    command: click.Command = group
    context = click.Context(group)
    for word in given:
        if not isinstance(command, click.Group) or not re.fullmatch(r"[a-z-]+", word):
            break
        found = command.get_command(context, word)
        if found is None:
            return False
        command = found
    return given[0] in group.list_commands(context)


def resolves(dotted: str) -> bool:
    """Whether a dotted name is a module or something in one."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            found = getattr(found, name, None) or _annotated(found, name)
            if found is None:
                return False
        return True
    return False


def _annotated(owner: object, name: str) -> object:
    return getattr(owner, "__annotations__", {}).get(name)


def is_address(path: str, app: Flask) -> bool:
    """Whether a view answers there, or below there; `{name}` stands for a value."""
    plain = urlsplit(re.sub(r"\{\w+\}|…", "1", path)).path
    adapter = app.url_map.bind("localhost")
    for method in ("GET", "POST"):
        try:
            adapter.match(plain, method=method)
        except RequestRedirect:
            return True
        except (MethodNotAllowed, NotFound):
            continue
        return True
    return any(str(rule).startswith(plain) for rule in app.url_map.iter_rules())


@cache
def classes() -> dict[str, set[str]]:
    """The names in each class of the service."""
    found: dict[str, set[str]] = {}
    for path in _MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found.setdefault(node.name, set()).update(_members(node))
    return found


def _members(node: ast.ClassDef) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)):
            yield each.name
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id
        elif isinstance(each, ast.Assign):
            yield from (target.id for target in each.targets if isinstance(target, ast.Name))


@cache
def words() -> frozenset[str]:
    """Every identifier and word in the code, its settings and templates: fields, columns, codes, functions."""
    files = [*_MODULES, *(ROOT / "templates").rglob("*.html"), *(ROOT / "scripts").glob("*.py")]
    files += [ROOT / "pyproject.toml", ROOT / "Makefile", *(ROOT / "service").rglob("*.toml")]
    files += [*(ROOT / "tests").rglob("*.py"), *(ROOT / "seed").glob("*.csv")]
    text = "\n".join(each.read_text(encoding="utf-8") for each in files)
    return frozenset(re.findall(r"\w+", text))


def test_the_data_model_is_drawn_from_the_models() -> None:
    """`make docs` writes it again."""
    assert data_model.PAGE.read_text(encoding="utf-8") == data_model.page()


def test_each_cache_is_listed() -> None:
    """A function that keeps its results is a cache: key, bound and what ends it belong on one page."""
    listed = set(Page.of(ROOT / "docs" / "caches.md").quoted())
    found = set()
    for path in _MODULES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and any(map(_is_cache, node.decorator_list)):
                found.add(f"{module}.{node.name}")
    assert found - listed == set()


def _is_cache(decorator: ast.expr) -> bool:
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(name, ast.Name) and name.id in {"cache", "lru_cache"}


def test_each_decision_and_recipe_is_in_its_index() -> None:
    for folder in ("adr", "recipes"):
        index = ROOT / "docs" / folder / "README.md"
        linked = {urlsplit(link).path for link in Page.of(index).links()}
        assert {path.name for path in index.parent.glob("*.md")} - {"README.md"} <= linked, folder


def test_each_make_target_is_described() -> None:
    quoted = set(Page.of(ROOT / "docs" / "developer.md").quoted())
    assert {f"make {each}" for each in make_targets()} - quoted == set()


def test_codes_are_what_the_pages_are_tested_with() -> None:
    """The words of the code hold the codes: a renamed one is missed on a page."""
    assert {*map(str, ReasonCode), *map(str, ErrorCode)} <= words()

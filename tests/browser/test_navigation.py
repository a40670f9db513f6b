"""No browser test reads or leaves a page while a click still leads to the next one."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# What looks at the page, or opens another, without waiting for what the click before it leads to.
AT_ONCE = {
    "goto",
    "reload",
    "go_back",
    "go_forward",
    "count",
    "is_visible",
    "is_hidden",
    "url",
    "content",
    "title",
}
AT_ONCE |= {"check_in_every_guise", "shoot", "faults", "headline", "screenshot"}


def _clicks(statement: ast.stmt) -> bool:
    called = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(called, ast.Call)
        and isinstance(called.func, ast.Attribute)
        and called.func.attr == "click"
    )


def _first(statement: ast.stmt) -> ast.AST:
    """What is evaluated first: of a block its condition, of anything else the whole."""
    if isinstance(statement, ast.If | ast.While):
        return statement.test
    return statement.iter if isinstance(statement, ast.For) else statement


def _looks_at_once(statement: ast.stmt) -> bool:
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(_first(statement))
        if isinstance(node, ast.Attribute | ast.Name)
    }
    return bool(names & AT_ONCE) and "expect" not in names


def racing(source: str) -> list[int]:
    """Lines with a click that the next statement, or the caller of a helper that ends so, does not wait for."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            lines += [one.lineno for one, then in pairwise(block) if _clicks(one) and _looks_at_once(then)]
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("test_") and _clicks(node.body[-1]):
            lines.append(node.body[-1].lineno)
    return lines


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("page.button.click()\npage.goto('/')", [1]),  # the page that it leads to is never there
        ("page.button.click()\nassert page.url == '/'", [1]),  # may be the old page's address
        ("def send(page):\n    page.button.click()", [2]),  # its callers cannot know
        ("page.button.click()\nexpect(page).to_have_url('/')", []),  # waits
        ("follow(page.button)\npage.goto('/')", []),  # has waited
    ],
)
def test_a_click_without_a_wait_is_found(source: str, found: list[int]) -> None:
    assert racing(source) == found


def test_no_test_races_with_a_page() -> None:
    found = [
        f"{path.relative_to(HERE)}:{line}"
        for path in sorted(HERE.rglob("*.py"))
        for line in racing(path.read_text())
        if path.name != "navigation.py"
    ]
    assert not found, "use tests.browser.navigation.follow: " + ", ".join(found)

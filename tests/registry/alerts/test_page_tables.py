"""Pages: their address, their headings, their tables, and HTML that is broken."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import RefusedError
from service.registry.alerts.page_tables import LARGEST_PAGE, looks_like_page, read_page

ADDRESS = "https://www.example.org/a"


@pytest.mark.parametrize(
    "head",
    [
        f'<link rel="canonical" href="{ADDRESS}">',
        f'<meta property="og:url" content="{ADDRESS}"/>',
        f"<!-- saved from url=(0025){ADDRESS} -->",
        f'<meta property="og:url" content="https://o.example"><link rel="canonical" href="{ADDRESS}">',
    ],
)
def test_where_a_page_is_from(head: str) -> None:
    assert read_page(head).place == ("www.example.org", "/a")


@pytest.mark.parametrize(
    "address", ["javascript://www.example.org/a", "http://[::1", "//www.example.org/a", ""]
)
def test_what_is_no_address_of_the_web(address: str) -> None:
    assert read_page(f'<link rel="canonical" href="{address}">').place == ("", "")


def test_tables_with_paragraphs_in_their_cells() -> None:
    page = read_page(
        "<h1>T</h1><h3>H</h3><table id='i'><tr><th><p>A</p></th></tr><tr><td><p>1<br>2</p></td></tr></table>"
    )
    [table] = page.tables
    assert (page.title, table.heading, table.id, table.rows, table.spans) == (
        "T",
        "H",
        "i",
        [["A"], ["1 2"]],
        False,
    )


@pytest.mark.parametrize(
    "cell", ["<p>A1</p><p>B2</p>", "A1<br>B2", "<ul><li>A1<li>B2</ul>", "A1<sup>B2</sup>"]
)
def test_two_lines_are_never_one_word(cell: str) -> None:
    assert read_page(f"<table><tr><td>{cell}</td></tr></table>").tables[0].rows == [["A1 B2"]]


@pytest.mark.parametrize(
    "row", ["<td><del>A</del></td>", "<td colspan='2'>A</td>", "<td rowspan=3>A</td>", "<td>A1<td>A2</td>"]
)
def test_cells_of_which_the_column_is_not_certain(row: str) -> None:
    assert read_page(f"<table><tr>{row}</tr></table>").tables[0].spans


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><td><table></table></td></tr></table>",
        "<table",
        "<![foo[ bar>",  # which html.parser answers with an AssertionError
        "<!--" * 100_000,  # with each of which it looks through the rest
        "<a " * 100_000,
        "<![CDATA[>" * 100_000,
        " " * (LARGEST_PAGE + 1),
    ],
)
def test_pages_that_are_refused(html: str) -> None:
    with pytest.raises(RefusedError):
        read_page(html)


@pytest.mark.parametrize("html", ["", "<table><tr><td>", "</td></table>", "<td>1</td>", "&#xfffffff;", "</>"])
def test_half_a_page_is_read_as_far_as_it_goes(html: str) -> None:
    assert read_page(html).title == ""


def test_which_files_are_pages() -> None:
    for content in (
        b"\xef\xbb\xbf<!DOCTYPE html>",
        b"\n<HTML lang='en'>",
        b"<!-- saved from url=(0001)x -->",
    ):
        assert looks_like_page(content)
    for other in (b"<?xml version='1.0'?>", b"authority,kind", b"{}", b"<htmlx>", b""):
        assert not looks_like_page(other)


PIECES = (
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<h1>",
    "</h1>",
    "<a b='",
    "<!--",
    "-->",
    "<![x[",
    "]]>",
    "<",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join))
def test_any_text_is_read_or_refused(html: str) -> None:
    with suppress(RefusedError):
        assert all(isinstance(row, list) for table in read_page(html).tables for row in table.rows)

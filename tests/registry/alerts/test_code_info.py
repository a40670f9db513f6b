"""Lots and expiries cut out of recall notices' free text."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.registry.alerts.code_info import cut
from tests.figures import Say


def lots(text: str) -> list[tuple[str, str]]:
    """Each lot with its expiry, as text."""
    return [(each.lot, str(each.expiry or "")) for each in cut(text).lots]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lot # A1", [("A1", "")]),
        ("Lot #: 8D82, Exp 01/13; 8D51, Exp 03/13", [("8D82", "2013-01"), ("8D51", "2013-03")]),
        # one expiry for all lots since the last one
        ("Lot #'s: a) A24, A26, Exp 09/13; b) A28", [("A24", "2013-09"), ("A26", "2013-09"), ("A28", "")]),
        # in brackets, and in full
        ("Lots: AB1 (exp 10/31/2018), AB2 (exp. 11/30/2018)", [("AB1", "2018-10-31"), ("AB2", "2018-11-30")]),
        # two lists of one length
        ("Lots 123, 456; Exp: 01/15, 02/15", [("123", "2015-01"), ("456", "2015-02")]),
        # two lists of different lengths: whose is whose?
        ("Lots 123, 456, 789; Exp: 01/15, 02/15", [("123", ""), ("456", ""), ("789", "")]),
        # the expiry comes first
        ("Exp. 01/2015: Lot 12, 13; Exp 02/2015: Lot 14", [("12", "2015-01"), ("13", "2015-01"), ("14", "2015-02")]),
        # a heading over two columns
        ("Lot numbers and exp dates:  1010  31-Mar-2013, \n1011  30-Apr-2013", [("1010", "2013-03-31"), ("1011", "2013-04-30")]),
        ("Lots numbers with expiration: 17-12 exp: 2/2019, 17-13 exp: 3/2019", [("17-12", "2019-02"), ("17-13", "2019-03")]),
        # a date that nobody can be sure of is no lot
        ("Lot Number: 1234, Expiration Date: 09 2019", [("1234", "")]),
        # columns without any heading: product number, lot, expiry
        ("51 00-001-B 4/1/14 51 73-007-B 10/1/11 52 73-008-B 10/1/11", [("00-001-B", "2014-04-01"), ("73-007-B", "2011-10-01"), ("73-008-B", "2011-10-01")]),
        # no label at all
        ("AE41 Exp 07/2013, CD65B Exp 01/2014", [("AE41", "2013-07"), ("CD65B", "2014-01")]),
        # dates written in every way
        ("Lot 1A exp. date February 2015 and Lot 2B, BUD: 1NOV2013", [("1A", "2015-02"), ("2B", "2013-11-01")]),
        ("Lot 1A Exp 10-15; Lot 2B Use By 2016-03-31", [("1A", "2015-10"), ("2B", "2016-03-31")]),
        # blood units and eyes
        ("1) and 2) Unit: 0886922", [("0886922", "")]),
        ("1) Units: 1697475; 1652549;2) Units: 1683520", [("1697475", ""), ("1652549", ""), ("1683520", "")]),
        # compounders
        ("Lot: 03252022:54@3 BUD 5/1/2022", [("03252022:54@3", "2022-05-01")]),
        # a space inside a lot, as toxins have it
        ("Lot C3016 C3, exp 12/2013", [("C3016 C3", "2013-12")]),
        # other numbers are no lots
        ("UPC 3 0603-7039-39 7, NDC 0093-0787-01, Lot AB12, Serial #: 12345, 12346", [("AB12", "")]),
        ("Model 4411, catalog no. 12-345, software version 3.2.0, 3.2.1 or 3.2.3", []),
        ("Lot 60031 30 count bottles, 60032 90 count bottles", [("60031", ""), ("60032", "")]),
        ("Lot 4411, manufactured 01/2012, distributed 03/12/2012", [("4411", "")]),
        ("Lots beginning with 12, 13", []),
        # Taiwan
        ("BT06087、BT06088及BT06089\uff0c共3批", [("BT06087", ""), ("BT06088", ""), ("BT06089", "")]),
        ("HA150521(包裝規格200毫升/塑膠瓶裝)", [("HA150521", "")]),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_cut(text: str, expected: list[tuple[str, str]]) -> None:
    assert lots(text) == expected


@pytest.mark.parametrize(
    ("text", "ends", "rest"),
    [
        ("lot number from 00112 through 10412", ("00112", "10412"), "lot number from 00112 through 10412"),
        ("Lots: NP-2406A to NP-2407F", ("NP-2406A", "NP-2407F"), "Lots: NP-2406A to NP-2407F"),
        ("4087202-4087203、5087201", ("4087202", "4087203"), "4087202-4087203"),
    ],
)
def test_a_range_gives_its_ends_and_is_shown(text: str, ends: tuple[str, str], rest: str) -> None:
    found = cut(text)
    assert [(each.first, each.last) for each in found.ranges] == [ends]
    assert rest in found.rest
    assert set(ends) <= {each.lot for each in found.lots}


@pytest.mark.parametrize(
    "text",
    [
        "All lots within expiry",
        "All unexpired lots",
        "All lots made between 01/05/12 and 02/12/15",
        "效期內全批號",
    ],
)
def test_all_lots_is_said_and_shown(text: str) -> None:
    found = cut(text)
    assert found.all_lots
    assert not found.lots
    assert found.rest


def test_what_is_not_a_lot_is_shown_word_for_word() -> None:
    found = cut("Lot #: A12, Exp 10/15 (NDC 0093-0787-01); please call 1-800; all of shelf 7")
    assert found.rest == ("(NDC 0093-0787-01)", "please call 1-800", "all of shelf 7")


_DATE = re.compile(
    r"\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{1,2}/\d{2,4}\b|\b\d\d-\d\d-\d{4}\b|\b[A-Z][a-z]+ (?:\d{1,2}, )?\d{4}\b"
)


def _named(text: str) -> set[str]:
    """The lots of an FDA text by a second, blunter reading: what has five characters and a digit, no dates.

    A text that is one table is read by its columns.
    """
    words = text.split()
    if re.fullmatch(r"(?:\S+ \S+ \d+/\d+/\d+ ?){9,}", " ".join(words)):
        return set(words[1::3])
    bare = re.sub(r"\d\)", " ", _DATE.sub(" ", text))
    return {
        word.strip(".:") for word in re.split(r"[\s,;]+", bare) if re.search(r"\d", word) and len(word) >= 5
    }


@pytest.fixture(scope="session")
def shared_texts(corpora: Path) -> list[str]:
    lines = (corpora / "recalls" / "fda_code_info.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[1] for line in lines[1:]]


def test_the_shared_texts(shared_texts: list[str], say: Say) -> None:
    """At least 95 % of the lots of real texts, and none that is not one."""
    named = [(at, lot) for at, text in enumerate(shared_texts) for lot in _named(text) if "." not in lot]
    found = [(at, each.lot) for at, text in enumerate(shared_texts) for each in cut(text).lots]
    right = set(named) & set(found)
    recall, precision = len(right) / len(set(named)), len(right) / len(set(found))
    say(
        f"\n{len(shared_texts)} FDA texts, {len(set(named))} lots: recall {recall:.1%}, precision {precision:.1%}"
    )
    assert recall >= 0.95
    assert set(found) <= set(named)


def test_the_shared_texts_of_taiwan(corpora: Path, say: Say) -> None:
    """Every code of a text without a label is a lot there; what has none speaks of all, or is shown."""
    lines = (corpora / "recalls" / "tfda_recall_lot_text.tsv").read_text(encoding="utf-8").splitlines()
    texts = [line.split("\t")[4] for line in lines[1:]]
    found = 0
    for text in texts:
        result = cut(text)
        found += len(result.lots)
        assert result.lots or result.all_lots or result.rest, text
    say(f"\n{len(texts)} texts of Taiwan: {found} lots")
    assert found > 3000


def _dates() -> st.SearchStrategy[str]:
    return st.sampled_from(["01/15", "10/31/2018", "31-Mar-2013", "FEB 2019", "2020-05-31"])


@st.composite
def _composed(draw: st.DrawFn) -> tuple[str, set[str]]:
    """A text put together from a notice's building blocks, and the lots in it."""
    shape = draw(
        st.sampled_from(
            [r"[A-Z]{2}[0-9]{4}", r"[0-9]{6}", r"[0-9]{5}[A-Z]", r"[A-Z][0-9]{3}[A-Z][0-9]{2}[A-Z]"]
        )
    )
    named: set[str] = set()
    parts = []
    for _ in range(draw(st.integers(1, 4))):
        some = draw(st.lists(st.from_regex(shape, fullmatch=True), min_size=1, max_size=4))
        named.update(some)
        label = draw(st.sampled_from(["Lot #: ", "Lots ", "Lot numbers ", "Batch No. "]))
        expiry = draw(st.sampled_from([", Exp ", " (exp. {})", ", Expiration date: ", None]))
        end = (
            ""
            if expiry is None
            else expiry.format(draw(_dates()))
            if "{" in expiry
            else expiry + draw(_dates())
        )
        noise = draw(st.sampled_from(["", " NDC 0093-0787-01", " 30 count bottles", " UPC 300676382302"]))
        parts.append(label + draw(st.sampled_from([", ", " and ", "; "])).join(some) + end + noise)
    return "; ".join(parts), named


@given(_composed())
def test_composed_texts(case: tuple[str, set[str]]) -> None:
    text, named = case
    assert {each.lot for each in cut(text).lots} == named


@given(st.text(alphabet="lotLOTexpEXP0123456789 #:;,(.ABC\n批號、", max_size=200))
def test_nothing_is_invented_and_nothing_is_hidden(text: str) -> None:
    """A lot is a piece of the text, and whatever has a digit is either cut or shown."""
    found = cut(text)
    for each in found.lots:
        assert each.lot in text
        assert re.search(r"[0-9]", each.lot) or each.lot.isupper()
    shown = " ".join((*(each.lot for each in found.lots), *found.rest))
    for piece in re.findall(r"[0-9]+", text):
        assert piece in shown

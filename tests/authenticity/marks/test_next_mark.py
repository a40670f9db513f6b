"""Which mark is looked at next: the one that separates the known fakes best."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from service.authenticity.evidence import MarkFeature, MarkRecord, Presented, Seen
from service.authenticity.marks.next_mark import MOST_QUESTIONS, next_mark
from service.gs1.identifiers import Lot

NOTHING = Presented()


def mark(code: str, *fakes: str, lots: tuple[str, ...] = (), markets: tuple[str, ...] = ()) -> MarkRecord:
    return MarkRecord(
        code,
        "MHRA",
        MarkFeature.CAP,
        "",
        "it",
        "so",
        "otherwise",
        fakes,
        lots,
        markets,
        product_name="Verotox",
    )


def asked(marks: list[MarkRecord], answers: dict[str, Seen], presented: Presented = NOTHING) -> list[str]:
    """The codes in the order in which they are asked; those without an answer agree."""
    found: list[str] = []
    while (following := next_mark(marks, presented)) is not None:
        found.append(following.mark)
        said = answers.get(following.mark, Seen.AGREES)
        presented = replace(presented, marks=tuple(sorted([*presented.marks, (following.mark, said)])))
    return found


def test_the_mark_that_more_fakes_share_is_asked_first() -> None:
    marks = [mark("a-one", "F1"), mark("b-shared", "F1", "F2", "F3"), mark("c-one", "F3")]
    assert asked(marks, {})[0] == "b-shared"


def test_the_lot_in_hand_brings_its_own_fakes_to_the_front() -> None:
    marks = [mark("a-other", "F1", lots=("A1",)), mark("b-own", "F2", lots=("B2",))]
    assert asked(marks, {}, Presented(lot=Lot.parse("B-2")))[0] == "b-own"
    assert asked(marks, {}, Presented(lot=Lot.parse("A-1")))[0] == "a-other"


def test_after_a_difference_the_same_fake_is_confirmed() -> None:
    """One answer may be wrong; a second mark of that fake is worth more than a mark of another one."""
    marks = [mark("a1", "F1"), mark("a2", "F1"), mark("b1", "F2"), mark("b2", "F2")]
    assert asked(marks, {"a1": Seen.DIFFERS})[:2] == ["a1", "a2"]
    # after an agreement the other fake is likelier
    assert asked(marks, {})[:2] == ["a1", "b1"]


def test_nothing_more_is_asked_where_nothing_more_separates() -> None:
    assert next_mark([], Presented()) is None
    # two marks that differ name the fake: a third would tell nothing
    marks = [mark(code, "F1") for code in ("a1", "a2", "a3", "a4")]
    assert asked(marks, dict.fromkeys(("a1", "a2"), Seen.DIFFERS)) == ["a1", "a2"]


def test_what_cannot_be_seen_is_not_asked_again_and_counts_as_a_question() -> None:
    marks = [mark(f"a{number}", "F1") for number in range(9)]
    found = asked(marks, {each.mark: Seen.NOT_VISIBLE for each in marks})
    assert len(found) == len(set(found)) == MOST_QUESTIONS


@pytest.mark.parametrize(("market", "found"), [("BR", ["here"]), ("FR", []), (None, [])])
def test_a_mark_of_certain_countries_is_asked_only_there(market: str | None, found: list[str]) -> None:
    assert asked([mark("here", "F1", markets=("BR",))], {}, Presented(market=market)) == found


names = st.sampled_from(["F1", "F2", "F3"])
catalogues = st.dictionaries(st.sampled_from("abcdefgh"), st.frozensets(names, min_size=1), min_size=1).map(
    lambda each: [mark(code, *sorted(fakes)) for code, fakes in each.items()]
)


@given(catalogues, st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(Seen)))
def test_it_ends_asks_each_once_and_does_not_depend_on_the_order(
    marks: list[MarkRecord], answers: dict[str, Seen]
) -> None:
    found = asked(marks, answers)
    assert len(found) == len(set(found)) <= MOST_QUESTIONS
    assert found
    assert asked(marks[::-1], answers) == found

"""Questions about the columns of a list, their answers, and what was found out, in the words of the pages."""

from collections.abc import Mapping
from gettext import NullTranslations

from service.registry.lists.conventions.questions import ColumnQuestion
from service.web.text.formatting import N_
from service.web.text.workspace.import_text import COLUMNS

_QUESTIONS: Mapping[str, str] = {
    "date_order": N_("%(column)s: does the day or the month come first, as in %(examples)s?"),
    "day_month": N_("%(column)s: the sheet shows no year, as in %(examples)s. What was typed?"),
    "thousands": N_("%(column)s: what does the mark in %(examples)s separate?"),
    "word": N_("%(column)s: what do these words mean?"),
    "hidden": N_("Rows that the sheet hides: %(examples)s. Do they belong to the list?"),
    "struck": N_("Rows that are struck through: %(examples)s. Do they belong to the list?"),
}

_ANSWERS: Mapping[tuple[str, str], str] = {
    ("date_order", "day"): N_("The day first: 04/05/2027 is 4 May"),
    ("date_order", "month"): N_("The month first: 04/05/2027 is 5 April"),
    ("date_order", "year"): N_("The year first: 27/05/04 is 4 May 2027"),
    ("day_month", "month"): N_("A month: 27-Dec is December 2027"),
    ("day_month", "day"): N_("A day of the year in which it was typed: 27-Dec is 27 December"),
    ("thousands", "thousands"): N_("Thousands: 12.500 is twelve thousand five hundred"),
    ("thousands", "decimal"): N_("Decimals: 12.000 is twelve"),
    ("rows", "out"): N_("No, leave them out"),
    ("rows", "in"): N_("Yes, take them as the other rows"),
    ("word", "released"): N_("Released"),
    ("word", "pending"): N_("Not released yet"),
    ("word", "on_hold"): N_("On hold"),
    ("word", "recalled"): N_("Recalled"),
    ("word", "-"): N_("Nothing: as an empty cell"),
    ("word", "?"): N_("None of these: leave these rows out"),
}

_CONVENTIONS: Mapping[tuple[str, str], str] = {
    ("date_order", "day"): N_("%(column)s: read with the day first"),
    ("date_order", "month"): N_("%(column)s: read with the month first"),
    ("date_order", "year"): N_("%(column)s: read with the year first"),
    ("day_month", "month"): N_("%(column)s: cells without a year are read as months"),
    ("day_month", "day"): N_("%(column)s: cells without a year are read as days"),
    ("thousands", "thousands"): N_("%(column)s: read with a mark between thousands"),
    ("thousands", "decimal"): N_("%(column)s: read with a mark before decimals"),
    ("rows", "out"): N_("%(column)s: left out"),
    ("rows", "in"): N_("%(column)s: taken"),
}
_ROWS = {"hidden": N_("Rows that the sheet hides"), "struck": N_("Rows that are struck through")}


def question_text(question: ColumnQuestion, tr: NullTranslations) -> str:
    """The question in one sentence."""
    words = _QUESTIONS[question.field if question.topic == "rows" else question.topic]
    return tr.gettext(words) % {"column": question.label, "examples": ", ".join(question.examples)}


def answer_text(question: ColumnQuestion, choice: str, tr: NullTranslations) -> str:
    """One of the answers; a disposition of GS1's vocabulary in its own word."""
    words = _ANSWERS.get((question.topic, choice))
    return tr.gettext(words) if words else choice.replace("_", " ")


def convention_text(key: str, value: str, tr: NullTranslations) -> str:
    """How a column was read, or that a word of it has a meaning: a remark of the preview."""
    topic, _, about = key.partition(":")
    if topic == "word":
        field, _, word = about.partition(":")
        meaning = tr.gettext(_ANSWERS.get(("word", value), value))
        return f"{tr.gettext(COLUMNS[field])}: {word} – {meaning}"  # noqa: RUF001 (a dash as printed)
    column = tr.gettext(_ROWS[about] if topic == "rows" else COLUMNS[about])
    return tr.gettext(_CONVENTIONS[topic, value]) % {"column": column}

"""The options of `vialcheck import` about columns, and the profiles that keep them for the next list.

A profile is a JSON file: `kind`, `columns` (header to field), `sheet`, `header_row` and `answers`.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click

from service.registry.lists.columns import ListHints, ListKind
from service.registry.lists.conventions.cell_text import DATES, NUMBERS, WORDS
from service.registry.lists.conventions.questions import ColumnQuestion
from service.registry.lists.conventions.value_words import CHOICES, NOT_KNOWN, NOT_SAID, word_key

F = TypeVar("F", bound=Callable[..., Any])

_FIELDS = {"date_order": DATES, "day_month": DATES, "thousands": NUMBERS}
_OPTIONS = {
    "date_order": "--date-order",
    "day_month": "--day-month",
    "thousands": "--thousands",
    "rows:hidden": "--hidden-rows",
    "rows:struck": "--struck-rows",
}


def ANSWERS(command: F) -> F:  # noqa: N802 (used as a decorator like those of click)
    """The options that answer questions about columns."""
    in_or_out = click.Choice(["in", "out"])
    for option in reversed(
        (
            click.option(
                "--date-order",
                type=click.Choice(["day", "month", "year"]),
                help="Which comes first in dates such as 04/05/2027.",
            ),
            click.option(
                "--day-month",
                type=click.Choice(["month", "day"]),
                help="Whether a date cell shown as 27-Dec is a month (December 2027) or a day.",
            ),
            click.option(
                "--thousands",
                type=click.Choice(["thousands", "decimal"]),
                help="What the mark in quantities such as 12.500 separates.",
            ),
            click.option(
                "--word",
                "words",
                multiple=True,
                metavar="WORD=MEANING",
                help="What a status means: released, pending, on_hold, recalled, - (nothing) or ? (refuse).",
            ),
            click.option("--hidden-rows", type=in_or_out, help="Whether rows that a sheet hides are taken."),
            click.option(
                "--struck-rows", type=in_or_out, help="Whether rows that are struck through are taken."
            ),
        )
    ):
        command = option(command)
    return command


def hints_of(
    profile: Path | None, said: Mapping[str, str | None], words: Sequence[str], columns: Sequence[str]
) -> ListHints:
    """What is said of the lists: the profile, and over it the options. Raises click.UsageError."""
    hints = read_profile(profile) if profile else ListHints()
    answers = dict(hints.answers)
    for topic, answer in said.items():
        if answer is not None:
            keys = [f"{topic}:{field}" for field in _FIELDS[topic]] if topic in _FIELDS else [topic]
            answers |= dict.fromkeys(keys, answer)
    for word, meaning in _pairs(words, "--word"):
        fields = [field for field in WORDS if meaning in (*CHOICES[field], NOT_SAID, NOT_KNOWN)]
        if not fields:
            known = ", ".join((*CHOICES["status"], NOT_SAID, NOT_KNOWN))
            raise click.UsageError(f"--word {word}={meaning}: the meaning has to be one of {known}")
        answers |= {f"word:{field}:{word_key(word)}": meaning for field in fields}
    named = dict(hints.columns) | dict(_pairs(columns, "--map"))
    return ListHints(hints.kind, named, hints.sheet, hints.header_row, answers)


def _pairs(texts: Sequence[str], option: str) -> Iterator[tuple[str, str]]:
    for text in texts:
        before, found, behind = text.rpartition("=")
        if not found:
            raise click.UsageError(f"{option} {text}: it needs a = between its two parts")
        yield before.strip(), behind.strip()


def read_profile(path: Path) -> ListHints:
    """A profile that was saved. Raises click.UsageError for a file that is none."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        kind = ListKind(kept["kind"]) if kept.get("kind") else None
        row = kept.get("header_row")
        return ListHints(
            kind,
            {str(column): str(field) for column, field in kept.get("columns", {}).items()},
            str(kept.get("sheet", "")),
            None if row is None else int(row),
            {str(key): str(answer) for key, answer in kept.get("answers", {}).items()},
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise click.UsageError(f"{path} is no profile of lists: {error}") from error


def write_profile(path: Path, hints: ListHints) -> None:
    """Save what was said, to be said again by `--profile`. Raises click.UsageError."""
    try:
        path.write_text(json.dumps(asdict(hints), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from error


def asked_at_terminal(question: ColumnQuestion) -> Iterator[str]:
    """A question about a column, with the options that answer it."""
    examples = ", ".join(question.examples)
    if question.topic == "word":
        yield f"  Question: what do these words mean in the column {question.label}?"
        for part in question.parts:
            suggested = f" (likeliest: {part.suggested})" if part.suggested else ""
            yield f"    {part.about}, {part.rows:,} rows{suggested}: --word '{part.about}=MEANING'"
        yield f"    MEANING: {', '.join(question.parts[0].choices)}"
        return
    (part,) = question.parts
    texts = {
        "date_order": f"which comes first in the dates of the column {question.label} ({examples})?",
        "day_month": f"is a cell such as {examples} in the column {question.label} a month or a day?",
        "thousands": f"what does the mark in the column {question.label} ({examples}) separate?",
        "rows": f"are the {question.field} rows ({examples}) part of the list?",
    }
    option = _OPTIONS[part.key if question.topic == "rows" else question.topic]
    yield f"  Question: {texts[question.topic]}"
    yield f"    {question.rows:,} rows: {option} {'|'.join(part.choices)}"

"""What was read of a print, shown large for a person to confirm. Nothing is checked before."""

import secrets
from dataclasses import dataclass

from flask import render_template

from service.gs1.misreads import look_alike
from service.verification.pictures.print_reader import can_read_print
from service.verification.pictures.printed_fields import PrintedFields, PrintedValue


@dataclass(frozen=True, slots=True)
class PrintedCharacter:
    """One character. `kind`: digit or letter where it is easily taken for the other, else empty. `unsure`:
    the recogniser held another one for possible.
    """

    character: str
    kind: str
    unsure: bool


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One value: the form's field that it fills, its characters, and other spellings of it."""

    field: str
    text: str
    characters: list[PrintedCharacter]
    others: list[tuple[str, list[PrintedCharacter]]]

    @property
    def has_unsure(self) -> bool:
        """Whether there is a character to look at again."""
        return any(each.unsure for each in self.characters)


def print_page(printed: PrintedFields, fields: dict[str, str]) -> str:
    """The page; `fields`: what else the form held, which goes along."""
    rows = [
        _row(name, value)
        for name, value in (("lot", printed.lot), ("expiry", printed.expiry), ("serial", printed.serial))
        if value is not None
    ]
    return render_template(
        "public/print.html",
        rows=rows,
        unsure=any(row.has_unsure for row in rows),
        fields=fields,
        reads_print=can_read_print(),
        nonce=secrets.token_urlsafe(18),
    )


def _row(field: str, value: PrintedValue) -> PrintedRow:
    others = [(each, _characters(each, (), dated=field == "expiry")) for each in value.others]
    characters = _characters(value.text, value.unsure, dated=field == "expiry")
    return PrintedRow(field, value.text, characters, others)


def _characters(text: str, unsure: tuple[int, ...], *, dated: bool) -> list[PrintedCharacter]:
    """`dated`: a date holds digits alone, none of which is taken for a letter."""
    return [
        PrintedCharacter(each, "" if dated or not look_alike(each) else _kind(each), at in unsure)
        for at, each in enumerate(text)
    ]


def _kind(character: str) -> str:
    return "digit" if character.isdigit() else "letter"

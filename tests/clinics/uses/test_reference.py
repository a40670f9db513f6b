"""References of uses: numbers of the clinic's own come through, people do not."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clinics.uses.reference import checked_reference
from service.errors import ErrorCode, RefusedError

TODAY = date(2026, 11, 28)

KEPT = [
    ("", ""),
    ("  ", ""),
    ("A-1042", "A-1042"),
    ("  appt   1042 ", "appt 1042"),
    ("Termin 88", "Termin 88"),
    ("Kartei 4711/2", "Kartei 4711/2"),
    ("20261128-3", "20261128-3"),  # the day of the appointment
    ("28.11.2026 09:30", "28.11.2026 09:30"),
    ("10-12-26", "10-12-26"),
    ("\uff11\uff10\uff14\uff12", "1042"),  # full-width digits of a keyboard
    ("123456", "123456"),  # six digits are as often a number as a day
    ("8812345678", "8812345678"),
    ("RX#77", "RX#77"),
    ("1e4", "1e4"),
]


@pytest.mark.parametrize(("text", "kept"), KEPT)
def test_a_number_of_the_clinics_own_is_kept(text: str, kept: str) -> None:
    assert checked_reference(text, TODAY) == kept


REFUSED = [
    ("Anna Schmidt", ErrorCode.REFERENCE_PERSONAL),
    ("Schmidt 12", ErrorCode.REFERENCE_PERSONAL),
    ("file 12 Müller", ErrorCode.REFERENCE_PERSONAL),
    ("J. Lee 4", ErrorCode.REFERENCE_PERSONAL),
    ("Kim Lee 4", ErrorCode.REFERENCE_PERSONAL),
    ("annaschmidt1", ErrorCode.REFERENCE_PERSONAL),
    ("王芳 3", ErrorCode.REFERENCE_PERSONAL),
    ("Patient", ErrorCode.REFERENCE_INVALID),  # a word for a number, without the number
    ("12.05.1985", ErrorCode.REFERENCE_PERSONAL),
    ("5/12/85", ErrorCode.REFERENCE_PERSONAL),
    ("1985-05-12", ErrorCode.REFERENCE_PERSONAL),
    ("19850512", ErrorCode.REFERENCE_PERSONAL),
    ("12051985", ErrorCode.REFERENCE_PERSONAL),
    ("A-12.05.1985", ErrorCode.REFERENCE_PERSONAL),
    ("12 May 1985", ErrorCode.REFERENCE_PERSONAL),
    ("850512-1234", ErrorCode.REFERENCE_PERSONAL),
    ("120585-1234", ErrorCode.REFERENCE_PERSONAL),
    ("a@b.example1", ErrorCode.REFERENCE_INVALID),
    ("=1+1", ErrorCode.REFERENCE_INVALID),
    ("1" * 41, ErrorCode.REFERENCE_INVALID),
]


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_a_person_is_refused_and_not_repeated(text: str, code: ErrorCode) -> None:
    with pytest.raises(RefusedError) as refused:
        checked_reference(text, TODAY)
    assert (refused.value.code, refused.value.field, refused.value.given) == (code, "reference", "")


@given(st.text(max_size=60))
def test_any_text_is_kept_or_refused_and_what_is_kept_is_kept_again(text: str) -> None:
    try:
        kept = checked_reference(text, TODAY)
    except RefusedError:
        return
    assert checked_reference(kept, TODAY) == kept


@given(
    st.dates(date(1900, 1, 1), date(2025, 11, 1)),
    st.sampled_from(["%d.%m.%Y", "%Y-%m-%d", "%m/%d/%Y", "%Y%m%d"]),
)
def test_no_date_of_birth_comes_through(day: date, form: str) -> None:
    with pytest.raises(RefusedError):
        checked_reference(day.strftime(form), TODAY)

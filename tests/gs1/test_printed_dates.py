import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ErrorCode, IdentifierError
from service.gs1.identifiers import Expiry


@pytest.mark.parametrize(
    ("text", "printed_form"),
    [
        ("251231", "2025-12-31"),
        ("251200", "2025-12"),
        ("20251231", "2025-12-31"),
        ("2025-12-31", "2025-12-31"),
        ("2025-12-31 00:00:00", "2025-12-31"),  # a spreadsheet's export
        ("2025-12-31T00:00:00Z", "2025-12-31"),
        ("2025/12/31", "2025-12-31"),
        ("2025-12", "2025-12"),
        ("2025/12", "2025-12"),
        ("12/2023", "2023-12"),  # the alerts: Botox C6835C3
        ("10-2014", "2014-10"),  # Botox C3016 C3
        ("07.2007", "2007-07"),  # Xeomin 408011
        ("02.2017", "2017-02"),  # Dysport A00703
        ("1/2025", "2025-01"),
        ("12/24", "2024-12"),
        ("11/11", "2011-11"),  # both readings are the same
        ("April 2024", "2024-04"),  # Augmentin
        ("November 30, 2027", "2027-11-30"),  # MHRA, paracetamol
        ("DEC 2024", "2024-12"),
        ("DEC-2024", "2024-12"),
        ("DEC2024", "2024-12"),
        ("dec 24", "2024-12"),
        ("31 DEC 2024", "2024-12-31"),
        ("31DEC24", "2024-12-31"),
        ("2024 DEC", "2024-12"),
        ("2024 DEC 31", "2024-12-31"),
        ("31/12/2024", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("05/05/2024", "2024-05-05"),
        ("29/02/2024", "2024-02-29"),
        ("EXP 12/2024", "2024-12"),
        ("EXP:12/2024", "2024-12"),
        ("Exp. Date: DEC 2024", "2024-12"),
        ("EXPDEC2024", "2024-12"),
        ("expiry 2024-12-31", "2024-12-31"),
        ("VAL 12/2024", "2024-12"),
        ("CAD. 12/2024", "2024-12"),
        ("verw. bis 12/2024", "2024-12"),
        ("31 août 2024", "2024-08-31"),
        ("31 de diciembre de 2024", "2024-12-31"),
        ("März 2025", "2025-03"),
        ("ott 2025", "2025-10"),
        ("março 2025", "2025-03"),
        ("１２/２０２４", "2024-12"),  # noqa: RUF001 (full-width)
        ("31122024", "2024-12-31"),  # eight digits whose first four are no year: the year is last
        ("122024", "2024-12"),  # six digits: no month is 20
        ("дек 2024", "2024-12"),
        ("5 июля 2028 г.", "2028-07-05"),  # noqa: RUF001 (Cyrillic)
        # years of other calendars: of the Buddhist one, of the Republic of China, of Reiwa
        ("07/2571", "2028-07"),
        ("31/07/2571", "2028-07-31"),
        ("๐๗/๒๕๗๑", "2028-07"),
        ("กรกฎาคม 2571", "2028-07"),
        ("民國117年7月31日", "2028-07-31"),
        ("令和10年7月", "2028-07"),
        ("tháng 7 năm 2028", "2028-07"),
        ("ngày 31 tháng 7 năm 2028", "2028-07-31"),
        ("تموز 2028", "2028-07"),  # the Levant's names of months
        ("5 Temmuz 2028", "2028-07-05"),
        ("października 2028", "2028-10"),
        ("lokakuu 2028", "2028-10"),
        ("ตุลาคม 2028", "2028-10"),
        ("أكتوبر 2028", "2028-10"),
        ("2028年7月5日", "2028-07-05"),
        ("2028년 7월 5일", "2028-07-05"),
        ("10月2028", "2028-10"),
        ("31.XII.2027", "2027-12-31"),
        ("Wed 5th July 2028", "2028-07-05"),
        ("٣١/١٢/٢٠٢٨", "2028-12-31"),
    ],
)
def test_read_as_printed(text: str, printed_form: str) -> None:
    assert Expiry.parse(text).printed_form == printed_form


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("05/06/2024", ErrorCode.EXPIRY_AMBIGUOUS),  # 5 June or 6 May
        ("10/12", ErrorCode.EXPIRY_AMBIGUOUS),  # October 2012 or December 2010
        ("24.12.31", ErrorCode.EXPIRY_AMBIGUOUS),  # 2024-12-31 or 24 December 2031
        ("31/02/2024", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("30 FEB 2024", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("29/02/2025", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("2024-13", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("13/2024", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("00/2024", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("000000", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("241301", ErrorCode.EXPIRY_IMPOSSIBLE),
        ("31/12", ErrorCode.EXPIRY_UNREADABLE),  # a day without a year
        ("24 DEC", ErrorCode.EXPIRY_UNREADABLE),
        ("2024", ErrorCode.EXPIRY_UNREADABLE),
        ("1224", ErrorCode.EXPIRY_UNREADABLE),
        ("DEC", ErrorCode.EXPIRY_UNREADABLE),
        ("10/2024-12/2024", ErrorCode.EXPIRY_UNREADABLE),  # a range, from an alert
        ("EXP", ErrorCode.EXPIRY_UNREADABLE),
        ("12/0024", ErrorCode.EXPIRY_UNREADABLE),
        ("05072028", ErrorCode.EXPIRY_AMBIGUOUS),  # 5 July or 7 May
        ("lip 2028", ErrorCode.EXPIRY_AMBIGUOUS),  # June in Croatian, July in Polish
        ("listopad 2028", ErrorCode.EXPIRY_AMBIGUOUS),  # October in Croatian, November in Polish and Czech
        ("45657", ErrorCode.EXPIRY_UNREADABLE),  # a spreadsheet's day number
        ("MAY APR 2024", ErrorCode.EXPIRY_UNREADABLE),
        ("12/2024!", ErrorCode.EXPIRY_UNREADABLE),
        ("1" * 199 + "!", ErrorCode.EXPIRY_UNREADABLE),
        ("1" * 201, ErrorCode.TOO_LONG),
        ("", ErrorCode.EMPTY),
        ("12/2024\u200b", ErrorCode.BAD_CHARACTER),
        ("1\u03012/2024", ErrorCode.BAD_CHARACTER),  # an accent on a digit is no accent
        ("скоро 2024", ErrorCode.BAD_CHARACTER),  # a word that is no month
    ],
)
def test_refused_rather_than_guessed(text: str, code: ErrorCode) -> None:
    with pytest.raises(IdentifierError) as caught:
        Expiry.parse(text)
    assert caught.value.code is code
    assert caught.value.field == "expiry"


def test_an_ambiguous_date_names_both_readings() -> None:
    with pytest.raises(IdentifierError) as caught:
        Expiry.parse("05/06/2024")
    assert caught.value.found == "2024-05-06 or 2024-06-05"


@given(st.text() | st.text("0123456789/.- DECMAYexp:", max_size=14))
def test_parsing_is_total(text: str) -> None:
    try:
        expiry = Expiry.parse(text)
    except IdentifierError:
        return
    assert Expiry.parse(expiry.printed_form) == expiry

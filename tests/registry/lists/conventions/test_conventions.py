"""Words, dates and numbers of lists, and the questions that remain."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.registry.lists.cells import Cells
from service.registry.lists.columns import ListKind, field_of, recognise
from service.registry.lists.conventions.cell_text import normal
from service.registry.lists.conventions.dates import DateOrder, iso_date, orders
from service.registry.lists.conventions.numbers import Grouping, grouping_of, has_two_readings, whole
from service.registry.lists.conventions.questions import examine
from service.registry.lists.conventions.value_words import known
from service.registry.lists.kinds.batches import Batches
from service.registry.lists.kinds.measures import celsius_limits, hours, months_of_time
from service.registry.lists.readers import Table
from tests.factories.lists import GTIN, written

DAY, MONTH, YEAR = DateOrder


@pytest.mark.parametrize(
    ("text", "order", "said"),
    [
        ("2027-12-31", None, "2027-12-31"),
        ("31.12.2027", None, "2027-12-31"),
        ("04.05.2027", None, "2027-05-04"),  # points: the day first
        ("04/05/2027", None, None),
        ("04/05/2027", MONTH, "2027-04-05"),
        ("13/05/2027", MONTH, "2027-05-13"),  # there is no month 13, whatever was answered
        ("12/2027", None, "2027-12"),
        ("27.12.31", YEAR, "2027-12-31"),
        ("20271231", None, "2027-12-31"),
        ("31122027", None, "2027-12-31"),
        ("31. Dezember 2027", None, "2027-12-31"),
        ("1er août 2027", None, "2027-08-01"),
        ("31 de diciembre de 2027", None, "2027-12-31"),
        ("dez/2027", None, "2027-12"),
        ("31 gennaio 2027", None, "2027-01-31"),
        ("31 grudnia 2027", None, "2027-12-31"),
        ("31.XII.2027", None, "2027-12-31"),
        ("31 Aralık 2027", None, "2027-12-31"),
        ("31 декабря 2027 г.", None, "2027-12-31"),
        ("2027년 12월 31일", None, "2027-12-31"),
        ("2027. 12. 31.", None, "2027-12-31"),
        ("2027年12月31日", None, "2027-12-31"),
        ("2027年12月", None, "2027-12"),
        ("令和9年12月31日", None, "2027-12-31"),
        ("2027-12-31 23:59", None, "2027-12-31"),
        ("27-Dec", None, None),  # a day without a year, or a month
        ("31.02.2027", None, None),
        ("R9.12.31", None, "2027-12-31"),  # Japan's era by its letter
        ("31.12.2027 r.", None, "2027-12-31"),  # Poland's r. behind a year is none
        ("bis 31.12.2027", None, "2027-12-31"),
        ("至2028年06月", None, "2028-06"),
        ("2027年12月末", None, "2027-12"),
        ("202712", None, "2027-12"),
        ("122027", None, "2027-12"),
        ("271231", None, None),  # six digits of a day are a matter of the column
        ("2027-12-31T00:00:00.000Z", None, "2027-12-31"),
        ("2027-12-31T00:00:00+01:00", None, "2027-12-31"),
        ("2027-12-30T23:00:00.000Z", None, None),  # midnight of the 31st where it was written
        ("31/12", DAY, None),  # a day and a month in a column with the day first
        ("27/12", None, "2027-12"),
        ("31/12/2570", None, None),  # a Buddhist year
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_dates(text: str, order: DateOrder | None, said: str | None) -> None:
    assert iso_date(text, order) == said


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from("/-"))
def test_a_date_is_read_in_the_order_in_which_it_was_written(day: date, mark: str) -> None:
    for order, form in ((DAY, "%d{0}%m{0}%Y"), (MONTH, "%m{0}%d{0}%Y")):
        text = day.strftime(form.format(mark))
        assert iso_date(text, order) == day.isoformat()
        assert order in (orders(text) or {order})


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates_and_numbers(text: str) -> None:
    iso_date(text, DAY)
    orders(text)
    whole(text, Grouping.THOUSANDS)
    grouping_of([text])


@given(st.integers(0, 999_999_999), st.sampled_from([".", ",", " ", "'", ""]))
def test_a_number_is_read_as_it_was_written(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    assert whole(text, Grouping.THOUSANDS) == number
    if not has_two_readings(text):
        assert whole(text) == number


@pytest.mark.parametrize(
    ("values", "grouping"),
    [
        (["12.500"], None),  # twelve thousand five hundred, or twelve and a half
        (["12.500", "8.000"], None),
        (["12,500", "8000"], Grouping.THOUSANDS),  # decimals are not written here
        (["12.500", "1.250.000"], Grouping.THOUSANDS),
        (["12.500", "7,5"], Grouping.THOUSANDS),
        (["12.500", "7.5"], Grouping.DECIMAL),
        (["1.250,00", "12.500"], Grouping.THOUSANDS),
        (["12.500", "7,500"], None),  # both marks, and nothing tells
    ],
)
def test_the_column_tells_what_a_mark_separates(values: list[str], grouping: Grouping | None) -> None:
    assert grouping_of(values) is grouping


# One header of each language for each field that a batch list needs or most often has
HEADERS = {
    "gtin": "GTIN-Nummer|code GTIN|código EAN|código de barras|codice EAN|kod EAN|barkod|штрихкод|표준코드|JANコード|商品条码",
    "lot": "Chargen-Nr.|N° de lot|Nº de lote|número do lote|N. lotto|nr serii|Parti No|номер серии|제조번호|製造番号|生产批号",
    "expiry": "haltbar bis|date de péremption|fecha de caducidad|data de validade|data di scadenza|termin ważności|Son Kullanma Tarihi|срок годности|사용기한|使用期限|有效期至",
    "made": "Herstelldatum|date de fabrication|fecha de fabricación|data de fabricação|data di produzione|data produkcji|Üretim Tarihi|дата производства|제조일자|製造年月日|生产日期",
    "released": "Freigabedatum|date de libération|fecha de liberación|data de liberação|data di rilascio|data zwolnienia|onay tarihi|дата разрешения|출하승인일|出荷判定日|放行日期",
    "status": "Chargenstatus|statut|estado|situação|stato|stan|durum|статус|상태|状態|状态",
    "markets": "Märkte|pays|países|países de venda|paesi|kraje|ülkeler|страны|국가|販売国|销售国家",
    "quantity": "Menge|Quantité|cantidad|quantidade|quantità|ilość|Adet|количество|수량|数量|数量",
    "quality": "Prüfergebnisse|résultats|resultados|qualidade|risultati|wyniki badań|test sonuçları|результаты испытаний|시험결과|試験結果|检验结果",
    "recall_class": "Rückrufklasse|classe de rappel|clase de retirada|classe de recolhimento|classe di ritiro|klasa wycofania|geri çekme sınıfı|класс отзыва|회수등급|回収クラス|召回级别",
    "recall_reason": "Rückrufgrund|motif du rappel|motivo del retiro|motivo do recolhimento|motivo del ritiro|powód wycofania|geri çekme nedeni|причина отзыва|회수사유|回収理由|召回原因",
    "recall_reference": "Rückrufnummer|numéro de rappel|número de retirada|número do recall|numero di ritiro|numer decyzji|geri çekme no|номер отзыва|회수번호|回収番号|召回编号",
}


@pytest.mark.parametrize("field", HEADERS)
def test_headers_of_eleven_languages(field: str) -> None:
    headers = HEADERS[field].split("|")
    assert len(headers) == 11
    assert {header: field_of(ListKind.BATCHES, header) for header in headers} == dict.fromkeys(headers, field)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Verfall (TT.MM.JJJJ)", "expiry"),
        ("Charge / Batch", "lot"),
        ("Qty [pcs]", "quantity"),
        ("Expiry\ndate", "expiry"),
        ("Nr. lotto", "lot"),
        ("Bemerkung", None),
    ],
)
def test_headers_with_something_beside_them(header: str, field: str | None) -> None:
    assert field_of(ListKind.BATCHES, header) == field


def test_a_list_of_batches_with_the_columns_of_products_is_one_of_batches() -> None:
    columns = ["제품명", "제조원", "표준코드", "주성분", "함량", "제조번호", "사용기한"]
    assert recognise(columns).kind is ListKind.BATCHES


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Freigegeben", "released"),
        ("In Prüfung", "pending"),
        ("Gesperrt", "on_hold"),
        ("Libéré", "released"),
        ("bloqueado", "on_hold"),
        ("Em análise", "pending"),
        ("rilasciato", "released"),
        ("wstrzymana", "on_hold"),
        ("Serbest Bırakıldı", "released"),
        ("отозвана", "recalled"),
        ("출하승인", "released"),
        ("出荷停止", "on_hold"),
        ("已放行", "released"),
        ("QA OK", None),
    ],
)
def test_states(word: str, status: str | None) -> None:
    assert known("status", word) == status


@pytest.mark.parametrize(
    ("field", "raw", "text"),
    [
        ("gtin", f'="{GTIN}"', GTIN),
        ("gtin", f"'{GTIN}", GTIN),
        ("gtin", f"(01){GTIN}", GTIN),
        ("gtin", f"01{GTIN}", GTIN),
        ("gtin", f"GTIN: {GTIN}", GTIN),
        ("gtin", "9506000134352.0", "9506000134352"),
        ("gtin", "9506000134353.0", "9506000134353.0"),  # the check digit does not hold
        ("lot", "LOT A1", "A1"),
        ("lot", "Charge: A1", "A1"),
        ("lot", "(10)A1", "A1"),
        ("lot", "LOTA1", "LOTA1"),  # a lot may begin so
        ("lot", "BATCH", "BATCH"),
        ("serial", "(21)X1", "X1"),
        ("serial", "'0400", "0400"),
    ],
)
def test_codes_are_unwrapped(field: str, raw: str, text: str) -> None:
    assert normal(field, raw, "", {}) == ("", text)


@pytest.mark.parametrize(
    "lot",
    [
        *("A1, A2", "A1; A2", "A1 / A2", "A1 and A2", "A1 und A2"),
        *("A001-A010", "A001 to A010", "A001..A010", "100–120"),
        *("N/A", "-", "unknown", "unbekannt", "нет", "不明", "xxx", "01-Mar", "Mar-24"),
    ],
)
def test_what_is_not_one_lot_is_refused(tmp_path: Path, lot: str) -> None:
    assert _refused(tmp_path, f'"{lot}"') == ["lot"]


@pytest.mark.parametrize("lot", ["143-6", "14-36", "A1/B2", "12-34A", "2024-A1", "LOT1", "MAR24", "B-0012"])
def test_lots_with_marks_are_lots(tmp_path: Path, lot: str) -> None:
    assert _refused(tmp_path, lot) == []


@pytest.mark.parametrize("expiry", ["1927-12-31", "1999-12-31", "2127-01-01", "31.12.1927"])
def test_dates_out_of_all_reason_are_refused(tmp_path: Path, expiry: str) -> None:
    assert _refused(tmp_path, "A1", expiry) == ["expiry"]


def _refused(folder: Path, lot: str, expiry: str = "2028-12-31") -> list[str | None]:
    with Table(written(folder, f"gtin,lot,expiry\n{GTIN},{lot},{expiry}\n")) as table:
        examine(table, {})
        ((_, row),) = table.rows()
        cells = Cells(table.header, row)
        Batches().parse(cells)
        return [problem.field for problem in cells.problems]


@pytest.mark.parametrize(
    ("dates", "asked", "convention"),
    [
        (["04/05/2027", "06/07/2027"], True, None),
        (["04/05/2027", "31/12/2027"], False, "day"),
        (["04/05/2027", "12/31/2027"], False, "month"),
        (["31/12/2027", "12/31/2027", "04/05/2027"], True, None),  # both orders stand there
        (["31/12/2027", "12/31/2027"], False, None),  # and nothing is in doubt
        (["05/05/2027"], False, "day"),  # the same either way
    ],
)
def test_the_column_tells_the_order_of_day_and_month(
    tmp_path: Path, dates: list[str], asked: bool, convention: str | None
) -> None:
    rows = "".join(f"{GTIN},L{place},{text}\n" for place, text in enumerate(dates))
    with Table(written(tmp_path, "gtin,lot,expiry\n" + rows)) as table:
        assert bool(examine(table, {})) is asked
        assert table.header.conventions.get("date_order:expiry") == convention


@pytest.mark.parametrize(
    ("header", "values", "choices", "read"),
    [
        # as GS1 has it: no question
        ("Expiry", ["271231", "280229"], (), ["2027-12-31", "2028-02-29"]),
        ("Expiry", ["280100", "271231"], (), ["2028-01", "2027-12-31"]),
        # read so, none would end a month, and with the day first all do: asked
        ("Expiry", ["311227", "300628"], ("day", "year"), ["2027-12-31", "2028-06-30"]),
        ("Expiry", ["311227", "31 Dez 2028"], ("day", "year"), ["2027-12-31", "2028-12-31"]),
        ("Verfall TTMMJJ", ["311227"], (), ["2027-12-31"]),  # the header says it
        ("Exp", ["123127", "063028"], (), ["2027-12-31", "2028-06-30"]),  # no month 31: the month first
        ("Expiry", ["27.12.31", "28.06.30"], ("day", "year"), ["2031-12-27", "2030-06-28"]),
        ("Expiry", ["01.12.31", "01.06.30"], (), ["2031-12-01", "2030-06-01"]),  # no days of 2001
        ("Expiry", ["011231", "010630"], ("day", "month", "year"), ["2031-12-01", "2030-06-01"]),
        ("유효기한", ["27.12.31", "28.06.30"], (), ["2027-12-31", "2028-06-30"]),
        # days and months without a year are no months of 2030 and 2031
        ("Expiry", ["31/12", "30/06"], (), [None, None]),
        ("Expiry", ["27/12", "28/06"], (), ["2027-12", "2028-06"]),
    ],
)
def test_two_digit_years(
    tmp_path: Path, header: str, values: list[str], choices: tuple[str, ...], read: list[str | None]
) -> None:
    rows = "".join(f"{GTIN},LOT{n},{value}\n" for n, value in enumerate(values))
    with Table(written(tmp_path, f"gtin,lot,{header}\n{rows}")) as table:
        asked = examine(table, {})
        assert [set(each.parts[0].choices) for each in asked] == ([set(choices)] if choices else [])
        if choices:
            assert not examine(table, {asked[0].parts[0].key: "day"})
        facts = [Batches().parse(Cells(table.header, row)) for _, row in table.rows()]
    said = [
        None
        if each is None
        else f"{each.expiry.year}-{each.expiry.month:02}"
        + (f"-{each.expiry.day:02}" if each.expiry.day else "")
        for each in facts
    ]
    assert said == read


def test_an_expiry_at_a_time_of_day_is_refused(tmp_path: Path) -> None:
    rows = "".join(
        f"{GTIN},LOT{n},2027-12-30 {time}\n" for n, time in enumerate(("23:00", "00:00:00", "23:59"))
    )
    with Table(written(tmp_path, f"gtin,lot,expiry\n{rows}")) as table:
        examine(table, {})
        cells = [Cells(table.header, row) for _, row in table.rows()]
        assert [Batches().parse(each) is None for each in cells] == [True, False, False]
    assert "time zone" in str(cells[0].problems[0].found)


def test_a_sign_for_a_status_is_asked_about(tmp_path: Path) -> None:
    rows = "".join(f"{GTIN},LOT{n},2028-12-31,{sign}\n" for n, sign in enumerate(("✓", "-", "released")))
    with Table(written(tmp_path, f"gtin,lot,expiry,status\n{rows}")) as table:
        (asked,) = examine(table, {})
        assert [(each.about, each.suggested) for each in asked.parts] == [("✓", ""), ("-", "-")]
        assert not examine(table, {each.key: "released" for each in asked.parts})
        facts = [Batches().parse(Cells(table.header, row)) for _, row in table.rows()]
        assert [each and str(each.status) for each in facts] == ["released"] * 3


def test_what_the_cells_show_counts_more_than_an_answer(tmp_path: Path) -> None:
    """An answer may be that of an earlier list with these headers."""
    rows = f"gtin,lot,expiry\n{GTIN},A,04/05/2027\n{GTIN},B,31/12/2027\n"
    with Table(written(tmp_path, rows)) as table:
        assert examine(table, {"date_order:expiry": "month"}) == []
        assert table.header.conventions["date_order:expiry"] == "day"


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("2-8", (2, 8)),
        ("2–8 °C", (2, 8)),
        ("2 bis 8°C", (2, 8)),
        ("-25 to -15 °C", (-25, -15)),
        ("unter 25 °C", (None, 25)),
        ("25℃", (None, 25)),
    ],
)
def test_storage_limits(text: str, limits: tuple[int | None, int | None]) -> None:
    assert celsius_limits(text) == limits


def test_times() -> None:
    assert [hours(each) for each in ("24", "24 h", "7 Tage", "2 hafta", "30 日")] == [24, 24, 168, 336, 720]
    assert [months_of_time(each) for each in ("36", "3 Jahre", "24개월", "24 мес")] == [36, 36, 24, 24]

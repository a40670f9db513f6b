"""From bytes to rows: encodings, delimiters, line numbers, and what is no list at all."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from service.errors import ErrorCode, RefusedError
from service.registry.lists.readers import Row, Table
from service.registry.lists.typed_cells import BROKEN, quoted_for_spreadsheets, spoken, unmarked
from tests.factories.lists import GTIN, written

ROWS = [(2, [GTIN, "A1", "S1"]), (3, [GTIN, "A1", "S2"])]
PLAIN = f"gtin,lot,serial\n{GTIN},A1,S1\n{GTIN},A1,S2\n"


def rows(folder: Path, content: str | bytes) -> list[Row]:
    with Table(written(folder, content)) as table:
        again = list(table.rows())
        assert list(table.rows()) == again  # every pass reads the same
        return again


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-with-mark"])
def test_delimiters_line_ends_and_marks(tmp_path: Path, delimiter: str, ending: str, encoding: str) -> None:
    text = PLAIN.replace(",", delimiter).replace("\n", ending)
    marked = "\ufeff".encode("utf-16-le") + text.encode("utf-16-le")
    content = marked if encoding.startswith("utf-16-le") else text.encode(encoding)
    assert rows(tmp_path, content) == ROWS


def test_no_line_end_after_the_last_row(tmp_path: Path) -> None:
    assert rows(tmp_path, PLAIN.rstrip("\n")) == ROWS


def test_a_spreadsheets_own_first_line(tmp_path: Path) -> None:
    text = "sep=;\n" + PLAIN.replace(",", ";")
    assert rows(tmp_path, text) == [(line + 1, cells) for line, cells in ROWS]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    text = f'\n\ngtin,lot,"serial\nnumber"\n\n{GTIN},A1,"S\n1"\n\n{GTIN},A1,S2\n'
    assert rows(tmp_path, text) == [(6, [GTIN, "A1", "S\n1"]), (9, [GTIN, "A1", "S2"])]


def test_a_delimiter_inside_quotes_and_other_delimiters_in_cells(tmp_path: Path) -> None:
    text = f'gtin;lot;expiry;quality\n{GTIN};A1;12/2028;"pH | Ph. Eur. | 6,8; Sterility | ok"\n'
    assert rows(tmp_path, text) == [(2, [GTIN, "A1", "12/2028", "pH | Ph. Eur. | 6,8; Sterility | ok"])]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Müller Pharma GmbH, Lösung für Ärzte", "cp1252"),
        ("Société Générale du Médicament, poudre stérile", "cp1252"),
        ("Laboratorios Muñoz, solución", "cp1252"),
        ("Özgür İlaç Şirketi, şişe ve iğne", "cp1254"),
        ("Lyfjafyrirtækið Þór, hvítt duft", "cp1252"),
        ("Żółw Łąka Środki, proszek źródło", "cp1250"),
        ("Завод Лекарств, порошок для раствора", "cp1251"),
    ],
)
def test_encodings_are_found(tmp_path: Path, name: str, encoding: str) -> None:
    padding = "".join(
        f"{GTIN};Plain {line};Maker\n" for line in range(20_000)
    )  # the telling line is far away
    content = f"gtin;name;manufacturer\n{padding}{GTIN};x;{name}\n".encode(encoding)
    with Table(written(tmp_path, content)) as table:
        assert table.encoding == encoding
        assert list(table.rows())[-1] == (20_002, [GTIN, "x", name])


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        # what old programs write, told by the words of the header: each letter beyond ASCII stands in one
        ("EAN;Charge;Verfalldatum;Stückzahl", "cp850"),
        ("Kod kreskowy;Nr serii;Data ważności;Ilość", "cp852"),
        ("Kod kreskowy;Nr serii;Data ważności;Ilość", "iso8859_2"),
        ("Штрихкод;Серия;Годен до;Количество", "cp866"),
        ("Штрихкод;Серия;Годен до;Количество", "koi8_r"),
        ("Code EAN;Numéro de lot;Date de péremption;Quantité", "mac_roman"),
        ("JANコード;製造番号;使用期限;数量", "euc_jp"),
        # and what today's write stays what it was
        ("EAN;Charge;Verfalldatum;Stückzahl", "cp1252"),
        ("Kod kreskowy;Nr serii;Data ważności;Ilość", "cp1250"),
        ("Штрихкод;Серия;Годен до;Количество", "cp1251"),
        ("Barkod;Parti numarası;Son kullanma tarihi;Miktarı", "cp1254"),
        ("표준코드;제조번호;유효기한;수량", "cp949"),
        ("JANコード;製造番号;使用期限;数量", "shift_jis"),
        ("商品条码;批号;有效期至;数量", "gb18030"),
        ("표준코드\t제조번호\t유효기한\t수량", "utf-16-le"),  # without its mark; 준 has a NUL byte of its own
    ],
)
def test_a_short_list_is_read_by_its_header(tmp_path: Path, header: str, encoding: str) -> None:
    delimiter = "\t" if "\t" in header else ";"
    text = f"{header}\r\n{delimiter.join((GTIN, 'LOT1', '31.12.2027', '12'))}\r\n"
    with Table(written(tmp_path, text.encode(encoding))) as table:
        assert {"gtin", "lot", "expiry", "quantity"} <= set(table.header.index)


def picture(folder: Path, kind: str) -> bytes:
    path = folder / f"picture.{kind}"
    Image.new("RGB", (64, 64), "red").save(path)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\x1f\x8b\x08" + b"x" * 100, "gzip"),
        (b"SQLite format 3\x00", "database"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"gtin,lot,serial\n1,2,\x003\n", "NUL"),
        (b"gtin,lot,serial\n" + b"x" * 600_000, "a line of more than"),
        ("gtin,lot,serial\n".encode("utf-16-le"), "NUL"),  # without its mark
        (b"\xff\xfe" + "gtin\x00,lot".encode("utf-16-le"), "NUL"),
        (b"\xff\xfe" + b"g\x00t\xd8i\x00n", "utf-16"),  # half of a surrogate pair
    ],
)
def test_what_is_no_list_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        Table(written(tmp_path, content))
    assert refusal.value.code is ErrorCode.FILE_NOT_TEXT
    assert says in refusal.value.found


@pytest.mark.parametrize(
    ("kind", "says"), [("png", "PNG"), ("jpg", "JPEG"), ("gif", "GIF"), ("tiff", "TIFF")]
)
def test_a_picture_named_csv(tmp_path: Path, kind: str, says: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        Table(written(tmp_path, picture(tmp_path, kind)))
    assert refusal.value.code is ErrorCode.FILE_NOT_TEXT
    assert says in refusal.value.found


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", ErrorCode.FILE_EMPTY),
        (b"  \n\n", ErrorCode.FILE_EMPTY),
        (b"\xef\xbb\xbf", ErrorCode.FILE_KIND_UNKNOWN),
        (b"hello\n", ErrorCode.FILE_KIND_UNKNOWN),
        (b'"never closed\n', ErrorCode.FILE_KIND_UNKNOWN),
    ],
)
def test_files_without_a_header(tmp_path: Path, content: bytes, code: ErrorCode) -> None:
    with pytest.raises(RefusedError) as refusal:
        Table(written(tmp_path, content))
    assert refusal.value.code is code


def test_a_header_alone_has_no_rows(tmp_path: Path) -> None:
    assert rows(tmp_path, "gtin,lot,serial") == []


@pytest.mark.parametrize("row", [f'{GTIN},A1,"S1\n{GTIN},A1,S2\n', f'{GTIN},A1,"S"1\n'])
def test_quotation_marks_that_do_not_match_spoil_their_own_cell(tmp_path: Path, row: str) -> None:
    with Table(written(tmp_path, f"gtin,lot,serial\n{row}{GTIN},A1,S3\n")) as table:
        cells = [cells for _, cells in table.rows()]
        assert [unmarked(cell) for cell in cells[0]][:2] == [("", GTIN), ("", "A1")]
        assert unmarked(cells[0][2])[0] == BROKEN
        assert cells[-1] == [GTIN, "A1", "S3"]
        assert list(table.broken) == [2]


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(RefusedError) as refusal:
            Table(path)
        assert refusal.value.code is ErrorCode.NOT_FOUND


def test_a_pipe_is_read_as_a_file_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(PLAIN,))
    writer.start()
    with Table(pipe) as table:
        writer.join()
        assert list(table.rows()) == list(table.rows()) == ROWS


@given(st.text("'=+-@\t\r1a", max_size=6))
def test_no_formula_and_the_way_back(cell: str) -> None:
    quoted = quoted_for_spreadsheets(cell)
    assert not quoted.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert spoken(quoted) == cell


@given(st.binary(max_size=300))
def test_any_bytes_are_a_list_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    for start in (b"", b"gtin,lot,serial\n"):
        path.write_bytes(start + content)
        try:
            with Table(path) as table:
                list(table.rows())
        except RefusedError:
            pass

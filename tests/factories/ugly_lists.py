"""Ugly lists of our own: what makers, their software and their spreadsheets write, and what a person expects.

Each row says how many questions are asked, how many rows can go in once these are answered, and how many are
refused; of some lots, which values come on record. Companies, products and numbers are invented.
"""

import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from service.gs1.identifiers import check_digit
from service.registry.lists.columns import ListHints
from tests.factories.workbooks import MAIN, Cell, ods, sheet_xml, xlsx

A, B, C = "04001234567808", "04001234567815", "04001234567822"
"""Products that are on record before."""


@dataclass(frozen=True)
class UglyList:
    """One file. `questions`: how many are asked, None where that is no matter; `answer_all`: to each part."""

    name: str
    content: bytes
    good: int
    refused: int = 0
    questions: int | None = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    hints: ListHints = field(default_factory=ListHints)
    lots: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    units: int | None = None
    products: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    answer_all: str = ""


UGLY: list[UglyList] = []


def _add(
    name: str, content: str | bytes, good: int, refused: int = 0, questions: int | None = 0, **more: Any
) -> None:
    whole = content.encode() if isinstance(content, str) else content
    UGLY.append(UglyList(name, whole, good, refused, questions, **more))


def gtin(body: str) -> str:
    """A GTIN-14 with its check digit."""
    thirteen = body.rjust(13, "0")
    return thirteen + check_digit(thirteen)


def wb(
    name: str,
    rows: Iterable[Sequence[Cell]] | None,
    sheets: dict[str, str] | None = None,
    hidden: Iterable[str] = (),
) -> bytes:
    """The bytes of an XLSX workbook."""
    with tempfile.TemporaryDirectory() as folder:
        made = sheets or {"Sheet1": sheet_xml(rows or ())}
        return xlsx(Path(folder) / name, made, hidden=hidden).read_bytes()


def rows_xml(text: str) -> str:
    """A sheet of rows that are given as XML."""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{text}</sheetData></worksheet>'


def r(number: int, values: Sequence[str], attributes: str = "") -> str:
    """A row as XML."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
        for place, value in enumerate(values)
    )
    return f'<row r="{number}" {attributes}>{cells}</row>'


def oc(value: str) -> str:
    """A cell of an ODS sheet."""
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def orow(values: Sequence[str], attributes: str = "") -> str:
    """A row of an ODS sheet."""
    return f"<table:table-row {attributes}>{''.join(map(oc, values))}</table:table-row>"


def od(name: str, rows: str) -> bytes:
    """The bytes of an ODS workbook."""
    with tempfile.TemporaryDirectory() as folder:
        return ods(Path(folder) / name, rows).read_bytes()


def ods_struck() -> bytes:
    """An ODS sheet whose second row is struck through by the style of its cells."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    style = (
        '<office:automatic-styles><style:style style:name="ce1" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
    )
    struck = orow((A, "OS2", "2027-12-31")).replace(
        "<table:table-cell ", '<table:table-cell table:style-name="ce1" '
    )
    rows = orow(("GTIN", "Lot", "Expiry")) + orow((A, "OS1", "2027-12-31")) + struck
    content = (
        f'<office:document-content {spaces}>{style}<office:body><office:spreadsheet><table:table table:name="S">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = ods(Path(folder) / "o.ods", "")
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, content if name == "content.xml" else part)
        return path.read_bytes()


D = date

_add(
    "sap_pages.txt",
    (
        "27.11.2026              Bestandsliste Chargen                 Seite 1\r\n"
        "\r\n Werk 1000\r\n\r\n"
        + "-" * 60
        + "\r\n"
        + "|  |Material     |EAN/UPC       |Charge    |Herst.datum|VerfDatum |      Menge|ME|\r\n"
        + "-" * 60
        + "\r\n"
        + "|  |471100       |4001234567808 |SPA01     |15.01.2026 |31.12.2027|     12.500|ST|\r\n"
        + "|  |471100       |4001234567808 |SPA02     |16.01.2026 |31.12.2027|        800|ST|\r\n"
        + "-" * 60
        + "\r\n27.11.2026              Bestandsliste Chargen                 Seite 2\r\n"
        + "-" * 60
        + "\r\n"
        + "|  |Material     |EAN/UPC       |Charge    |Herst.datum|VerfDatum |      Menge|ME|\r\n"
        + "-" * 60
        + "\r\n"
        + "|  |471100       |4001234567815 |SPA03     |15.01.2026 |31.12.2027|      1.200|ST|\r\n"
        + "-" * 60
        + "\r\n|* |             |              |          |           |          |     14.500|ST|\r\n"
        + "-" * 60
        + "\r\n"
    ).encode("cp1252"),
    3,
    0,
    1,
    answers={"thousands:quantity": "thousands"},
    lots={
        "SPA01": {"expiry": "2027-12-31", "quantity": 12500, "made": "2026-01-15"},
        "SPA03": {"quantity": 1200},
    },
)
_add(
    "sap_tab.xls.txt",
    (
        "Anzeige von Chargen\r\n\r\n\tMatNr\tEAN\tCharge\tMHD/VerfDat\tFreigabe\r\n\r\n\t4711\t4001234567808\tSPT01\t30.11.2027\t12.01.2026\r\n\t4711\t4001234567808\tSPT02\t31.12.2027\t13.01.2026\r\n"
    ).encode("utf-16"),
    2,
    lots={"SPT01": {"expiry": "2027-11-30", "released": "2026-01-12"}},
)
_add(
    "de_all.csv",
    (
        "Lfd. Nr.;GTIN-Nr.;Chargenbezeichnung;Produktionsdatum;Freigabedatum;Haltbar bis;Chargenstatus;Märkte;Losgröße;Bemerkung\r\n"
        f"1;{A};DE01;5. März 2026;7. März 2026;März 2028;freigegeben;DE, AT;5000;ok\r\n2;{A};DE02;6. Mai 2026;8. Mai 2026;Mai 2028;in Quarantäne;DE;5000;\r\n"
    ).encode("cp1252"),
    2,
    0,
    1,
    answer_all="pending",
    lots={
        "DE01": {
            "expiry": "2028-03-31",
            "made": "2026-03-05",
            "quantity": 5000,
            "markets": "AT DE",
            "status": "released",
        }
    },
)
_add(
    "fr_all.csv",
    (
        "Code article;Code EAN;Numéro de lot;Date de fabrication;Date de libération;Date limite d'utilisation;Statut du lot;Pays;Taille du lot\r\n"
        f"1;{A};FR11;2 févr. 2026;10 févr. 2026;31 août 2028;Libéré;France;1 200\r\n2;{A};FR12;2 févr. 2026;10 févr. 2026;31 déc. 2028;Bloqué;France;3\u202f400\r\n"
    ).encode(),
    2,
    lots={
        "FR11": {
            "expiry": "2028-08-31",
            "made": "2026-02-02",
            "released": "2026-02-10",
            "quantity": 1200,
            "markets": "FR",
        },
        "FR12": {"status": "on_hold", "quantity": 3400},
    },
)
_add(
    "es_all.csv",
    (
        "Código GTIN;Nº de lote;Fecha de fabricación;Fecha de liberación;Fecha de caducidad;Estado;Países;Cantidad\r\n"
        f"{A};ES11;15/01/2026;20/01/2026;31/12/2027;Liberado;España;1.200\r\n{A};ES12;15/ene/2026;20/ene/2026;dic-2027;Bloqueado;España;950\r\n"
    ).encode("cp1252"),
    2,
    0,
    1,
    answers={"thousands:quantity": "thousands"},
    lots={
        "ES11": {"expiry": "2027-12-31", "quantity": 1200, "markets": "ES", "status": "released"},
        "ES12": {"expiry": "2027-12-31", "made": "2026-01-15", "status": "on_hold"},
    },
)
_add(
    "pt_all.csv",
    (
        "Código de barras;Lote;Data de fabrico;Data de validade;Situação;Quantidade;Mercado\r\n"
        f"{A};PT11;15/01/2026;31/12/2027;Liberado;1.200;Portugal\r\n{A};PT12;20 de fevereiro de 2026;dezembro de 2027;Aprovado;1.000;Brasil\r\n"
    ).encode("cp1252"),
    2,
    0,
    1,
    answers={"thousands:quantity": "thousands"},
    lots={
        "PT11": {"expiry": "2027-12-31", "quantity": 1200, "markets": "PT"},
        "PT12": {"expiry": "2027-12-31", "made": "2026-02-20", "status": "released"},
    },
)
_add(
    "it_all.csv",
    (
        "Codice GTIN;Lotto;Data di produzione;Data di scadenza;Stato;Quantità;Paesi\r\n"
        f"{A};IT11;15 gennaio 2026;31 dicembre 2027;Rilasciato;1'200;Italia\r\n{A};IT12;15 gen 2026;giu 2028;Bloccato;3'400;Italia\r\n"
    ).encode("cp1252"),
    2,
    lots={
        "IT11": {"expiry": "2027-12-31", "quantity": 1200, "markets": "IT", "status": "released"},
        "IT12": {"expiry": "2028-06-30", "made": "2026-01-15", "status": "on_hold"},
    },
)
_add(
    "pl_all.csv",
    (
        "Kod GTIN;Numer serii;Data produkcji;Data ważności;Status;Ilość;Kraj\r\n"
        f"{A};PL11;15 stycznia 2026;31 grudnia 2027;Zwolniona;1 200;Polska\r\n{A};PL12;15 sty 2026;paź 2028;Wstrzymana;3 400;Polska\r\n"
    ).encode("cp1250"),
    2,
    lots={
        "PL11": {"expiry": "2027-12-31", "quantity": 1200, "markets": "PL", "status": "released"},
        "PL12": {"expiry": "2028-10-31", "made": "2026-01-15", "status": "on_hold"},
    },
)
_add(
    "tr_all.csv",
    (
        "Barkod;Parti Numarası;Üretim Tarihi;Son Kullanma Tarihi;Durum;Miktar;Ülke\r\n"
        f"{A};TR11;15 Ocak 2026;31 Aralık 2027;Serbest;1200;Türkiye\r\n{A};TR12;15 Şubat 2026;Ağustos 2028;Bloke;3400;Türkiye\r\n"
    ).encode("cp1254"),
    2,
    lots={
        "TR11": {
            "expiry": "2027-12-31",
            "quantity": 1200,
            "markets": "TR",
            "status": "released",
            "made": "2026-01-15",
        },
        "TR12": {"expiry": "2028-08-31", "status": "on_hold"},
    },
)
_add(
    "ru_all.csv",
    (
        "Штрихкод;Номер серии;Дата производства;Годен до;Статус;Количество;Страна\r\n"
        f"{A};RU11;15 января 2026 г.;31.12.2027;Выпущена;1 200;Россия\r\n{A};RU12;15.02.2026;31 августа 2028;Заблокирована;3 400;Россия\r\n"
    ).encode("cp1251"),
    2,
    lots={
        "RU11": {
            "expiry": "2027-12-31",
            "quantity": 1200,
            "markets": "RU",
            "status": "released",
            "made": "2026-01-15",
        },
        "RU12": {"expiry": "2028-08-31", "status": "on_hold"},
    },
)
_add(
    "ko_all.csv",
    (
        "바코드,제조번호,제조일자,유효기간,상태,수량,국가\r\n"
        f'{A},KR11,2026년 1월 15일,2027년 12월 31일,출하승인,"1,200",대한민국\r\n{A},KR12,2026-02-15,2028.08.31,보류,"3,400",대한민국\r\n'
    ).encode("euc-kr"),
    2,
    0,
    1,
    answers={"thousands:quantity": "thousands"},
    lots={
        "KR11": {
            "expiry": "2027-12-31",
            "quantity": 1200,
            "markets": "KR",
            "status": "released",
            "made": "2026-01-15",
        },
        "KR12": {"expiry": "2028-08-31", "status": "on_hold"},
    },
)
_add(
    "ja_all.csv",
    (
        "JANコード,ロット番号,製造年月日,使用期限,ステータス,数量,国\r\n"
        f"{A},JA11,2026年1月15日,2027年12月31日,出荷可,1200,日本\r\n{A},JA12,2026/02/15,2028年8月,保留,3400,日本\r\n"
    ).encode("shift_jis"),
    2,
    lots={
        "JA11": {
            "expiry": "2027-12-31",
            "quantity": 1200,
            "markets": "JP",
            "status": "released",
            "made": "2026-01-15",
        },
        "JA12": {"expiry": "2028-08-31", "status": "on_hold"},
    },
)
_add(
    "zh_all.csv",
    (
        "商品条码,批号,生产日期,有效期至,状态,数量,国家\r\n"
        f"{A},ZH11,2026年1月15日,2027年12月31日,已放行,1200,中国\r\n{A},ZH12,2026-02-15,2028年8月,冻结,3400,中国\r\n"
    ).encode("gb18030"),
    2,
    lots={
        "ZH11": {
            "expiry": "2027-12-31",
            "quantity": 1200,
            "markets": "CN",
            "status": "released",
            "made": "2026-01-15",
        },
        "ZH12": {"expiry": "2028-08-31", "status": "on_hold"},
    },
)
_add(
    "zh_tw.csv",
    (f"國際條碼,批號,製造日期,有效期限,狀態,數量\r\n{A},ZT11,2026/01/15,2027/12/31,已放行,1200\r\n").encode(
        "big5"
    ),
    1,
    lots={"ZT11": {"expiry": "2027-12-31", "quantity": 1200, "status": "released"}},
)
_add(
    "guards.csv",
    f'GTIN,Lot,Expiry,Qty\n="{A}",="GU01",2027-12-31,100\n\'{A},\'GU02,2027-12-31,100\n(01){A},(10)GU03,(17)271231,100\n"=""{A}""",GU04,2027-12-31,100\n',
    4,
    lots={"GU01": {}, "GU02": {}, "GU03": {"expiry": "2027-12-31"}, "GU04": {}},
)
_add(
    "scientific.csv",
    "GTIN;Lot;Expiry\n4,00123E+12;SC01;2027-12-31\n4.05E+12;SC02;2027-12-31\n"
    + f"{A};SC03;2027-12-31\n{A};1E5;2027-12-31\n",
    2,
    2,
)
_add("serials_dates.csv", f"GTIN,Lot,Expiry\n{A},SE01,46752\n{A},SE02,46783\n", 0, 2)
_add(
    "gtin_spaces.csv",
    f"EAN;Lot;Expiry\n4 001234 567808;GS01;2027-12-31\n400-1234-567808;GS02;2027-12-31\n{A[1:]};GS03;2027-12-31\n",
    3,
)
_add(
    "quant_apos.csv",
    f"GTIN;Lot;Expiry;Quantity\n{A};QA1;2027-12-31;1'200\n{A};QA2;2027-12-31;12’500\n{A};QA3;2027-12-31;1 200\n{A};QA4;2027-12-31;1\u00a0200 pcs\n",
    4,
    lots={"QA1": {"quantity": 1200}, "QA2": {"quantity": 12500}, "QA4": {"quantity": 1200}},
)
_add(
    "quant_decided.csv",
    f"GTIN;Lot;Expiry;Quantity\n{A};QB1;2027-12-31;1.200\n{A};QB2;2027-12-31;1.234.500\n",
    2,
    lots={"QB1": {"quantity": 1200}, "QB2": {"quantity": 1234500}},
)
_add(
    "quant_decimals.csv",
    f"GTIN;Lot;Expiry;Quantity\n{A};QC1;2027-12-31;1.200,00\n{A};QC2;2027-12-31;800,00\n{A};QC3;2027-12-31;1.000\n",
    3,
    lots={"QC1": {"quantity": 1200}, "QC2": {"quantity": 800}, "QC3": {"quantity": 1000}},
)
_add(
    "quant_sap3.csv",
    f"GTIN;Lot;Expiry;Quantity\n{A};QD1;2027-12-31;1.200,000\n{A};QD2;2027-12-31;800,000\n",
    2,
    lots={"QD1": {"quantity": 1200}, "QD2": {"quantity": 800}},
)
_add(
    "quant_en_dec.csv",
    f'GTIN,Lot,Expiry,Quantity\n{A},QE1,2027-12-31,"1,200.00"\n{A},QE2,2027-12-31,800.00\n',
    2,
    lots={"QE1": {"quantity": 1200}, "QE2": {"quantity": 800}},
)
_add(
    "quant_minus.csv",
    f"GTIN,Lot,Expiry,Quantity\n{A},QF1,2027-12-31,-5\n{A},QF2,2027-12-31,0\n{A},QF3,2027-12-31,12.5\n",
    1,
    2,
)
_add(
    "dup_header.csv",
    f"GTIN,Lot,Expiry,Expiry,Status,Status\n{A},DH1,2027-12-31,2027-12-31,released,released\n",
    1,
)
_add("dup_header_differs.csv", f"GTIN,Lot,Date,Date,Expiry\n{A},DH2,2025-12-31,2027-12-31,2027-12-31\n", 1)
_add(
    "empty_cols.csv",
    f";;;;\n;GTIN;;Lot;Expiry;;;\n;{A};;EC1;2027-12-31;;;\n;;;;;;;\n;{A};;EC2;2027-12-31;;;\n"
    + ";;;;;;;\n" * 3000,
    2,
)
_add("trailing.csv", f"GTIN,Lot,Expiry,\n{A},TR1,2027-12-31,\n{A},TR2,2027-12-31,\n", 2)
_add("trailing2.csv", f"GTIN,Lot,Expiry\n{A},TS1,2027-12-31,\n{A},TS2,2027-12-31,,,\n", 2)
_add("sepline.csv", f"sep=;\nGTIN;Lot;Expiry\n{A};SL1;2027-12-31\n", 1)
_add("bom16.csv", f"GTIN\tLot\tExpiry\n{A}\tBO1\t2027-12-31\n".encode("utf-16-le"), 1)
_add("bom16be.csv", b"\xfe\xff" + f"GTIN;Lot;Expiry\n{A};BP1;2027-12-31\n".encode("utf-16-be"), 1)
_add("bom8.csv", b"\xef\xbb\xbf" + f'"GTIN";"Lot";"Expiry"\r\n"{A}";"BQ1";"2027-12-31"\r\n'.encode(), 1)
_add(
    "pipe.csv",
    f"GTIN|Lot|Expiry|Qty\n{A}|PI1|31-DEC-2027|1200\n{A}|PI2|01-JAN-2028|1200\n",
    2,
    lots={"PI1": {"expiry": "2027-12-31"}, "PI2": {"expiry": "2028-01-01"}},
)
_add(
    "markdown.txt",
    f"| GTIN | Lot | Expiry |\n|---|:--|---|\n| {A} | MD1 | 2027-12-31 |\n| {A} | MD2 | 2027-12-31 |\n",
    2,
)
_add(
    "plusframe.txt",
    f"+----------------+------+------------+\n| GTIN           | Lot  | Expiry     |\n+----------------+------+------------+\n| {A} | PF1  | 2027-12-31 |\n+----------------+------+------------+\n(1 row)\n",
    1,
)
_add(
    "boxframe.txt",
    f"┌────┬────┬────┐\n│ GTIN │ Lot │ Expiry │\n├────┼────┼────┤\n│ {A} │ BX1 │ 2027-12-31 │\n└────┴────┴────┘\n",
    1,
)
_add(
    "twoline.csv",
    f"Product;Batch;Expiry;Batch\ncode (GTIN);number;date;quantity\n{A};TL1;2027-12-31;100\n{A};TL2;2027-12-31;200\n",
    2,
    lots={"TL1": {"quantity": 100, "expiry": "2027-12-31"}},
)
_add(
    "twoline_units.csv",
    f"GTIN;Lot;Expiry;Qty\n;;(dd.mm.yyyy);(pcs)\n{A};TM1;05.04.2027;100\n",
    1,
    lots={"TM1": {"expiry": "2027-04-05"}},
)
_add(
    "twoline_bi.csv",
    f"GTIN;Charge;Verfalldatum;Menge\nGTIN;Lot;Expiry date;Quantity\n{A};TN1;2027-12-31;100\n",
    1,
)
_add("multiline_header.csv", f'"GTIN\n(14 digits)";"Lot\nnumber";"Expiry\ndate"\n{A};ML1;2027-12-31\n', 1)
_add(
    "footer.csv",
    f"GTIN;Lot;Expiry;Qty\n{A};FO1;2027-12-31;100\n{A};FO2;2027-12-31;100\n;;Summe;200\n\nErstellt am 27.11.2026 von Meier\nSeite 1 von 1\n",
    2,
)
_add(
    "footer_sig.csv",
    f"GTIN;Lot;Expiry;Qty\n{A};FP1;2027-12-31;100\n;;;100\nPrepared by: J. Doe;;;\nApproved by: ;;;\n*** End of report ***;;;\n",
    1,
)
_add(
    "subtotals.csv",
    f"GTIN;Lot;Expiry;Qty\n{A};SU1;2027-12-31;100\nSubtotal {A};;;100\n{B};SU2;2027-12-31;100\nSubtotal {B};;;100\nGrand total;;;200\n",
    2,
)
_add(
    "groups.csv",
    f"GTIN;Lot;Expiry\nMedullotox 100;;\n{A};GH1;2027-12-31\nMedullotox 50;;\n{B};GH2;2027-12-31\n",
    2,
)
_add("blanks_as_above.csv", f"GTIN;Lot;Expiry\n{A};BA1;2027-12-31\n;BA2;2027-12-31\n;BA3;2027-12-31\n", 1, 2)
_add(
    "date_ambiguous.csv",
    f"GTIN;Lot;Expiry\n{A};DA1;04/05/2027\n{A};DA2;06/07/2027\n",
    2,
    0,
    1,
    answers={"order:expiry": "day", "date_order:expiry": "day"},
    lots={"DA1": {"expiry": "2027-05-04"}},
)
_add(
    "date_yy.csv",
    f"GTIN;Lot;Expiry\n{A};DB1;31.12.27\n{A};DB2;05.04.27\n",
    2,
    lots={"DB1": {"expiry": "2027-12-31"}, "DB2": {"expiry": "2027-04-05"}},
)
_add(
    "date_my.csv",
    f"GTIN;Lot;Expiry\n{A};DC1;12/2027\n{A};DC2;12.2027\n{A};DC3;2027-12\n{A};DC4;Dec 2027\n{A};DC5;DEC-27\n{A};DC6;12/27\n",
    6,
    lots={f"DC{i}": {"expiry": "2027-12-31"} for i in range(1, 7)},
)
_add(
    "date_compact.csv",
    f"GTIN;Lot;Expiry\n{A};DD1;20271231\n{A};DD2;20280229\n",
    2,
    lots={"DD1": {"expiry": "2027-12-31"}},
)
_add(
    "date_gs1.csv",
    f"GTIN;Lot;Expiry (YYMMDD)\n{A};DE1;271231\n{A};DE2;280200\n",
    2,
    lots={"DE1": {"expiry": "2027-12-31"}, "DE2": {"expiry": "2028-02-29"}},
)
_add(
    "date_time.csv",
    f"GTIN;Lot;Expiry\n{A};DF1;2027-12-31 00:00:00\n{A};DF2;2027-12-31T00:00:00Z\n{A};DF3;31.12.2027 00:00\n{A};DF4;12/31/2027 12:00:00 AM\n",
    4,
    lots={
        "DF1": {"expiry": "2027-12-31"},
        "DF3": {"expiry": "2027-12-31"},
        "DF4": {"expiry": "2027-12-31"},
    },
)
_add(
    "date_weekday.csv",
    f"GTIN;Lot;Expiry\n{A};DG1;Friday, December 31, 2027\n{A};DG2;Fr., 31. Dezember 2027\n",
    2,
    lots={"DG1": {"expiry": "2027-12-31"}, "DG2": {"expiry": "2027-12-31"}},
)
_add(
    "date_header.csv",
    f"GTIN;Lot;Expiry date (MM/DD/YYYY)\n{A};DH1;04/05/2027\n",
    1,
    lots={"DH1": {"expiry": "2027-04-05"}},
)
_add(
    "date_header2.csv",
    f"GTIN;Lot;Verfalldatum TT.MM.JJJJ\n{A};DI1;04.05.2027\n",
    1,
    lots={"DI1": {"expiry": "2027-05-04"}},
)
_add(
    "date_dots.csv",
    f"GTIN;Charge;Verfall\n{A};DJ1;04.05.2027\n",
    1,
    lots={"DJ1": {"expiry": "2027-05-04"}},
)
_add(
    "date_bad.csv",
    f"GTIN;Lot;Expiry\n{A};DK1;31.02.2027\n{A};DK2;N/A\n{A};DK3;31.12.2199\n{A};DK4;00.00.0000\n{A};DK5;31.12.9999\n{A};DK6;2027-12-31\n",
    1,
    5,
)
_add(
    "date_made.csv",
    f"GTIN;Lot;Mfg;Expiry\n{A};DL1;04/05/2025;31/12/2027\n{A};DL2;05/06/2025;30/11/2027\n",
    2,
    lots={"DL1": {"made": "2025-05-04"}},
)
# the Buddhist calendar's 2570, which can be no other year's
_add("date_thai.csv", f"GTIN;Lot;Expiry\n{A};DM1;31/12/2570\n", 1, lots={"DM1": {"expiry": "2027-12-31"}})
_add("date_roman.csv", f"GTIN;Lot;Expiry\n{A};DN1;31.XII.2027\n", 1, lots={"DN1": {"expiry": "2027-12-31"}})
_add(
    "lot_range.csv",
    f"GTIN;Lot;Expiry\n{A};LR1-LR9;2027-12-31\n{A};LR1 bis LR9;2027-12-31\n{A};LR11, LR12;2027-12-31\n{A};LR13 / LR14;2027-12-31\n{A};LR15…LR19;2027-12-31\n{A};LR21 - LR29;2027-12-31\n{A};AB-12/3;2027-12-31\n",
    1,
    6,
)
_add(
    "lot_prefix.csv",
    f"GTIN;Lot;Expiry\n{A};Lot LP1;2027-12-31\n{A};Ch.-B. LP2;2027-12-31\n{A};LOT: LP3;2027-12-31\n",
    3,
    0,
)
_add(
    "lot_none.csv",
    f"GTIN;Lot;Expiry\n{A};;2027-12-31\n{A};N/A;2027-12-31\n{A};-;2027-12-31\n{A};TBD;2027-12-31\n{A};keine;2027-12-31\n",
    0,
    5,
)
_add(
    "lot_twice.csv",
    f"GTIN;Lot;Expiry\n{A};LT1;2027-12-31\n{A};LT1;2027-12-31\n{A};LT2;2027-12-31\n{A};LT2;2028-12-31\n",
    1,
    2,
)
_add(
    "status_de.csv",
    f"GTIN;Charge;Verfall;Status\n{A};SD1;31.12.2027;frei\n{A};SD2;31.12.2027;zurückgerufen\n{A};SD3;31.12.2027;gesperrt\n{A};SD4;31.12.2027;nicht freigegeben\n{A};SD5;31.12.2027;FREIGEGEBEN\n",
    5,
    lots={
        "SD1": {"status": "released"},
        "SD4": {"status": "pending"},
        "SD3": {"status": "on_hold"},
        "SD2": {"status": "recalled"},
    },
)
_add("status_sap.csv", f"GTIN;Lot;Expiry;UD Code\n{A};SS1;2027-12-31;A\n{A};SS2;2027-12-31;R\n", 2, 0, None)
_add(
    "status_bool.csv",
    f"GTIN;Lot;Expiry;Released?\n{A};SB1;2027-12-31;yes\n{A};SB2;2027-12-31;no\n",
    2,
    0,
    None,
)
_add("units_range.csv", f"GTIN;Lot;Serial from;Serial to\n{A};MT24A003;A0001;A0100\n", 100, 0, 0, units=100)
_add("units_range_cell.csv", f"GTIN;Lot;Serial numbers\n{A};MT24A003;A0001-A0010\n", 0, 1)
_add(
    "units_more.csv",
    "GTIN;Lot;Serial\n" + "".join(f"{C};HY24001;S{i:05}\n" for i in range(600)),
    600,
    0,
    units=600,
)
_add("units_de.csv", f"GTIN;Charge;Seriennummer\n{A};MT24A003;X1\n{A};MT24A003;X2\n", 2, units=2)
_add("units_zh.csv", f"商品条码,批号,序列号\n{A},MT24A003,X1\n".encode("gb18030"), 1, units=1)
_add("units_sgtin.csv", f"Serial,Lot,GTIN\n(21)X1,(10)MT24A003,(01){A}\n", 1, units=1)
_add(
    "quote_read.csv",
    f'GTIN,Lot,Expiry,Name\n{A},BQ1,2027-12-31,"unclosed\n{A},BQ2,2027-12-31,ok\n{A},BQ3,2027-12-31,ok\n',
    3,
)
_add(
    "quote_inches.csv",
    f'GTIN;Lot;Expiry;Note\n{A};BR1;2027-12-31;18G x 1" needle\n{A};BR2;2027-12-31;"ok; fine"\n',
    2,
)
_add("whole_quoted.csv", f'"GTIN,Lot,Expiry"\n"{A},WQ1,2027-12-31"\n"{A},WQ2,2027-12-31"\n', 2)
_add(
    "nohead2.csv",
    f"{A};NH11;31.12.2027;1200\n{A};NH12;31.12.2027;1200\n",
    2,
    hints=ListHints(header_row=0, columns={"1": "gtin", "2": "lot", "3": "expiry", "4": "quantity"}),
)
_add("decimal_comma_delim.csv", f"GTIN,Lot,Expiry,Qty\n{A},DCD1,2027-12-31,1,200\n", 0, 1)
_add("mac.csv", f"GTIN;Lot;Expiry\r{A};MC1;2027-12-31\r{A};MC2;2027-12-31\r", 2)
_add("nbsp.csv", f"GTIN\u00a0;\u00a0Lot ;Expiry\n\u00a0{A}\u00a0;NB1\u00a0;\u200b2027-12-31\n", 1)
_add(
    "fullwidth.csv",
    "ＧＴＩＮ，ロット番号，使用期限\n".replace("，", ",")
    + "０４００１２３４５６７８０８,ＦＷ１,２０２７年１２月３１日\n",
    1,
    lots={"FW1": {"expiry": "2027-12-31"}},
)
G1, G2 = gtin("400123456790"), gtin("400123456791")
_add(
    "prod_de.csv",
    (
        "PZN;GTIN;Produktname;Zulassungsinhaber;Wirkstoff;Wirkstärke;Darreichungsform;Länder;Packungssprachen;Inhalt;Haltbarkeit nach Anbruch;Lagertemperatur;Haltbarkeit (Monate);vollständig\r\n"
        f"01234562;{G1};Medullotox® 200 E.;Medulla Pharma;Botulinumtoxin Typ A;200 Einheiten;Pulver zur Herstellung einer Injektionslösung;Deutschland, Österreich;Deutsch;1 ml;24 Stunden;2 °C – 8 °C;36;ja\r\n"
    ).encode("cp1252"),
    1,
    products={G1: {"name": "Medullotox® 200 E.", "markets": "AT DE", "languages": "de"}},
)
_add(
    "prod_fr.csv",
    (
        "Code CIP;GTIN;Dénomination;Titulaire;Substance active;Dosage;Forme pharmaceutique;Pays;Langues;Contenance;Durée après ouverture;Conservation;Durée de conservation (mois)\r\n"
        f"3400930000120;{G1};Médullotox 200 U;Medulla Pharma;Toxine botulinique de type A;200 unités;Poudre pour solution injectable;France;français;1 ml;24 heures;2 à 8 °C;36\r\n"
    ).encode("cp1252"),
    1,
    products={G1: {"markets": "FR", "languages": "fr"}},
)
_add(
    "prod_es.csv",
    (
        f"Código nacional;GTIN;Nombre del producto;Laboratorio titular;Principio activo;Concentración;Forma farmacéutica;País;Idiomas;Contenido;Caducidad tras apertura;Condiciones de almacenamiento;Periodo de validez (meses)\r\n"
        f"600000;{G1};Medullotox 200 U;Medulla Pharma;Toxina botulínica tipo A;200 unidades;Polvo para solución inyectable;España;español;1 ml;24 horas;Entre 2 y 8 °C;36\r\n"
    ).encode(),
    1,
    products={G1: {"markets": "ES", "languages": "es"}},
)
_add(
    "prod_ko.csv",
    (
        f"품목코드,표준코드,제품명,제조사,주성분,함량,제형,국가,언어\r\n1,{G1},메둘로톡스 200단위,메둘라,보툴리눔 독소 A형,200단위,주사용분말,대한민국,한국어\r\n"
    ).encode("euc-kr"),
    1,
    products={G1: {"markets": "KR", "languages": "ko"}},
)
_add(
    "prod_ja.csv",
    (
        f"JANコード,製品名,製造販売元,有効成分,規格,剤形,国,言語\r\n{G1},メデュロトックス200単位,メデュラ,A型ボツリヌス毒素,200単位,注射剤,日本,日本語\r\n"
    ).encode("shift_jis"),
    1,
    products={G1: {"markets": "JP", "languages": "ja"}},
)
_add(
    "prod_zh.csv",
    (
        f"商品条码,产品名称,生产企业,活性成分,规格,剂型,国家,语言\r\n{G1},美度乐200单位,美度乐制药,A型肉毒毒素,200单位,注射用粉末,中国,中文\r\n"
    ).encode("gb18030"),
    1,
    products={G1: {"markets": "CN", "languages": "zh"}},
)
_add(
    "prod_ru.csv",
    (
        f"Штрих-код;Наименование;Производитель;Действующее вещество;Дозировка;Лекарственная форма;Страна;Язык\r\n{G1};Медуллотокс 200 ЕД;Медулла;Ботулинический токсин типа А;200 ЕД;порошок;Россия;русский\r\n"
    ).encode("cp1251"),
    1,
    products={G1: {"markets": "RU", "languages": "ru"}},
)
_add(
    "prod_pl.csv",
    (
        f"Kod EAN;Nazwa produktu;Podmiot odpowiedzialny;Substancja czynna;Moc;Postać farmaceutyczna;Kraj;Język\r\n{G1};Medullotox 200 j.;Medulla;Toksyna botulinowa typu A;200 j.;proszek do sporządzania roztworu;Polska;polski\r\n"
    ).encode("cp1250"),
    1,
    products={G1: {"markets": "PL", "languages": "pl"}},
)
_add(
    "prod_it.csv",
    (
        f"Codice AIC;GTIN;Denominazione;Titolare AIC;Principio attivo;Dosaggio;Forma farmaceutica;Paese;Lingua\r\n012345678;{G1};Medullotox 200 U;Medulla;Tossina botulinica tipo A;200 unità;Polvere per soluzione iniettabile;Italia;italiano\r\n"
    ).encode("cp1252"),
    1,
    products={G1: {"markets": "IT", "languages": "it"}},
)
_add(
    "prod_pt.csv",
    (
        f"Código GTIN;Nome do produto;Titular;Substância ativa;Dosagem;Forma farmacêutica;País;Idioma\r\n{G1};Medullotox 200 U;Medulla;Toxina botulínica tipo A;200 unidades;Pó para solução injetável;Portugal;português\r\n"
    ).encode("cp1252"),
    1,
    products={G1: {"markets": "PT", "languages": "pt"}},
)
_add(
    "prod_tr.csv",
    (
        f"Barkod;Ürün Adı;Firma;Etkin Madde;Doz;Farmasötik Form;Ülke;Dil\r\n{G1};Medullotox 200 Ü;Medulla;Botulinum toksini tip A;200 ünite;Enjeksiyonluk toz;Türkiye;Türkçe\r\n"
    ).encode("cp1254"),
    1,
    products={G1: {"markets": "TR", "languages": "tr"}},
)
_add(
    "alerts_de.csv",
    (
        f"Behörde;Art;Produkt;GTIN;Charge;Verfalldatum;Aktenzeichen;Gemeldet am;Bemerkung\r\nBfArM;Fälschung;Medullotox 100 E.;{A};FAKE1;31.12.2027;AZ-1;15.03.2026;Etikett\r\n"
    ).encode("cp1252"),
    1,
)
_add(
    "alerts_es.csv",
    (
        f"Autoridad;Tipo;Producto;GTIN;Lote;Fecha de caducidad;Referencia;Fecha\r\nAEMPS;Falsificado;Medullotox 100;{A};FAKE2;31/12/2027;R-1;15/03/2026\r\n"
    ).encode("cp1252"),
    1,
)

_add(
    "x_numbers.xlsx",
    wb(
        "x_numbers.xlsx",
        [
            ("EAN", "Lot", "Expiry", "Qty"),
            (4001234567808.0, "XN1", D(2027, 12, 31), 1200.0),
            (4001234567807.0, "XN2", D(2027, 12, 31), 1200.0),
            (4.05e12, "XN3", D(2027, 12, 31), 10.0),
        ],
    ),
    1,
    2,
    lots={"XN1": {"quantity": 1200, "expiry": "2027-12-31"}},
)
_add(
    "x_title_merged.xlsx",
    wb(
        "x_title_merged.xlsx",
        None,
        sheets={
            "Sheet1": sheet_xml(
                [
                    ("Medulla Pharma GmbH",),
                    ("Batch list Q4",),
                    (),
                    ("Product", "Batch", None, None),
                    ("GTIN", "No.", "Expiry", "Quantity"),
                    (A, "XT1", "2027-12-31", 100.0),
                    (None, "XT2", "2027-12-31", 100.0),
                    ("Total", None, None, 200.0),
                ],
                merged=("A1:D1", "B4:D4", "A6:A7"),
            )
        },
    ),
    1,
    1,
)
_add(
    "x_sheets.xlsx",
    wb(
        "x_sheets.xlsx",
        None,
        sheets={
            "Read me": sheet_xml([("How to use this file",), ("Fill in all",)]),
            "2026 Q3": sheet_xml([("GTIN", "Lot", "Expiry"), (A, "XS1", "2027-12-31")]),
            "2026 Q4": sheet_xml([("GTIN", "Lot", "Expiry"), (A, "XS2", "2027-12-31")]),
        },
    ),
    1,
    hints=ListHints(sheet="2026 Q4"),
    lots={"XS2": {}},
)
_add(
    "x_one_sheet.xlsx",
    wb(
        "x_one_sheet.xlsx",
        None,
        sheets={
            "Cover": sheet_xml([("Medulla",)]),
            "Data": sheet_xml([("GTIN", "Lot", "Expiry"), (A, "XO1", "2027-12-31")]),
            "Legend": sheet_xml([("Status", "Meaning"), ("A", "released")]),
        },
    ),
    1,
)
_add(
    "x_hidden_sheet.xlsx",
    wb(
        "x_hidden_sheet.xlsx",
        None,
        sheets={
            "Data": sheet_xml([("GTIN", "Lot", "Expiry"), (A, "XH1", "2027-12-31")]),
            "Old": sheet_xml([("GTIN", "Lot", "Expiry"), (A, "XH2", "2027-12-31")]),
        },
        hidden=("Old",),
    ),
    1,
)
_add(
    "x_filtered.xlsx",
    wb(
        "x_filtered.xlsx",
        None,
        sheets={
            "S": rows_xml(
                r(1, ("GTIN", "Lot", "Expiry"))
                + r(2, (A, "XF1", "2027-12-31"))
                + r(3, (A, "XF2", "2027-12-31"), 'hidden="1"')
                + r(4, (A, "XF3", "2027-12-31"))
            ).replace(
                "</sheetData>",
                '</sheetData><autoFilter ref="A1:C4"><filterColumn colId="1"><filters><filter val="XF1"/></filters></filterColumn></autoFilter>',
            )
        },
    ),
    2,
    0,
    1,
    answer_all="out",
)
_add(
    "o_hidden.ods",
    od(
        "o_hidden.ods",
        orow(("GTIN", "Lot", "Expiry"))
        + orow((A, "OH1", "2027-12-31"))
        + orow((A, "OH2", "2027-12-31"), 'table:visibility="collapse"')
        + orow((A, "OH3", "2027-12-31"), 'table:visibility="filter"'),
    ),
    1,
    0,
    None,
    answer_all="out",
)
_add(
    "o_group.ods",
    od(
        "o_group.ods",
        orow(("GTIN", "Lot", "Expiry"))
        + '<table:table-row-group table:display="false">'
        + orow((A, "OG1", "2027-12-31"))
        + "</table:table-row-group>"
        + orow((A, "OG2", "2027-12-31")),
    ),
    2,
    0,
    None,
    answer_all="in",
)
_add(
    "o_date.ods",
    od(
        "o_date.ods",
        orow(("GTIN", "Lot", "Expiry", "Qty"))
        + f'<table:table-row>{oc(A)}{oc("OD1")}<table:table-cell office:value-type="date" office:date-value="2027-12-31"><text:p>31.12.27</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1200"><text:p>1.200</text:p></table:table-cell></table:table-row>',
    ),
    1,
    lots={"OD1": {"expiry": "2027-12-31", "quantity": 1200}},
)
_add("o_struck.ods", ods_struck(), 1, 0, 1, answer_all="out")

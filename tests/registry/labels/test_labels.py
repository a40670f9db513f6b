"""Labels: what is printed is what a scanner reads, whole, at its true size, in every format."""

from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from service.errors import ErrorCode, InvalidFieldsError, RefusedError
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.gs1.reading import read
from service.registry.labels import (
    MOST_LABELS,
    Label,
    LabelFormat,
    LabelPage,
    Paper,
    PlacedLabel,
    PrintSettings,
    draw,
    label_page,
    read_label_form,
    sheet_pages,
)
from service.registry.labels.drawing import pdf, png, svg
from service.registry.labels.layout import DEFAULT_MODULE_MM, QUIET_ZONES, SymbolCarrier
from service.registry.labels.text import check_name
from tests.factories.identifiers import carried_by_link, values
from tests.factories.scans.label_reader import from_pdf, from_png, from_svg, identifiers, texts

BASE = "https://check.example.org"
GTIN = Gtin.parse("9506000134352")


def vial(
    lot: str = "A-7", serial: str | None = "SN00000001", expiry: str = "2027-12-31"
) -> ProductIdentifier:
    return ProductIdentifier(
        GTIN, Lot.parse(lot), Serial.parse(serial) if serial else None, Expiry.parse(expiry)
    )


WIDEST = vial("W" * 20, "W%" * 10)
SHORTEST = ProductIdentifier(gtin=GTIN)


def image_of(page: LabelPage, kind: str) -> Image.Image:
    """The page as it comes out of a printer of its own resolution."""
    if kind == "png":
        return from_png(png(page))
    return from_svg(svg(page), page.dpi) if kind == "svg" else from_pdf(pdf([page]), page.dpi)[0]


def ink(image: Image.Image, box: tuple[int, int, int, int]) -> tuple[int, int, int, int] | None:
    """The bounds of what is darker than mid-grey inside `box`; None for white paper."""
    return ImageOps.invert(image.crop(box)).point(lambda level: 255 * (level > 127)).getbbox()


@pytest.mark.parametrize("dpi", [200, 300, 600])
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize(
    "identifier",
    [
        SHORTEST,  # the least that a label can say
        vial(serial=None),  # a lot, for products without serials
        vial(expiry="12/2027"),  # day 00
        vial("AB/1", "100%+&?"),  # what a web address must encode
        WIDEST,
    ],
    ids=["gtin", "lot", "month", "encoded", "widest"],
)
def test_every_label_reads_back(identifier: ProductIdentifier, kind: str, dpi: int) -> None:
    page = label_page(Label(identifier, "Example 100 U"), PrintSettings(BASE, dpi=dpi))
    image = image_of(page, kind)
    assert texts(image) == [page.labels[0].link]
    assert identifiers(image) == [identifier]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(lot=values, serial=values)
@example(lot="0", serial="/")  # what a link cannot carry has no label
def test_every_lot_and_serial_of_character_set_82_reads_back_or_is_refused(lot: str, serial: str) -> None:
    identifier = vial(lot, serial)
    if carried_by_link(lot, serial):
        page = label_page(Label(identifier), PrintSettings(BASE))
        assert identifiers(from_png(png(page))) == [identifier]
    else:
        with pytest.raises(RefusedError) as caught:
            label_page(Label(identifier), PrintSettings(BASE))
        assert caught.value.code is ErrorCode.VALUE_INVALID


def test_a_lot_with_spaces_is_printed_as_the_code_says_it_and_finds_the_same_record() -> None:
    page = label_page(Label(vial("C3016 C3")), PrintSettings(BASE))
    (read_back,) = identifiers(from_png(png(page)))
    assert read_back.lot is not None
    assert read_back.lot.key == Lot.parse("C3016 C3").key
    assert "(10) C3016C3" in [line.text for line in page.labels[0].lines]


@pytest.mark.parametrize(
    ("identifier", "lines"),
    [
        (vial(), ["(01) 09506000134352", "(17) 271231", "(10) A-7", "(21) SN00000001"]),
        (vial(expiry="12/2027"), ["(01) 09506000134352", "(17) 271200", "(10) A-7", "(21) SN00000001"]),
        (SHORTEST, ["(01) 09506000134352"]),
    ],
    ids=["all", "month only", "gtin only"],
)
def test_the_text_says_what_the_code_says(identifier: ProductIdentifier, lines: list[str]) -> None:
    page = label_page(Label(identifier), PrintSettings(BASE))
    assert [line.text for line in page.labels[0].lines] == lines
    drawn = ElementTree.fromstring(svg(page)).iter("{http://www.w3.org/2000/svg}text")
    assert [element.text for element in drawn] == lines


@pytest.mark.parametrize("dpi", [200, 300, 600])
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
@pytest.mark.parametrize("name", [None, "W" * 100, "Example toxin 100 U " * 5], ids=["none", "word", "words"])
def test_no_text_is_cut_and_the_quiet_zone_is_white(kind: str, dpi: int, name: str | None) -> None:
    page = label_page(Label(WIDEST, name), PrintSettings(BASE, dpi=dpi))
    (label,) = page.labels
    image = image_of(page, kind)
    left, top, right, bottom = ink(image, (0, 0, page.width, page.height)) or (0, 0, 0, 0)
    quiet = QUIET_ZONES[SymbolCarrier.QR] * label.module
    # a renderer may round the page by a dot
    assert left >= quiet - 1
    assert top >= quiet - 1
    assert right <= page.width - quiet + 1
    assert bottom <= page.height - quiet + 1
    side = len(label.rows) * label.module
    beside = label.symbol_x + side
    assert ink(image, (beside + 1, 0, beside + quiet - 1, page.height)) is None
    for line in label.lines:
        box = (line.x - 1, line.baseline - label.em, page.width, line.baseline + label.em // 4)
        drawn = ink(image, box)
        assert drawn is not None
        # the letters end where they were measured to end: nothing is missing and nothing was squeezed away
        assert abs(drawn[2] - line.width) <= label.em / 4, line.text


@pytest.mark.parametrize(
    ("dpi", "size_mm", "modules", "dots"),
    [
        (300, None, 37, 5),  # 0.423 mm: the least whole number of dots that is 0.396 mm or more
        (203, None, 37, 4),  # a thermal printer
        (200, None, 37, 4),
        (600, None, 37, 10),
        (300, 15.67, 37, 5),  # just what 37 modules of 5 dots take
        (300, 15.66, 37, 4),  # a hair less
        (300, 20, 37, 6),  # 18.8 mm; 7 dots would be 21.9
        (600, 9.5, 37, 6),  # the smallest module for healthcare, 0.254 mm
    ],
)
def test_modules_are_whole_dots(dpi: int, size_mm: float | None, modules: int, dots: int) -> None:
    assert PrintSettings(BASE, dpi=dpi, size_mm=size_mm).dots_per_module(modules) == dots


@pytest.mark.parametrize("dpi", [200, 203, 300, 600])
def test_a_label_prints_at_its_true_size(dpi: int) -> None:
    page = label_page(Label(vial()), PrintSettings(BASE, dpi=dpi))
    assert page.labels[0].module * 25.4 / dpi >= DEFAULT_MODULE_MM
    horizontal, vertical = Image.open(BytesIO(png(page))).info["dpi"]
    assert (round(horizontal), round(vertical)) == (dpi, dpi)
    root = ElementTree.fromstring(svg(page))
    assert float(root.attrib["width"].removesuffix("mm")) == pytest.approx(page.width * 25.4 / dpi, abs=1e-3)
    assert root.attrib["viewBox"] == f"0 0 {page.width} {page.height}"


@given(size=st.floats(1, 30), dpi=st.sampled_from([200, 300, 600]))
@settings(max_examples=40, deadline=None)
def test_a_size_is_kept_or_the_least_possible_one_is_named(size: float, dpi: int) -> None:
    label = Label(vial())
    try:
        (placed,) = label_page(label, PrintSettings(BASE, dpi=dpi, size_mm=size)).labels
    except RefusedError as error:
        least = float(error.expected.removeprefix("at least ").split(" mm")[0])
        assert size < least
        assert label_page(label, PrintSettings(BASE, dpi=dpi, size_mm=least))
    else:
        side = len(placed.rows) * placed.module * 25.4 / dpi
        assert side <= size + 0.01
        assert side > size - len(placed.rows) * 25.4 / dpi - 0.01


def test_svg_escapes_what_it_is_given_and_carries_no_script_or_style() -> None:
    name = '</text><script>alert("&")</script>'
    drawing = svg(label_page(Label(vial("A<&>'\"", None), name), PrintSettings(BASE)))
    elements = list(ElementTree.fromstring(drawing).iter())
    kinds = {element.tag.rpartition("}")[2] for element in elements}
    assert kinds == {"svg", "rect", "path", "g", "text"}
    assert not [
        key for element in elements for key in element.attrib if key.startswith("on") or key == "style"
    ]
    said = "".join(element.text or "" for element in elements if element.tag.endswith("text"))
    assert name in said
    assert "(10) A<&>'\"" in said


def test_a_pdf_embeds_its_letters_and_is_the_same_each_time() -> None:
    pages = sheet_pages([Label(vial()), Label(WIDEST)], PrintSettings(BASE))
    assert b"/FontFile2" in pdf(pages)
    assert pdf(pages) == pdf(pages)


def numbered(count: int) -> list[Label]:
    return [Label(vial(serial=f"SN{number:08}"), "Example 100 U") for number in range(count)]


def meaning(link: str) -> ProductIdentifier:
    identifier = read(link).identifier
    assert identifier is not None
    return identifier


@pytest.mark.slow
@pytest.mark.parametrize("dpi", [200, 300, 600])
@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_every_symbol_on_a_sheet_is_found(dpi: int, kind: str) -> None:
    wanted = [label.identifier for label in numbered(50)]
    pages = sheet_pages([Label(identifier) for identifier in wanted], PrintSettings(BASE, dpi=dpi))
    assert len(pages) == 2
    assert [meaning(label.link) for page in pages for label in page.labels] == wanted
    found = identifiers(image_of(pages[0], kind))
    first = wanted[: len(pages[0].labels)]
    assert sorted(str(each.serial) for each in found) == [str(each.serial) for each in first]


@pytest.mark.slow
def test_a_pdf_has_every_page_and_every_page_its_labels() -> None:
    pages = sheet_pages(numbered(100), PrintSettings(BASE))
    found = [identifiers(image) for image in from_pdf(pdf(pages), 300)]
    assert [len(page) for page in found] == [len(page.labels) for page in pages]
    serials = {str(identifier.serial) for page in found for identifier in page}
    assert serials == {f"SN{number:08}" for number in range(100)}


def edges(label: PlacedLabel) -> tuple[int, int, int, int]:
    return label.x, label.y, label.x + label.width, label.y + label.height


@pytest.mark.slow
@given(count=st.integers(1, 60), lot=values.filter(carried_by_link), paper=st.sampled_from(Paper))
@settings(max_examples=15, deadline=None)
def test_labels_lie_apart_on_the_paper_and_crop_marks_outside_them(
    count: int, lot: str, paper: Paper
) -> None:
    labels = [Label(vial(lot, f"S{number}")) for number in range(count)]
    pages = sheet_pages(labels, PrintSettings(BASE), paper)
    assert sum(len(page.labels) for page in pages) == count
    for page in pages:
        boxes = [edges(label) for label in page.labels]
        for number, (left, top, right, bottom) in enumerate(boxes):
            assert 0 < left < right < page.width
            assert 0 < top < bottom < page.height
            for other in boxes[number + 1 :]:
                assert right < other[0] or other[2] < left or bottom < other[1] or other[3] < top
            for x1, y1, x2, y2 in page.ticks:
                assert not (
                    left < max(x1, x2) and min(x1, x2) < right and top < max(y1, y2) and min(y1, y2) < bottom
                )
        for mark in page.ticks:
            assert all(0 <= x < page.width for x in mark[::2])
            assert all(0 <= y < page.height for y in mark[1::2])


@pytest.mark.parametrize("count", [0, MOST_LABELS + 1])
def test_the_number_of_labels_has_bounds(count: int) -> None:
    with pytest.raises(RefusedError) as refused:
        sheet_pages(numbered(1) * count, PrintSettings(BASE))
    assert refused.value.field == "serial"


@pytest.mark.parametrize("paper", Paper)
@pytest.mark.parametrize("identifier", [WIDEST, SHORTEST], ids=["widest", "shortest"])
def test_the_largest_label_fits_on_paper(paper: Paper, identifier: ProductIdentifier) -> None:
    (page,) = sheet_pages([Label(identifier, "W" * 120)], PrintSettings(BASE, size_mm=100), paper)
    left, top, right, bottom = edges(page.labels[0])
    assert 0 < left < right < page.width
    assert 0 < top < bottom < page.height


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"dpi": 72}, "dpi"),  # no printer, and modules of one dot
        ({"dpi": 100_000}, "dpi"),  # would ask for gigabytes
        ({"size_mm": 0}, "size"),
        ({"size_mm": -5}, "size"),
        ({"size_mm": 101}, "size"),
        ({"size_mm": float("nan")}, "size"),
        ({"size_mm": float("inf")}, "size"),
        ({"base_url": "ftp://example.org"}, "base-url"),
        ({"base_url": "javascript:alert(1)"}, "base-url"),
        ({"base_url": "https://example.org/?next="}, "base-url"),
        ({"base_url": ""}, "base-url"),
    ],
)
def test_what_cannot_be_printed_is_refused_by_name(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(RefusedError) as refused:
        PrintSettings(**{"base_url": BASE, **wrong})
    assert (refused.value.code, refused.value.field) == (ErrorCode.VALUE_INVALID, field)


@pytest.mark.parametrize("lot", [".", ".."])
def test_a_lot_that_no_web_address_can_carry_is_refused(lot: str) -> None:
    with pytest.raises(RefusedError) as refused:
        label_page(Label(vial(lot)), PrintSettings(BASE))
    assert refused.value.given == lot


def test_a_label_needs_a_product_number() -> None:
    with pytest.raises(RefusedError) as refused:
        label_page(Label(ProductIdentifier(lot=Lot.parse("A-7"))), PrintSettings(BASE))
    assert (refused.value.code, refused.value.field) == (ErrorCode.VALUE_MISSING, "gtin")


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Example 100 U", "Example 100 U"),
        ("  two\n lines\t ", "two lines"),  # pasted from a table
        ("Médicament Größe 50 µg®", "Médicament Größe 50 µg®"),  # Latin letters beyond ASCII
        ("Пример", None),  # the typeface has no Cyrillic: boxes on a label help nobody
        ("例", None),
        ("a\x00b", None),
        ("a\u202eb", None),  # would turn the line round
        ("x" * 121, None),  # a leaflet
    ],
)
def test_names_are_printed_whole_or_refused(text: str, printed: str | None) -> None:
    if printed is not None:
        assert check_name(text) == printed
        return
    with pytest.raises(RefusedError) as refused:
        check_name(text)
    assert (refused.value.code, refused.value.field) == (ErrorCode.VALUE_INVALID, "name")


def test_an_order_names_everything_that_is_wrong_at_once() -> None:
    with pytest.raises(InvalidFieldsError) as refused:
        read_label_form("9506000134353", lot="ä", expiry="31 FEB 2027", serials=["A", "b c", "A"], name="例")
    assert [error.field for error in refused.value.errors] == [
        "gtin",
        "lot",
        "expiry",
        "name",
        "serial",
        "serial",
    ]


def test_an_order_without_serials_is_one_label() -> None:
    assert read_label_form("9506000134352", lot="A-7", expiry="2027-12-31", serials=["", " "]) == [
        Label(vial(serial=None))
    ]
    with pytest.raises(InvalidFieldsError):
        read_label_form("  ")


GUARDED = "09506000134352"


@pytest.mark.parametrize("lot", ["A1", "A(1", "x_y"])
def test_a_data_matrix_carries_the_element_string_behind_fnc1(lot: str) -> None:
    identifier = ProductIdentifier(
        Gtin.parse(GUARDED), Lot.parse(lot), Serial.parse("S/9"), Expiry.parse("2028-06")
    )
    printing = PrintSettings(BASE, carrier=SymbolCarrier.DATA_MATRIX)
    page = label_page(Label(identifier), printing)
    (found,) = zxingcpp.read_barcodes(Image.open(BytesIO(png(page))))
    assert found.symbology_identifier == "]d2"
    assert found.bytes.decode() == f"01{GUARDED}1728060010{lot}\x1d21S/9"
    assert page.labels[0].content == found.bytes.decode()


def test_zpl_holds_content_as_text_and_never_as_commands() -> None:
    identifier = ProductIdentifier(Gtin.parse(GUARDED), Lot.parse("A_1"), Serial.parse("S9"))
    for carrier, symbol in ((SymbolCarrier.DATA_MATRIX, "^BXN"), (SymbolCarrier.QR, "^BQN")):
        page = label_page(Label(identifier, "Tox^XZ ~100 µg"), PrintSettings(BASE, carrier=carrier))
        (content,) = draw([page], LabelFormat.ZPL)
        text = content.decode()
        assert text.count("^XA") == text.count("^XZ") == 1
        assert "~" not in text
        assert symbol in text
        assert "_C2_B5" in text
    assert (
        f"^FD_101{GUARDED}10A__1_121S9^FS"
        in draw(
            [label_page(Label(identifier), PrintSettings(BASE, carrier=SymbolCarrier.DATA_MATRIX))],
            LabelFormat.ZPL,
        )[0].decode()
    )

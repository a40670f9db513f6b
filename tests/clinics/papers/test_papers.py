"""Papers as PDF: what is in them can be read, nothing runs off them, and odd texts break nothing."""

from io import BytesIO

import pypdfium2
import pytest

from service.clinics.papers.document import PaperDocument, PaperSection, draw, texts_of
from service.clinics.papers.opened_label import HEIGHT_MM, WIDTH_MM, draw_label
from service.clinics.papers.typeface import has_all, printed

TABLE = [["Product", "Lot"], *([f"Verotox {number}", f"L{number}"] for number in range(120))]
PAPER = PaperDocument(
    "Return note 7",
    [PaperSection("About", [("Clinic", "Ödlandpraxis")], ["Why?"], TABLE)],
    ["Sent by"],
    "Today",
)


def pages(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(BytesIO(content))
    found = [" ".join(each.get_textpage().get_text_bounded().split()) for each in document]
    document.close()
    return found


def test_a_paper_has_everything_and_its_footer_on_every_page() -> None:
    found = pages(draw(PAPER))
    assert len(found) > 2
    assert all("Today" in each and "Product Lot" in each for each in found[:-1])
    assert all(text in " ".join(found) for text in texts_of(PAPER))
    assert draw(PAPER) == draw(PAPER)


@pytest.mark.parametrize(
    "text",
    [
        "<b>bold</b> & <font color=red>",  # markup is text
        "</para><img src='file:///etc/passwd'/>",
        "x" * 400,  # no word is cut off
        "保妥适 تجربة",  # letters that the typeface lacks
        "line\nline\ttab\x00\x07",
        "\n".join("W" * 250),  # higher than a page, were each a line
        "W" * 500,
        "",
    ],
)
def test_an_odd_text_is_printed_as_text(text: str) -> None:
    content = draw(
        PaperDocument(text, [PaperSection(text, [(text, text)], [text], [[text], [text]])], [text], text)
    )
    whole = "".join(pages(content)).replace(" ", "").replace("\n", "")
    if text.startswith(("<", "x")):
        assert text.replace(" ", "") in whole
    assert pages(draw_label([text, text]))


def test_letters_that_the_typeface_lacks_are_told() -> None:
    assert has_all("Straße, Ağrisi, Señor, Œuvre: 2.5 µg, “ok”")
    assert not has_all("Łódź, Příbram")
    assert printed("保x") == "?x"


@pytest.mark.parametrize(
    "lines", [["Verotox"], ["A very long name of a product " * 4, "Lot A1001", "S", "O", "U", "B"]]
)
def test_a_label_is_one_page_of_its_size_and_nothing_is_cut(lines: list[str]) -> None:
    document = pypdfium2.PdfDocument(BytesIO(draw_label(lines, (0,))))
    assert len(document) == 1
    page = document[0]
    size = (round(page.get_width() * 25.4 / 72, 1), round(page.get_height() * 25.4 / 72, 1))
    assert size == (WIDTH_MM, HEIGHT_MM)
    textpage = page.get_textpage()
    boxes = [textpage.get_charbox(number) for number in range(textpage.count_chars())]
    assert min(box[0] for box in boxes) >= 0
    assert min(box[1] for box in boxes) >= 0
    assert max(box[2] for box in boxes) <= page.get_width()
    document.close()

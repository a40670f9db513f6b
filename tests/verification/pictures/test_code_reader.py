"""Codes in pictures: the shared corpus, pictures of our own, and files that were made to do harm."""

import random
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from service.errors import ErrorCode, VialcheckError
from service.verification.pictures import code_reader, image_loading
from service.verification.pictures.code_reader import MOST_CODES, DecodedCode, read_codes
from service.verification.pictures.image_loading import MOST_BYTES, open_image
from tests.factories.scans.pictures import GS, GTIN, HRI, PLAIN, beside, encoded, symbol, unit
from tests.figures import Say

# What Pillow warns of (damaged EXIF, a malformed second picture, many pixels) is handled or harmless here.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")


def refused(data: bytes) -> ErrorCode:
    with pytest.raises(VialcheckError) as error:
        read_codes(data)
    return error.value.code


# --- the shared corpus


def rows(corpora: Path) -> list[dict[str, str]]:
    lines = (corpora / "barcodes" / "INDEX.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    names = lines[0].split("\t")
    return [dict(zip(names, line.split("\t"), strict=False)) for line in lines[1:]]


def plain(cell: str) -> str:
    """A cell of the index without its escapes."""
    return cell.encode("latin-1", "backslashreplace").decode("unicode_escape")


def family(row: dict[str, str]) -> str:
    kinds = {"datamatrix": "DataMatrix", "inverted": "DataMatrix", "qrcode": "QR", "falsepositives": "none"}
    return kinds.get(row["set"].split("-")[0], "linear")


TARGETS = {"DataMatrix": 115 / 120, "QR": 265 / 287, "linear": 1.0, "none": 0.0}


@pytest.mark.slow
@pytest.mark.parametrize("kind", TARGETS)
def test_the_shared_corpus_is_read_and_nothing_is_read_wrongly(corpora: Path, kind: str, say: Say) -> None:
    read, wrong, wrong_kind, of = 0, [], [], 0
    for row in rows(corpora):
        if family(row) != kind:
            continue
        of += 1
        known = row["zxingcpp_3.1.1"] != "none"
        expected = plain(row["text_plain"] if known else row["expected_text"])
        codes = read_codes((corpora / "barcodes" / row["file"]).read_bytes())
        right = [code for code in codes if code.text and code.text in expected and kind != "none"]
        wrong += [(row["file"], code.text) for code in codes if code not in right]
        read += bool(right)
        if known:
            wrong_kind += [row["file"] for code in right if code.symbology not in row["symbology_identifier"]]
    say(f"\n{kind:10} read {read} of {of}, wrong {len(wrong)}")
    assert wrong == []
    assert wrong_kind == []
    assert read / of >= TARGETS[kind]


# --- what is read


@pytest.mark.parametrize(
    ("kind", "text", "gs1", "format_", "symbology", "elements"),
    [
        ("DataMatrix", HRI, True, "DataMatrix", {"]d2", "]d8"}, {"21": "SN0001"}),  # ]d8: rectangular
        ("QRCode", HRI, True, "QRCode", {"]Q3"}, {"21": "SN0001"}),
        ("Code128", f"(01){GTIN}(10)A1001", True, "Code128", {"]C1"}, {"10": "A1001"}),
        ("DataBarExp", f"(01){GTIN}(10)A1001", True, "DataBarExp", {"]e0"}, {"10": "A1001"}),
        ("QRCode", f"https://evil.example/01/{GTIN}/10/A1001", False, "QRCode", {"]Q1"}, {"10": "A1001"}),
        ("EAN13", GTIN[1:], False, "EAN13", {"]E0"}, {"01": GTIN}),
        ("ITF14", GTIN, False, "ITF", {"]I1"}, {"01": GTIN}),
        ("QRCode", "WIFI:S:clinic;;", False, "QRCode", {"]Q1"}, None),
    ],
)
def test_each_kind_of_symbol_keeps_its_identifier_and_its_separators(
    kind: str, text: str, gs1: bool, format_: str, symbology: set[str], elements: dict[str, str] | None
) -> None:
    (code,) = read_codes(encoded(symbol(text, kind, gs1=gs1)))
    assert code.format == format_
    assert code.symbology in symbology
    reading = code.reading()
    said = dict(reading.elements) if reading else None
    assert said == elements or (said and elements and elements.items() <= said.items())
    if text == HRI:
        assert code.text == PLAIN
        assert GS in code.scan


@pytest.mark.parametrize("kind", ["MicroQRCode", "RMQRCode", "Code39", "EAN8", "ITF"])
def test_kinds_that_noise_passes_for_and_medicines_do_not_bear_are_left_alone(kind: str) -> None:
    text = {"EAN8": "96385074", "ITF": "0950600013"}.get(kind, "12345")
    assert read_codes(encoded(symbol(text, kind))) == ()


def test_an_eci_says_how_letters_are_written_and_is_no_other_kind_of_data() -> None:
    code = DecodedCode("QRCode", "]Q4", PLAIN, ((0, 0),) * 4)
    reading = code.reading()
    assert reading is not None
    assert reading.symbology == "]Q3"


def test_every_code_of_a_carton_is_read() -> None:
    qr = symbol(f"https://check.example.org/01/{GTIN}/10/A1001", "QRCode")
    codes = read_codes(encoded(beside(qr, unit(), symbol(GTIN[1:], "EAN13"))))
    assert {code.format for code in codes} == {"QRCode", "DataMatrix", "EAN13"}


def test_codes_in_one_picture_are_counted_and_the_same_one_counts_once() -> None:
    assert len(read_codes(encoded(beside(unit(), unit())))) == 1
    sheet = Image.new("L", (8 * 130, 8 * 130), 255)
    for number in range(64):
        sheet.paste(symbol(f"T{number:03}", scale=4), (number % 8 * 130, number // 8 * 130))
    assert len(read_codes(encoded(sheet))) == MOST_CODES


def test_binary_content_is_no_fault() -> None:
    noise = bytes(range(256)).decode("latin-1")
    (code,) = read_codes(encoded(symbol(noise, "QRCode")))
    assert code.reading() is None


# --- how it is opened

PHOTO = beside(unit()).rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def sixteen_bits(picture: Image.Image) -> Image.Image:
    """The same brightness in two bytes a pixel."""
    doubled = bytes(byte for byte in picture.tobytes() for _ in range(2))
    return Image.frombytes("I;16", picture.size, doubled)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK", "1")),
        *(("PNG", mode) for mode in ("L", "LA", "RGB", "RGBA", "P", "1", "I;16")),
        *(("WEBP", mode) for mode in ("L", "RGB", "RGBA")),
    ],
)
def test_every_kind_and_mode_of_picture_is_opened(kind: str, mode: str) -> None:
    picture = sixteen_bits(PHOTO) if mode == "I;16" else PHOTO.convert(mode)
    assert [code.text for code in read_codes(encoded(picture, kind))] == [PLAIN]


def test_behind_a_transparent_picture_there_is_white_paper() -> None:
    dark = PHOTO.point(lambda value: 255 - value)
    clear = Image.new("LA", PHOTO.size)
    clear.putalpha(dark)  # black everywhere, and seen only where the code is dark
    assert [code.text for code in read_codes(encoded(clear))] == [PLAIN]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_and_the_position_is_that_of_the_upright_one(orientation: int) -> None:
    upright = Image.new("L", (600, 400), 255)
    upright.paste(unit(scale=4), (20, 30))
    turned = upright
    back = {6: 8, 8: 6}.get(orientation, orientation)
    if back in image_loading._UPRIGHT:
        turned = upright.transpose(image_loading._UPRIGHT[back])
    exif = Image.Exif()
    exif[0x0112] = orientation
    (code,) = read_codes(encoded(turned, "JPEG", exif=exif, quality=95))
    assert code.text == PLAIN
    assert min(x for x, _ in code.position) == pytest.approx(40, abs=3)
    assert min(y for _, y in code.position) == pytest.approx(50, abs=3)


@pytest.mark.slow
def test_more_than_twelve_megapixels_are_scaled_first_and_the_position_is_that_of_the_original() -> None:
    for kind in ("JPEG", "PNG"):
        large = Image.new("L", (5600, 4200), 255)
        large.paste(unit(scale=12), (3000, 2000))
        picture = open_image(encoded(large, kind))
        assert (picture.width, picture.height) == large.size
        assert picture.grey.width * picture.grey.height <= image_loading.FULL_SIZE
        (code,) = read_codes(encoded(large, kind))
        assert min(x for x, _ in code.position) == pytest.approx(3060, abs=6)
        assert min(y for _, y in code.position) == pytest.approx(2060, abs=6)


@pytest.mark.parametrize(
    ("module", "blur", "measures"),
    [  # pixels a module, and how far out of focus; each measure reads what the others do not
        (2.5, 1.0, code_reader._MEASURES[:1]),
        (2.0, 1.0, code_reader._MEASURES[1:2]),
        (1.8, 0.0, code_reader._MEASURES[2:3]),
        (2.2, 0.0, code_reader._MEASURES[3:]),
    ],
)
def test_each_way_of_preparing_reads_more_and_knows_where(
    module: float, blur: float, measures: tuple[Any, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    sharp = unit(scale=12)
    size = round(sharp.width * module / 12), round(sharp.height * module / 12)
    paper = Image.new("L", (1500, 1000), 255)
    paper.paste(sharp.resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(blur)), (700, 450))
    monkeypatch.setattr(code_reader, "_MEASURES", ())
    assert read_codes(encoded(paper)) == ()
    monkeypatch.setattr(code_reader, "_MEASURES", measures)
    (code,) = read_codes(encoded(paper))
    assert code.text == PLAIN
    assert min(x for x, _ in code.position) == pytest.approx(700 + 5 * module, abs=3)
    assert min(y for _, y in code.position) == pytest.approx(450 + 5 * module, abs=3)


def test_a_phones_jpeg_with_a_second_picture_inside_is_no_animation() -> None:
    file = BytesIO()
    PHOTO.save(file, "MPO", save_all=True, append_images=[PHOTO.resize((100, 100))])
    assert [code.text for code in read_codes(file.getvalue())] == [PLAIN]


# --- what is refused

PNG = encoded(PHOTO)
JPEG = encoded(PHOTO, "JPEG")
WEBP = encoded(PHOTO, "WEBP")


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width: int, height: int) -> bytes:
    """A few hundred bytes that claim to be so large."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return PNG[:8] + head + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


def animated(kind: str) -> bytes:
    return encoded(PHOTO, kind, save_all=True, append_images=[PHOTO.rotate(90)], duration=100)


def progressive(scans: int) -> bytes:
    """A JPEG whose last pass is there so many times; each is as much work as the whole picture."""
    data = encoded(Image.new("L", (2000, 1500), 128), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + data[-2:]


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", ErrorCode.FILE_EMPTY),
        (lambda: b"lot A1001", ErrorCode.PICTURE_KIND),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", ErrorCode.PICTURE_KIND),
        (lambda: b"%PDF-1.7", ErrorCode.PICTURE_KIND),
        (lambda: encoded(PHOTO, "GIF"), ErrorCode.PICTURE_KIND),
        (lambda: encoded(PHOTO, "TIFF"), ErrorCode.PICTURE_KIND),
        (lambda: encoded(PHOTO, "BMP"), ErrorCode.PICTURE_KIND),
        (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", ErrorCode.PICTURE_HEIC),
        (lambda: JPEG[: len(JPEG) // 2], ErrorCode.PICTURE_BROKEN),
        (lambda: PNG[: len(PNG) // 2], ErrorCode.PICTURE_BROKEN),
        (lambda: WEBP[: len(WEBP) // 2], ErrorCode.PICTURE_BROKEN),
        (lambda: JPEG[:3], ErrorCode.PICTURE_KIND),
        (lambda: PNG[:8], ErrorCode.PICTURE_KIND),
        (lambda: animated("PNG"), ErrorCode.PICTURE_ANIMATED),
        (lambda: animated("WEBP"), ErrorCode.PICTURE_ANIMATED),
        (lambda: JPEG + bytes(MOST_BYTES), ErrorCode.PICTURE_TOO_LARGE),
        (lambda: png_of(65_000, 65_000), ErrorCode.PICTURE_TOO_LARGE),
        (lambda: png_of(2**31 - 1, 2**31 - 1), ErrorCode.PICTURE_TOO_LARGE),
        (lambda: png_of(10_000, 10_000), ErrorCode.PICTURE_TOO_LARGE),
        (lambda: png_of(100, 25_000), ErrorCode.PICTURE_TOO_LARGE),
        (lambda: encoded(Image.new("L", (16_000, 1))), None),  # odd, and no harm
        (lambda: progressive(60), ErrorCode.PICTURE_BROKEN),
        (lambda: progressive(20), None),
        (lambda: JPEG[:2] + b"\xff\xe5\0\2" * 30_000 + JPEG[2:], ErrorCode.PICTURE_BROKEN),
        (lambda: JPEG[:2] + b"\xff\xe5\0\2" * 300 + JPEG[2:], None),
        (lambda: PNG[:33] + chunk(b"abCd", b"") * 30_000 + PNG[33:], ErrorCode.PICTURE_BROKEN),
    ],
)
def test_what_cannot_be_a_photo_is_refused(make: Callable[[], bytes], code: ErrorCode | None) -> None:
    if code is None:
        read_codes(make())
    else:
        assert refused(make()) is code


def corner(scale: int, width: int, height: int) -> Image.Image:
    """A picture that is nothing but corners of QR codes: the decoder compares them all with each other."""
    ring = Image.new("L", (9, 9), 255)
    ring.paste(0, (1, 1, 8, 8))
    ring.paste(255, (2, 2, 7, 7))
    ring.paste(0, (3, 3, 6, 6))
    ring = ring.resize((9 * scale, 9 * scale), Image.Resampling.NEAREST)
    paper = Image.new("L", (width, height), 255)
    for top in range(0, height, ring.height):
        for left in range(0, width, ring.width):
            paper.paste(ring, (left, top))
    return paper


@pytest.mark.parametrize("scale", [1, 2])
def test_a_hostile_picture_starts_no_search_that_it_cannot_end(
    scale: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the halving of grain the finest corners take 24 s in a single search."""
    looked: list[int] = []
    searched = code_reader._search

    def count(*arguments: object) -> object:
        looked.append(1)
        return searched(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(code_reader, "_search", count)
    monkeypatch.setattr(code_reader, "MOST_SECONDS", 0.0)
    assert code_reader._is_grain(corner(1, 2000, 1500))
    assert read_codes(encoded(corner(scale, 1800, 1200))) == ()
    assert len(looked) == 1  # the time was over after the first


@pytest.mark.slow
def test_noise_reads_as_nothing() -> None:
    numbers = random.Random(3)
    for size in (200, 400, 800):
        grain = Image.frombytes("L", (size, size), numbers.randbytes(size * size))
        for scale in (1, 2, 3):
            assert read_codes(encoded(grain.resize((size * scale, size * scale)))) == ()


def test_nothing_of_the_picture_is_written_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for data in (PNG, JPEG, WEBP):
        read_codes(data)
    assert list(tmp_path.iterdir()) == []


def outcome(data: bytes) -> set[str] | ErrorCode:
    """What is read, or why not; any other error is a fault of ours."""
    try:
        return {code.text for code in read_codes(data)}
    except VialcheckError as error:
        return error.code


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([PNG, JPEG, WEBP]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=0, max_size=6)), max_size=4),
    st.floats(0.2, 1),
)
def test_a_damaged_file_is_read_or_refused(
    data: bytes, damages: list[tuple[float, bytes]], kept: float
) -> None:
    """And what is read out of it was in it: damage makes no other code."""
    spoilt = bytearray(data)
    for place, piece in damages:
        at = int(place * len(spoilt))
        spoilt[at : at + len(piece)] = piece
    found = outcome(bytes(spoilt[: int(kept * len(spoilt))]))
    assert found.startswith("picture_") if isinstance(found, ErrorCode) else found <= {PLAIN}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([b"", PNG[:8], JPEG[:3], JPEG[:20], WEBP[:12]]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(head: bytes, rest: bytes) -> None:
    assert outcome(head + rest) in (set(), *ErrorCode)

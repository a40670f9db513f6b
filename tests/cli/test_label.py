"""`vialcheck label`: files that print, and refusals in the person's words with exit status 2."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service import cli
from service.gs1.identifiers import Expiry, Gtin, Lot, ProductIdentifier, Serial
from service.registry.labels import MOST_LABELS
from tests.factories.scans.label_reader import from_pdf, from_png, from_svg, identifiers, texts

GTIN = "9506000134352"
BASE = ("--base-url", "https://check.example.org")


def run(*arguments: str, typed: str | bytes = "") -> Result:
    return CliRunner().invoke(cli.group, ["label", *arguments], input=typed, catch_exceptions=False)


def vial(serial: str | None = None) -> ProductIdentifier:
    return ProductIdentifier(
        Gtin.parse(GTIN), Lot.parse("A-7"), Serial.parse(serial) if serial else None, Expiry.parse("12/2027")
    )


PRODUCT = ("--gtin", GTIN, "--lot", "A-7", "--expiry", "12/2027", "--name", "Example 100 U")


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_label_in_the_format_of_its_files_ending(tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"label.{ending}"
    assert run(*PRODUCT, "--serial", "S1", *BASE, "--dpi", "600", "--out", str(out)).exit_code == 0
    content = out.read_bytes()
    image = {
        "png": lambda: from_png(content),
        "svg": lambda: from_svg(content.decode(), 600),
        "pdf": lambda: from_pdf(content, 600)[0],
    }[ending]()
    assert identifiers(image) == [vial("S1")]


def test_standard_output_gets_the_bytes_and_nothing_else() -> None:
    result = run(*PRODUCT, *BASE, "--out", "-")
    assert identifiers(from_png(result.stdout_bytes)) == [vial()]
    assert result.stderr == ""


def test_serials_from_options_and_a_file_become_a_sheet(tmp_path: Path) -> None:
    listed = tmp_path / "serials.txt"
    listed.write_bytes(b"\xef\xbb\xbfS2\r\n\r\nS3\n")  # as a spreadsheet saves it
    out = tmp_path / "sheet.pdf"
    run(*PRODUCT, "--serial", "S1", "--serials", str(listed), *BASE, "--paper", "letter", "--out", str(out))
    (page,) = from_pdf(out.read_bytes(), 300)
    assert page.width == 2550  # 8.5 inches
    assert sorted(str(each.serial) for each in identifiers(page)) == ["S1", "S2", "S3"]


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["png", "svg"])
def test_sheets_without_pages_become_numbered_files(tmp_path: Path, ending: str) -> None:
    typed = "\n".join(f"S{number}" for number in range(60))
    out = str(tmp_path / f"sheet.{ending}")
    assert run(*PRODUCT, "--serials", "-", *BASE, "--out", out, typed=typed).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"sheet-1.{ending}", f"sheet-2.{ending}"]


def test_the_operators_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIALCHECK_PUBLIC_URL", "https://vials.example/check/")
    result = run("--gtin", GTIN, "--out", "-")
    assert texts(from_png(result.stdout_bytes)) == ["https://vials.example/check/01/09506000134352"]
    assert result.stderr == ""


def test_without_an_address_it_warns_that_only_this_computer_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIALCHECK_PUBLIC_URL", raising=False)
    result = run("--gtin", GTIN, "--out", "-")
    assert result.exit_code == 0
    assert "VIALCHECK_PUBLIC_URL" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--gtin", "9506000134353"], "9506000134353"),  # check digit
        (["--gtin", ""], "product number"),
        (["--gtin", GTIN, "--lot", "Ä"], "lot number"),
        (["--gtin", GTIN, "--lot", "A" * 21], "lot number"),
        (["--gtin", GTIN, "--expiry", "31 FEB 2027"], "31 FEB 2027"),
        (["--gtin", GTIN, "--serial", "A", "--serial", "A"], "only once"),
        (["--gtin", GTIN, "--size", "2"], "at least"),
        (["--gtin", GTIN, "--size", "nan"], "size"),
        (["--gtin", GTIN, "--dpi", "10000"], "600"),
        (["--gtin", GTIN, "--name", "例"], "Latin"),
        (["--gtin", GTIN, "--base-url", "example.org"], "https://"),
        (["--gtin", GTIN, "--paper", "a3"], "letter"),
        (["--gtin", GTIN, "--format", "gif"], "svg"),
        (["--gtin", GTIN, "--out", "label.gif"], "label.gif"),
        (["--gtin", GTIN, "--out", "/nowhere/label.png"], "/nowhere/label.png"),
        (["--gtin", GTIN, "--serials", "/nowhere/serials.txt"], "/nowhere/serials.txt"),
        ([], "--gtin"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    arguments: list[str], word: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # the last --out and --base-url win, so that a row may bring its own
    monkeypatch.setattr(sys, "argv", ["vialcheck", "label", *BASE, "--out", "-", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    said = capsys.readouterr()
    assert word in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("\n".join(f"S{number}" for number in range(MOST_LABELS + 1)).encode(), str(MOST_LABELS)),
        (b"S1\nS\xff2\n", "text file"),
        (b"S1\nS\x002\n", "serial"),
    ],
    ids=["too many", "not UTF-8", "control character"],
)
def test_a_list_that_cannot_be_printed(
    tmp_path: Path,
    typed: bytes,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed, out = tmp_path / "serials.txt", tmp_path / "sheet.pdf"
    listed.write_bytes(typed)
    arguments = ["label", "--gtin", GTIN, *BASE, "--serials", str(listed), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["vialcheck", *arguments])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 2
    assert word in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.slow
def test_many_sheets_do_not_fit_into_one_stream() -> None:
    typed = "\n".join(f"S{number}" for number in range(60))
    result = run(*PRODUCT, "--serials", "-", *BASE, "--format", "png", "--out", "-", typed=typed)
    assert result.exit_code == 2
    assert "use pdf" in result.stderr

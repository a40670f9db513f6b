"""`vialcheck decode`: one object a file, and a refused file does not stop the next."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.decode import decode
from tests.factories.scans.pictures import GTIN, PLAIN, beside, encoded, symbol, unit


def run(*arguments: object) -> Result:
    return CliRunner().invoke(decode, [str(each) for each in arguments])


def test_each_code_with_its_elements_and_its_place(tmp_path: Path) -> None:
    carton = tmp_path / "carton.png"
    carton.write_bytes(encoded(beside(unit(), symbol("https://shop.example/", "QRCode"))))
    result = run(carton, "--json")
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    found = json.loads(line)
    assert found["file"] == str(carton)
    assert {code["format"] for code in found["codes"]} == {"DataMatrix", "QRCode"}
    by_format = {code["format"]: code for code in found["codes"]}
    matrix, qr = by_format["DataMatrix"], by_format["QRCode"]
    assert matrix.keys() == {"format", "symbology", "text", "elements", "position"}
    assert matrix["text"] == PLAIN
    assert matrix["elements"] == {"01": GTIN, "17": "701231", "10": "A1001", "21": "SN0001"}
    assert [len(corner) for corner in matrix["position"]] == [2, 2, 2, 2]
    assert qr["text"] == "https://shop.example/"
    assert qr["elements"] is None


def test_a_refused_file_is_said_and_the_next_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a long path is said cut off
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "c.png").write_bytes(encoded(unit()))
    result = run(Path("a.png"), Path("b.png"), tmp_path, Path("c.png"), "--json")
    assert result.exit_code == 1
    text, missing, folder, good = map(json.loads, result.stdout.splitlines())
    assert text["error"]["code"] == "picture_kind"
    assert missing["error"]["code"] == folder["error"]["code"] == "file_unreadable"
    assert "b.png" in missing["error"]["message"]
    assert len(good["codes"]) == 1


def test_a_picture_without_a_code_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "blank.png").write_bytes(encoded(beside(unit()).point(lambda _: 255)))
    result = run(tmp_path / "blank.png", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["codes"] == []
    assert "No code was found" in run(tmp_path / "blank.png").stdout


def test_people_read_the_fields_and_see_the_separators(tmp_path: Path) -> None:
    (tmp_path / "vial.png").write_bytes(encoded(unit()))
    said = run(tmp_path / "vial.png").stdout
    assert "(21) SN0001" in said
    assert "A1001␝21" in said
    (tmp_path / "empty.png").write_bytes(b"")
    refused = run(tmp_path / "empty.png")
    assert refused.exit_code == 1
    assert "This file is empty." in refused.stderr

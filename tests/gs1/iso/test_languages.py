"""Languages as people write them."""

import pytest

from service.errors import ErrorCode, IdentifierError
from service.gs1.iso.languages import LANGUAGES, parse_language


@pytest.mark.parametrize(
    ("text", "code"), [("tr", "tr"), ("TR", "tr"), (" Turkish ", "tr"), ("english", "en")]
)
def test_read(text: str, code: str) -> None:
    assert parse_language(text) == code


@pytest.mark.parametrize("text", ["", "Klingon", "tur", "t"])
def test_refused(text: str) -> None:
    with pytest.raises(IdentifierError) as refused:
        parse_language(text)
    assert refused.value.code is ErrorCode.LANGUAGE_UNKNOWN


def test_every_code_comes_back_from_its_name() -> None:
    assert all(parse_language(name) == code for code, name in LANGUAGES.items())

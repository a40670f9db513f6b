"""Countries as people write them, and where their days end."""

from datetime import date

import pytest

from service.errors import ErrorCode, IdentifierError
from service.gs1.iso.countries import countries, parse_country, zone_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FR", "FR"),
        (" fr ", "FR"),
        ("France", "FR"),
        ("UK", "GB"),  # what most people write; the code is GB
        ("United Kingdom", "GB"),
        ("USA", "US"),
        ("Türkiye", "TR"),
        ("Türkei", "TR"),
        ("Großbritannien", "GB"),
        ("U.S.A.", "US"),
        ("Германия", "DE"),
        ("日本", "JP"),
        ("Brasil", "BR"),
        ("south  korea", "KR"),
    ],
)
def test_read(text: str, code: str) -> None:
    assert parse_country(text) == code


@pytest.mark.parametrize("text", ["", "XX", "Narnia", "FRA", "F", "\uff26\uff11"])
def test_refused(text: str) -> None:
    with pytest.raises(IdentifierError) as refused:
        parse_country(text)
    assert refused.value.code is ErrorCode.COUNTRY_UNKNOWN


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("FR", "Europe/Paris"),
        ("BR", "America/Noronha"),  # four zones: the first in which the day ends
        ("US", "America/New_York"),
        (None, "UTC"),
    ],
)
def test_the_zone_in_which_the_day_ends_first(code: str | None, zone: str) -> None:
    assert zone_of(code, date(2026, 6, 1)).key == zone


def test_every_country_has_a_zone_but_the_uninhabited() -> None:
    without = {code for code in countries() if zone_of(code, date(2026, 6, 1)).key == "UTC"}
    assert without <= {"BV", "HM"}

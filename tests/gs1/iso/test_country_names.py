"""Countries in the words of many languages: no name means two, and every code is a country's."""

from service.gs1.iso.countries import countries
from service.gs1.iso.country_names import _NAMES, COUNTRY_NAMES


def test_every_name_is_of_one_country() -> None:
    written = [name for line in _NAMES.split("\n") for name in line[3:].split("|") if name]
    assert len(written) == len(set(written)) == len(COUNTRY_NAMES)
    assert set(COUNTRY_NAMES.values()) <= set(countries())

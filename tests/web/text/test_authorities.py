"""Whose site a notice is linked on, and what the link is called: never the authority's where it is not."""

from gettext import NullTranslations

import pytest

from service.web.text.answers.contacts import notice_link_words
from service.web.text.authorities import AUTHORITIES, EMERGENCY, emergency_number, is_own_site


@pytest.mark.parametrize(
    ("authority", "source", "own"),
    [
        ("MHRA", "https://www.gov.uk/drug-device-alerts/x", True),
        ("MHRA", "https://yellowcard.mhra.gov.uk/", True),
        ("FDA", "https://www.fda.gov/drugs/x", True),
        ("Health Canada", "https://recalls-rappels.canada.ca/en/x", True),
        ("WHO", "https://www.who.int/news/x", True),
        ("EMA", "https://www.ema.europa.eu/x", True),
        ("Medsafe", "https://www.medsafe.govt.nz/x", True),
        ("COFEPRIS", "https://www.gob.mx/cofepris/x", True),
        ("NAMMD (Romania)", "https://www.anm.ro/x", True),
        ("AMK (Germany)", "https://abda.de/x", True),
        # an authority that is not in our table, on a government's site
        ("DIGEMID", "https://www.digemid.minsa.gob.pe/x", True),
        # the press, companies and blogs
        ("MHRA", "https://www.europesays.com/uk/x", False),
        ("ANVISA", "https://california18.com/x", False),
        ("NAFDAC", "https://henryjex.blogspot.com/x", False),
        ("FDA", "https://www.drugs.com/x", False),
        # other countries' governments that pass it on
        ("WHO", "https://www.nafdac.gov.ng/x", False),
        ("MHRA EL(24)A/38", "https://www.drugoffice.gov.hk/x", False),
        ("FDA", "https://www.gov.uk/x", False),
        # addresses that are made to look like one
        ("MHRA", "https://gov.uk.example.com/x", False),
        ("FDA", "https://fda-gov.com/x", False),
        ("FDA", "https://notfda.gov.example/x", False),
        ("COFEPRIS", "https://example.com/www.gob.mx", False),
        # names and addresses that are none
        ("", "https://example.com/", False),
        ("FDA", "", False),
        ("FDA", "not an address", False),
    ],
)
def test_whose_site_it_is(authority: str, source: str, own: bool) -> None:
    assert is_own_site(authority, source) is own


@pytest.mark.parametrize("country", sorted(AUTHORITIES))
def test_each_authority_is_at_home_on_its_own_site(country: str) -> None:
    authority = AUTHORITIES[country]
    assert is_own_site(authority.name, authority.url)


@pytest.mark.parametrize(
    ("authority", "source", "words"),
    [
        ("MHRA", "https://www.gov.uk/x", "Read the warning of MHRA"),
        (
            "MHRA",
            "https://www.europesays.com/x",
            "About the MHRA warning, on another site (europesays.com)",
        ),
        ("", "https://example.com/x", "Read about the warning (example.com)"),
    ],
)
def test_a_link_says_whose_page_it_opens(authority: str, source: str, words: str) -> None:
    assert notice_link_words(authority, source, NullTranslations()) == words


@pytest.mark.parametrize("country", sorted(EMERGENCY))
def test_each_emergency_number_has_a_page_to_show_for_it(country: str) -> None:
    known = EMERGENCY[country]
    assert known.source.startswith(("https://", "http://"))
    assert known.number.isdigit()
    assert 3 <= len(known.number) <= 5


def test_a_country_without_a_checked_number_gets_none() -> None:
    assert emergency_number("AQ") == ""
    assert emergency_number("") == ""
    assert emergency_number("AR") == "107"  # the line for illness, not 911 for everything

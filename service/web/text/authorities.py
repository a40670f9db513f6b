"""Where to report a suspect medicine, by country: the authority, its own site (linked, never fetched) and its
phone number where one was established. Other readers are told to ask for their national authority.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from urllib.parse import urlsplit

from service.web.text.formatting import country_name


@dataclass(frozen=True, slots=True)
class Authority:
    """A medicines authority, by the name that it uses itself. `phone`: for patients, where established."""

    name: str
    url: str
    phone: str = ""


AUTHORITIES: Mapping[str, Authority] = {
    "AR": Authority("ANMAT", "https://www.argentina.gob.ar/anmat"),
    "AT": Authority("BASG", "https://www.basg.gv.at/"),
    "AU": Authority("TGA", "https://www.tga.gov.au/", "1800 020 653"),
    "BE": Authority("FAMHP", "https://www.famhp.be/"),
    "BR": Authority("ANVISA", "https://www.gov.br/anvisa/"),
    "CA": Authority("Health Canada", "https://www.canada.ca/en/health-canada.html"),
    "CH": Authority("Swissmedic", "https://www.swissmedic.ch/"),
    "CO": Authority("INVIMA", "https://www.invima.gov.co/"),
    "DE": Authority("BfArM", "https://www.bfarm.de/"),
    "DK": Authority("Danish Medicines Agency", "https://laegemiddelstyrelsen.dk/"),
    "ES": Authority("AEMPS", "https://www.aemps.gob.es/"),
    "FR": Authority("ANSM", "https://ansm.sante.fr/"),
    "GB": Authority("MHRA Yellow Card", "https://yellowcard.mhra.gov.uk/", "0800 731 6789"),
    "IE": Authority("HPRA", "https://www.hpra.ie/"),
    "IN": Authority("CDSCO", "https://cdsco.gov.in/"),
    "IT": Authority("AIFA", "https://www.aifa.gov.it/"),
    "JP": Authority("PMDA", "https://www.pmda.go.jp/english/"),
    "KR": Authority("MFDS", "https://www.mfds.go.kr/eng/"),
    "MX": Authority("COFEPRIS", "https://www.gob.mx/cofepris", "800 033 5050"),
    "NG": Authority("NAFDAC", "https://www.nafdac.gov.ng/"),
    "NL": Authority("IGJ", "https://www.igj.nl/"),
    "NZ": Authority("Medsafe", "https://www.medsafe.govt.nz/"),
    "PL": Authority("GIF", "https://www.gov.pl/web/gif"),
    "PT": Authority("INFARMED", "https://www.infarmed.pt/"),
    "SA": Authority("SFDA", "https://www.sfda.gov.sa/en"),
    "SE": Authority("Läkemedelsverket", "https://www.lakemedelsverket.se/"),
    "SG": Authority("HSA", "https://www.hsa.gov.sg/"),
    "TR": Authority("TİTCK", "https://www.titck.gov.tr/"),
    "US": Authority("FDA MedWatch", "https://www.fda.gov/medwatch", "1-800-332-1088"),
    "ZA": Authority("SAHPRA", "https://www.sahpra.org.za/"),
}
"""By ISO 3166-1 alpha-2 code."""

EMERGENCY: Mapping[str, str] = {
    **dict.fromkeys(
        ["AT", "BE", "DE", "DK", "ES", "FR", "IE", "IN", "IT", "NG", "NL", "PL", "PT", "SE", "TR", "ZA"],
        "112",
    ),
    **dict.fromkeys(["AR", "CA", "MX", "US"], "911"),
    **dict.fromkeys(("JP", "KR"), "119"),
    "AU": "000",
    "BR": "192",
    "CH": "144",
    "CO": "123",
    "GB": "999",
    "NZ": "111",
    "SA": "997",
    "SG": "995",
}
"""The number for an ambulance, by ISO 3166-1 alpha-2 code."""

_PUBLIC_HOSTS = re.compile(r"(?:^|\.)(?:gov|gob|gouv|gc|go|europa|who)\.(?:[a-z]{2}|eu|int)$|\.gov$")
"""Hosts of governments, of the European Union and of the World Health Organization."""


_OTHERS = ("anm.ro", "abda.de")
"""Sites of the Romanian authority, and of the German pharmacists who publish warnings to pharmacies (AMK)."""


def country_of(authority: str) -> str:
    """The country (ISO 3166-1 alpha-2) of an authority by its name; empty where it is not known."""
    return next((code for code, each in AUTHORITIES.items() if _is_called(each, authority)), "")


def authority_words(name: str, tr: NullTranslations) -> str:
    """An authority with what it is and where: "COFEPRIS (medicines authority, Mexico)"."""
    country = country_name(country_of(name))
    if not country:
        return name
    return tr.gettext("{authority} (medicines authority, {country})").format(authority=name, country=country)


def is_own_site(authority: str, source: str) -> bool:
    """Whether an address is one of an authority or of a government, and not of the press."""
    host = (urlsplit(source).hostname or "").removeprefix("www.")
    own = (urlsplit(each.url).hostname or "" for each in AUTHORITIES.values() if _is_called(each, authority))
    sites = [each.removeprefix("www.") for each in own]
    return bool(_PUBLIC_HOSTS.search(host)) or any(
        f".{host}".endswith(f".{site}") for site in (*sites, *_OTHERS)
    )


def _is_called(authority: Authority, name: str) -> bool:
    return bool(name) and (authority.name == name or authority.name.split()[0] == name)

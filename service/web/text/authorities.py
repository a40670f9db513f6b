"""Where to report a suspect medicine, by country: the authority, its own site (linked, never fetched) and its
phone number where one was established. Other readers are told to ask for their national authority.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from urllib.parse import urlsplit

from service.web.text.locales import country_name


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


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """What to dial for an ambulance, and the page that was read for it. Checked in November 2026."""

    number: str
    source: str


_EUROPE = EmergencyNumber(
    "112", "https://ec.europa.eu/information_society/activities/112/actions/index_en.htm"
)

EMERGENCY: Mapping[str, EmergencyNumber] = {
    **dict.fromkeys(("AT", "BE", "DE", "DK", "ES", "FR", "IE", "IT", "NL", "PL", "PT", "SE"), _EUROPE),
    "AR": EmergencyNumber(
        "107", "https://www.santafe.gob.ar/index.php/web/content/view/full/258167/(subtema)/114560"
    ),
    "AU": EmergencyNumber("000", "https://ambulance.qld.gov.au/calling-an-ambulance"),
    "BR": EmergencyNumber("192", "https://www.gov.br/saude/pt-br/campanhas-da-saude/2025/samu-192"),
    "CA": EmergencyNumber("911", "https://www.alberta.ca/what-to-expect-when-calling-911"),
    "CH": EmergencyNumber("144", "https://ch.ch/en/road-accident-what-should-i-do"),
    "CO": EmergencyNumber(  # quotes Función Pública
        "123",
        "https://wradio.com.co/2023/08/25/numero-para-llamar-a-emergencias-es-el-mismo-en-toda-colombia/",
    ),
    "GB": EmergencyNumber("999", "https://www.londonambulance.nhs.uk/calling-us/calling-999/"),
    "IN": EmergencyNumber(  # a statement of the Home Ministry
        "112",
        "https://business-standard.com/article/pti-stories/himachal-pradesh-first-state-to-launch-single-emergency-number-112-118112801008_1.html",
    ),
    "JP": EmergencyNumber("119", "http://www.city.kitakyushu.lg.jp/english/e20100140.html"),
    "KR": EmergencyNumber("119", "http://www.jnmeditour.or.kr/?doc=eng/content.php&co_id=eng20403020"),
    "MX": EmergencyNumber(  # a statement of the Interior Ministry
        "911",
        "https://etcetera.com.mx/nacional/implementan-a-nivel-nacional-el-911-como-nuevo-nmero-de-emergencia",
    ),
    "NG": EmergencyNumber(  # a statement of the Nigerian Communications Commission
        "112", "https://technologytimes.ng/dial-122-how-nigerias-three-digit-emergency-number-works/"
    ),
    "NZ": EmergencyNumber(
        "111", "https://www.govt.nz/browse/crime-and-justice/crimes-and-emergencies/111-emergency-service/"
    ),
    "SA": EmergencyNumber(  # a statement of the Saudi Red Crescent Authority
        "997",
        "https://www.zawya.com/en/life/makkah-red-crescent-heightens-readiness-level-amid-heavy-rain-vym08nl5",
    ),
    "SG": EmergencyNumber(
        "995", "https://www.scdf.gov.sg/home/about-us/information-on-ems/scdf-emergency-medical-services"
    ),
    "TR": EmergencyNumber(  # a statement of the Interior Ministry
        "112",
        "https://postgazetesi.ch/service/amp/turkiyede-tum-acil-numaralar-112-catisi-altinda-birlesti-19515h.htm",
    ),
    "US": EmergencyNumber(  # what telephones dial there for an ambulance
        "911",
        "https://android.googlesource.com/platform/packages/services/Telephony/+/master/ecc/input/eccdata.txt",
    ),
    "ZA": EmergencyNumber(  # a statement of the Minister of Health
        "112", "https://tabloidmedia.co.za/new-ems-number-112-replaces-old-10177/"
    ),
}
"""By ISO 3166-1 alpha-2 code. A country without a page to show for its number is not in it: readers there are
told to call an ambulance, and no number.
"""


def emergency_number(country: str) -> str:
    """What to dial for an ambulance; empty for a country (ISO 3166-1 alpha-2) that is not known here."""
    known = EMERGENCY.get(country)
    return known.number if known else ""


_PUBLIC_HOSTS = re.compile(
    r"(?:^|\.)(?:gov|govt|gob|gouv|gc|go)\.(?P<country>[a-z]{2})$|(?:^|\.)(?P<other>gov|europa\.eu|who\.int)$"
)
"""Hosts of governments, of the European Union and of the World Health Organization."""

_OTHERS = ("anm.ro", "abda.de")
"""Sites of the Romanian authority, and of the German pharmacists who publish warnings to pharmacies (AMK)."""


def country_of(authority: str) -> str:
    """The country (ISO 3166-1 alpha-2) of an authority by its name; empty where it is not known."""
    return next((code for code, each in AUTHORITIES.items() if _is_called(each, authority)), "")


def authority_words(name: str, tr: NullTranslations) -> str:
    """An authority with what it is and where: "COFEPRIS (medicines authority, Mexico)"."""
    country = country_name(country_of(name), tr)
    if not country:
        return name
    return tr.gettext("{authority} (medicines authority, {country})").format(authority=name, country=country)


def is_own_site(authority: str, source: str) -> bool:
    """Whether an address is one of the authority that a notice names, or of its government.

    Not: the press, companies that repeat a notice, and other countries' governments that pass it on.
    """
    host = (urlsplit(source).hostname or "").removeprefix("www.")
    own = (urlsplit(each.url).hostname or "" for each in AUTHORITIES.values() if _is_called(each, authority))
    sites = [each.removeprefix("www.") for each in own]
    if any(f".{host}".endswith(f".{site}") for site in (*sites, *_OTHERS)):
        return True
    public = _PUBLIC_HOSTS.search(host)
    if public is None:
        return False
    place = public["country"] or public["other"]
    acronym = next((word for word in authority.split()[:1] if word.isupper()), "")  # "MHRA EL(24)A/38"
    country = country_of(authority) or country_of(acronym)
    home = _WORLDWIDE.get(acronym) or _DOMAINS.get(country, "")
    return not home or place == home


_WORLDWIDE = {"WHO": "who.int", "EMA": "europa.eu"}
_DOMAINS = {code: {"GB": "uk", "US": "gov"}.get(code, code.lower()) for code in AUTHORITIES}
"""What the addresses of each country's government end in."""


def _is_called(authority: Authority, name: str) -> bool:
    return bool(name) and (authority.name == name or authority.name.split()[0] == name)

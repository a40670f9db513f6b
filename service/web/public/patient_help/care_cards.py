"""What the care cards show: signs of harm, and whom to call in the reader's country."""

from dataclasses import dataclass

from service.errors import VialcheckError
from service.gs1.iso.countries import parse_country
from service.web.core.i18n import spoken
from service.web.text.authorities import emergency_number
from service.web.text.locales import country_name
from service.web.text.patient_help.side_effect_reports import ANY_MOBILE_PHONE, URGENT_LINES
from service.web.text.patient_help.warning_signs import EMERGENCY_SIGNS, URGENT_SIGNS


@dataclass(frozen=True, slots=True)
class CareCards:
    """`number`: the ambulance in `country` (ISO 3166-1 alpha-2), or empty. `otherwise`: what mobile
    networks take. `urgent_line`: name and number of who is called the same day, None where none is known.
    """

    country: str
    country_name: str
    number: str
    otherwise: str
    urgent_line: tuple[str, str] | None
    emergency: list[str]
    urgent: list[str]


def read_country(text: str) -> str:
    """The ISO 3166-1 alpha-2 code of a country; empty where none is named or it does not exist."""
    try:
        return parse_country(text) if text else ""
    except VialcheckError:
        return ""


def care_cards(country: str) -> CareCards:
    """The cards for a reader in `country`; for one anywhere where it is empty."""
    tr = spoken()
    return CareCards(
        country=country,
        country_name=country_name(country, tr) if country else "",
        number=emergency_number(country),
        otherwise=ANY_MOBILE_PHONE,
        urgent_line=URGENT_LINES.get(country),
        emergency=[tr.gettext(sign) for sign in EMERGENCY_SIGNS],
        urgent=[tr.gettext(sign) for sign in URGENT_SIGNS],
    )

"""Where a patient reports that a medicine harmed them, and whom they call where no ambulance is needed."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.web.text.authorities import AUTHORITIES

SIDE_EFFECT_FORMS: Mapping[str, tuple[str, str]] = {
    "DE": ("BfArM", "https://nebenwirkungen.bund.de/"),
    "ES": ("AEMPS", "https://www.notificaram.es/"),
}
"""By ISO 3166-1 alpha-2 code: name and form of those authorities whose form is not their own site."""

URGENT_LINES: Mapping[str, tuple[str, str]] = {"GB": ("NHS 111", "111")}
"""Who is called the same day, by country: name and number. GB: UKHSA's statement of 2025 names it."""

ANY_MOBILE_PHONE = "112"
"""What mobile networks take for an emergency call, whatever the country's own number is.

Source: https://eena.org/blog/is-112-a-valid-emergency-number-in-america
"""


@dataclass(frozen=True, slots=True)
class SideEffectReport:
    """Who takes a report of a side effect: by its form or site, and by phone where a number is known."""

    name: str
    url: str
    phone: str = ""


def side_effect_report(country: str) -> SideEffectReport | None:
    """Where to report in a country (ISO 3166-1 alpha-2); None where no authority is known here."""
    authority = AUTHORITIES.get(country)
    if authority is None:
        return None
    name, url = SIDE_EFFECT_FORMS.get(country, (authority.name, authority.url))
    return SideEffectReport(name, url, authority.phone)

"""For which country a regulator speaks: its notice that something is not licensed holds there alone.

>>> country_of("MHRA (United Kingdom)"), country_of("Health Canada"), country_of("WHO")
('GB', 'CA', None)
"""

import re

_COUNTRIES = {
    "aemps": "ES",
    "aifa": "IT",
    "amk": "DE",
    "anmat": "AR",
    "ansm": "FR",
    "anvisa": "BR",
    "basg": "AT",
    "bfarm": "DE",
    "cdsco": "IN",
    "cofepris": "MX",
    "famhp": "BE",
    "fda": "US",
    "gif": "PL",
    "health canada": "CA",
    "hpra": "IE",
    "hsa": "SG",
    "igj": "NL",
    "infarmed": "PT",
    "invima": "CO",
    "medsafe": "NZ",
    "mfds": "KR",
    "mhra": "GB",
    "nafdac": "NG",
    "nammd": "RO",
    "paul-ehrlich-institut": "DE",
    "pei": "DE",
    "pmda": "JP",
    "sahpra": "ZA",
    "sfda": "SA",
    "swissmedic": "CH",
    "tga": "AU",
    "titck": "TR",
}
_NAMES = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(_COUNTRIES, key=len, reverse=True)))})\b")


def country_of(authority: str) -> str | None:
    """ISO 3166-1 alpha-2 of the country whose regulator this is; None where its name does not say."""
    found = set(_NAMES.findall(authority.casefold()))
    countries = {_COUNTRIES[name] for name in found}
    return countries.pop() if len(countries) == 1 else None

"""What all notices have in common: names of products that tell one from another, and a notice as a reason."""

import re
import unicodedata
from functools import lru_cache

from service.authenticity.evidence import AlertRecord
from service.authenticity.reasons import Action, Reason, ReasonCode

_WORD = re.compile(r"[^\W\d_]{3,}")
_FORM_WORDS = frozenset(
    {"and", "capsules", "cosmetic", "for", "inc", "infusion", "injection", "ltd", "pharma", "powder"}
    | {"prefilled", "solution", "syringe", "tablets", "the", "type", "unit", "units", "vial", "vials", "with"}
)


def names_differ(name: str, other: str) -> bool:
    """Whether two descriptions cannot be of one product: both say something, and share no word that names.

    >>> names_differ("Allergan BOTOX 100U", "Botox Cosmetic"), told_apart("Botox 100U", "Dysport 100U")
    (False, True)
    """
    one, two = names(name), names(other)
    return bool(one) and bool(two) and not one & two


@lru_cache(maxsize=4096)  # the same notices and products are asked about on every check
def names(text: str) -> frozenset[str]:
    """The words of a product's name that tell it from others, folded."""
    return frozenset(_WORD.findall(unicodedata.normalize("NFKC", text).casefold())) - _FORM_WORDS


def notice(
    code: ReasonCode, severity: Action, alert: AlertRecord, *, scope: str = "lot", market: str = ""
) -> Reason:
    """The reason that a notice gives, with all that it published."""
    params = (
        ("scope", scope),
        ("authority", alert.authority),
        ("kind", str(alert.kind)),
        ("product", alert.product_name),
        ("lot", alert.lot),
        ("expiry", alert.expiry.printed_form if alert.expiry else ""),
        ("class", alert.recall_class),
        ("reference", alert.reference),
        ("reported", alert.reported),
        ("source", alert.source_url),
    )
    return Reason(code, severity, (*params, ("market", market)) if market else params)

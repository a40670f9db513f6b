"""A regulator's notice as a reason."""

from service.authenticity.evidence import AlertRecord
from service.authenticity.reasons import Action, Reason, ReasonCode


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

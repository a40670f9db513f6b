"""A regulator's notice as a reason, and several notices that say the same as one."""

from collections.abc import Iterable

from service.authenticity.evidence import AlertRecord
from service.authenticity.reasons import Action, Reason, ReasonCode

_VARYING = ("product", "expiry", "reference", "reported", "source")
"""What notices of one authority on one lot may differ in: each value is said once, in one sentence."""


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


def merged(reasons: Iterable[Reason]) -> list[Reason]:
    """Each reason once, in order; notices of one authority that say the same of one lot become one.

    Its dates, products and references are those of all of them, with ` / ` between; its source is the first.
    """
    groups: dict[object, list[Reason]] = {}
    for reason in dict.fromkeys(reasons):
        params = dict(reason.params)
        fixed = tuple(each for each in reason.params if each[0] not in _VARYING)
        of_notice = "authority" in params and bool(params.get("lot"))
        key = (reason.code, reason.severity, fixed) if of_notice else reason
        groups.setdefault(key, []).append(reason)
    return [each[0] if len(each) == 1 else _as_one(each) for each in groups.values()]


def _as_one(reasons: list[Reason]) -> Reason:
    first = reasons[0]
    values = [dict(each.params) for each in reasons]
    all_of = {
        name: " / ".join(sorted({each[name] for each in values if each[name]}))
        for name in ("expiry", "reference", "reported")
    }
    all_of["source"] = next((each["source"] for each in values if each["source"]), "")
    params = tuple((name, all_of.get(name, value)) for name, value in first.params)
    return Reason(first.code, first.severity, params)

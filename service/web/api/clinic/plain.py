"""A clinic's vials, steps and uses as JSON."""

from decimal import Decimal
from typing import Any

from service.accounts.actors import OrganisationKind
from service.clinics.queries import HeldVial, RecordedStep
from service.clinics.uses.register import RecordedUse

CLINICS = frozenset({OrganisationKind.CLINIC})


def number_of(amount: Decimal | None) -> str | None:
    """A decimal number as text, without zeros at its end; None for none.

    >>> number_of(Decimal("2.500")), number_of(Decimal("10"))
    ('2.5', '10')
    """
    if amount is None:
        return None
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def vial_json(each: HeldVial) -> dict[str, Any]:
    """A vial as `shapes.ClinicVial`."""
    return {
        "id": each.id,
        "gtin": each.gtin,
        "product": each.product_name,
        "lot": each.lot,
        "serial": each.serial,
        "expiry": each.expiry.iso if each.expiry else None,
        "state": each.state,
        "received": each.received.isoformat(),
        "opened": each.opened.isoformat() if each.opened else None,
        "use_before": each.use_before.isoformat() if each.use_before else None,
        "left": number_of(each.left),
        "unit": each.content.unit,
    }


def step_json(each: RecordedStep) -> dict[str, Any]:
    """A recorded step as `shapes.TakenStep`."""
    return {
        "id": each.id,
        "at": each.at.isoformat(),
        "by": each.actor,
        "step": each.step,
        "biz_step": each.biz_step,
        "disposition": each.disposition,
        "reason": each.reason,
        "units_used": number_of(each.units_used),
        "units_wasted": number_of(each.units_wasted),
        "reference": each.reference,
        "undone": each.undone,
    }


def use_json(each: RecordedUse) -> dict[str, Any]:
    """A use as `shapes.ClinicUse`."""
    return {
        "at": each.at.isoformat(),
        "vial": each.vial_id,
        "gtin": each.gtin,
        "product": each.product_name,
        "lot": each.lot,
        "serial": each.serial,
        "step": each.step,
        "used": number_of(each.used),
        "wasted": number_of(each.wasted),
        "unit": each.unit,
        "reference": each.reference,
        "by": each.actor,
    }

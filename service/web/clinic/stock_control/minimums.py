"""Minimum stock of each product that a clinic has had."""

from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.errors import ErrorCode, RefusedError
from service.web.clinic.common import CLINICS, clinic, wrong
from service.web.core.access import actor, only_for
from service.web.core.i18n import spoken
from service.web.core.services import services


@clinic.get("/stock/minimum")
@only_for(Role.VIEWER, kinds=CLINICS)
def minimum_stock() -> str:
    """Show what there is of each product, and how much there should be."""
    return _page(done=spoken().gettext("Recorded.") if "done" in request.args else "")


@clinic.post("/stock/minimum")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def set_minimum() -> Response | tuple[str, HTTPStatus]:
    """Set it for one product; empty: none."""
    text, product = request.form.get("vials", "").strip(), request.form.get("product", "")
    try:
        number = _number(text, ErrorCode.MINIMUM_INVALID) if text else None
        known = _number(product, ErrorCode.NOT_FOUND) if product else 0
        services().stock_control.minimums.set(actor(), known, number, services().verification.now())
    except RefusedError as error:
        return _page(typed=text, at=product, **wrong(error, "vials")), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("clinic.minimum_stock", done=1), HTTPStatus.SEE_OTHER)


def _number(text: str, code: ErrorCode) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise RefusedError(code, given=text[:100], field="vials")
    return int(text)


def _page(**more: object) -> str:
    products = services().stock_control.minimums.all(actor())
    return render_template("clinic/stock_control/minimums.html", products=products, **more)

"""The clinic's fridges, freezers and rooms: adding one, its logs, and which vials lie there."""

from collections.abc import Iterable
from datetime import UTC, timedelta, timezone, tzinfo
from http import HTTPStatus

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import Role
from service.clinics.queries import HeldVial
from service.clinics.temperature.logger_files import MOST_BYTES, LogSettings, TemperatureUnit, read_log
from service.clinics.temperature.places import KnownPlace, zones_for
from service.errors import ErrorCode, RefusedError, UnavailableError, VialcheckError
from service.web.clinic.common import CLINICS, clinic
from service.web.core.access import actor, only_for
from service.web.core.concurrency import Pool, runs_in
from service.web.core.error_responses import status_of
from service.web.core.forms import FieldError
from service.web.core.i18n import spoken
from service.web.core.request_uploads import takes_files
from service.web.core.services import services
from service.web.text import error_message
from service.web.text.clinic_text import moment_words
from service.web.text.formatting import N_
from service.web.text.temperature.temperature_text import degrees, hold_words, limits_words

_DONE = {
    "added": N_("Recorded. Now say which vials lie there, and send the logger's files."),
    "usual": N_("Recorded. Vials that come in from now on lie there."),
}


@clinic.get("/temperature")
@only_for(Role.VIEWER, kinds=CLINICS)
def temperature() -> str:
    """Show the places, and the excursions that wait for a decision first."""
    return _overview()


@clinic.post("/temperature")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def add_place() -> Response | tuple[str, int]:
    """Add a place."""
    form, now = request.form, services().verification.now()
    zones = zones_for(actor())
    zone = form.get("zone", "") or (zones[0] if len(zones) == 1 else "")
    try:
        number = services().temperature.places.add(actor(), form.get("name", ""), zone, now)
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _overview(error), status_of(error)
    return redirect(url_for("clinic.storage_place", place_id=number, done="added"), HTTPStatus.SEE_OTHER)


@clinic.get("/temperature/<int:place_id>")
@only_for(Role.VIEWER, kinds=CLINICS)
def storage_place(place_id: int) -> str:
    """Show one place: its logs, the form for a file, and the vials that lie there."""
    code = request.args.get("done", "")
    return _place_page(place_id, done=spoken().gettext(_DONE[code]) if code in _DONE else "")


@clinic.post("/temperature/<int:place_id>/logs")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
@takes_files(MOST_BYTES + 100_000)
@runs_in(Pool.COSTLY)
def send_log(place_id: int) -> str | tuple[str, int]:
    """Take in a logger's file, and show what it brought. The same file again changes nothing."""
    now, sent = services().verification.now(), request.files.get("file")
    place = services().temperature.places.one(actor(), place_id)
    try:
        if sent is None or not sent.filename:
            raise RefusedError(ErrorCode.FILE_MISSING, field="file")
        log = read_log(sent.stream.read(), _settings(place), now)
        taken = services().temperature.logs.take_in(
            actor(), place_id, log, sent.filename, hold_words(spoken(), _moment), now
        )
    except UnavailableError:
        raise
    except VialcheckError as error:
        return _place_page(place_id, error), status_of(error)
    return _place_page(place_id, taken=taken, found=taken.found)


@clinic.post("/temperature/<int:place_id>/vials")
@only_for(Role.CLINIC, kinds=CLINICS)
def put_vials(place_id: int) -> str | tuple[str, int]:
    """Put the vials of the ticked lots into the place."""
    chosen, now = set(request.form.getlist("lot")), services().verification.now()
    held = services().temperature.places.vials_here(actor())
    ids = [vial.id for vial, where in held if _lot_key(vial, where) in chosen]
    since_received = request.form.get("since") == "received"
    moved, found = services().temperature.logs.put_vials(
        actor(), place_id, ids, hold_words(spoken(), _moment), now, since_received=since_received
    )
    if not ids:
        error = RefusedError(ErrorCode.CHOICE_MISSING, field="lot")
        return _place_page(place_id, error), status_of(error)
    return _place_page(place_id, moved=moved, found=found)


@clinic.post("/temperature/<int:place_id>/usual")
@only_for(Role.CLINIC, kinds=CLINICS, pin=False)
def set_usual_place(place_id: int) -> Response:
    """Vials that come in lie in this place from now on."""
    services().temperature.places.set_usual(actor(), place_id, services().verification.now())
    return redirect(url_for("clinic.storage_place", place_id=place_id, done="usual"), HTTPStatus.SEE_OTHER)


def _settings(place: KnownPlace) -> LogSettings:
    """What the person said of the file; anything else counts as nothing said."""
    form = request.form
    units = {each.value: each for each in TemperatureUnit}
    orders = {"day": True, "month": False}
    return LogSettings(
        _clock(place, form.get("clock", "")),
        units.get(form.get("unit", "")),
        orders.get(form.get("order", "")),
    )


def _clock(place: KnownPlace, chosen: str) -> tzinfo:
    if chosen == "utc":
        return UTC
    if chosen == "winter":
        now = services().verification.now()
        offsets = [
            now.replace(month=month, day=1).astimezone(place.zone).utcoffset() or timedelta(0)
            for month in (1, 7)
        ]
        return timezone(min(offsets))
    return place.zone


def _moment(at: object) -> str:
    return moment_words(at, actor().country, spoken())  # type: ignore[arg-type]  # a datetime


def _told(error: VialcheckError | None) -> dict[str, object]:
    if error is None:
        return {"errors": [], "by_box": {}}
    box = {None: "file", "day_first": "order"}.get(error.field, error.field or "file")
    message = error_message(error, spoken(), technical=False)
    return {"errors": [FieldError(box, message)], "by_box": {box: message}}


def _overview(error: VialcheckError | None = None) -> str:
    ours, tr = services().temperature, spoken()
    return render_template(
        "clinic/temperature/places.html",
        places=ours.places.of(actor()),
        excursions=ours.decisions.all(actor()),
        zones=zones_for(actor()),
        given=request.form,
        may_write=actor().may(Role.CLINIC) and not actor().by_pin,
        degrees=degrees,
        limits_words=lambda limits: limits_words(limits, tr),
        **_told(error),
    )


def _place_page(place_id: int, error: VialcheckError | None = None, **more: object) -> str:
    ours = services().temperature
    place, held = ours.places.one(actor(), place_id), ours.places.vials_here(actor())
    may_put = actor().may(Role.CLINIC)
    return render_template(
        "clinic/temperature/place.html",
        place=place,
        logs=ours.logs.latest(actor(), place_id),
        here=_by_lot((vial, where) for vial, where in held if where == place.name),
        elsewhere=_by_lot((vial, where) for vial, where in held if where != place.name),
        given=request.form,
        may_put=may_put,
        may_write=may_put and not actor().by_pin,
        **_told(error),
        **more,
    )


def _by_lot(held: Iterable[tuple[HeldVial, str]]) -> list[tuple[str, HeldVial, int, str]]:
    """Each lot with its key, one of its vials, how many there are, and where they lie."""
    lots: dict[str, list[HeldVial]] = {}
    places: dict[str, str] = {}
    for vial, where in held:
        key = _lot_key(vial, where)
        lots.setdefault(key, []).append(vial)
        places[key] = where
    return [(key, vials[0], len(vials), places[key]) for key, vials in lots.items()]


def _lot_key(vial: HeldVial, where: str) -> str:
    return "|".join((vial.gtin or vial.product_name, vial.lot_key, where))

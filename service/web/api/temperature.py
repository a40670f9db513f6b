"""The JSON door for a clinic's loggers: readings of one place, judged as those of a file are."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

from flask import Blueprint, Response, jsonify
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.accounts.actors import ApiKeyScope, OrganisationKind, Role
from service.clinics.temperature.logger_files import LoggerLog, TemperatureUnit
from service.clinics.temperature.readings import LoggerReading
from service.errors import ErrorCode, RefusedError
from service.web.api.operations import Operation, described
from service.web.core.access import actor, only_for
from service.web.core.i18n import spoken
from service.web.core.json_body import read_body
from service.web.core.services import services
from service.web.text.clinic_text import moment_words
from service.web.text.temperature.temperature_text import hold_words

temperature = Blueprint("temperature_api", __name__, url_prefix="/api/v1")

_AHEAD = timedelta(hours=1)
"""How far the clock of a logger may be ahead of ours."""


class SentReading(BaseModel):
    """One reading: a moment with its offset from UTC, and degrees Celsius."""

    model_config = ConfigDict(extra="forbid")
    at: AwareDatetime
    celsius: Annotated[Decimal, Field(ge=-100, le=100, max_digits=6)]


class SentReadings(BaseModel):
    """Readings of one place in any order. The same ones again are counted once."""

    model_config = ConfigDict(extra="forbid")
    place: Annotated[int, Field(ge=1, le=2**31 - 1)]
    readings: Annotated[list[SentReading], Field(min_length=1, max_length=5000)]


class SilentTime(BaseModel):
    """A time without readings, between two of them."""

    after: datetime
    before: datetime


class TakenReadings(BaseModel):
    """What the readings brought. `held` and `gone`: numbers of vials; `without_limits`: vials not judged."""

    new: int
    known: int
    gaps: list[SilentTime]
    excursions: list[int]
    held: list[int]
    gone: list[int]
    without_limits: int


@temperature.post("/temperature-readings")
@described(
    Operation(
        "Temperature",
        "Send readings of a place where vials lie",
        takes=SentReadings,
        gives=TakenReadings,
        answers={200: "The readings are on record, and what lay outside its limits is held"},
        refuses=(404,),
        description="`place` is the number in the address of its page (/temperature/…). A reading outside "
        "the storage limits of a product puts its vials that lay there into quarantine, until a releaser of "
        "the clinic decides. Nothing is released by readings.",
    )
)
@only_for(
    Role.CLINIC,
    kinds=frozenset({OrganisationKind.CLINIC}),
    scope=ApiKeyScope.TEMPERATURE,
    pin=False,
)
def take_readings() -> Response:
    """Put down readings, and hold what lay outside its limits."""
    sent, now, tr = read_body(SentReadings), services().verification.now(), spoken()
    readings = sorted(
        {LoggerReading(each.at, int((each.celsius * 100).to_integral_value())) for each in sent.readings}
    )
    if readings[-1].at > now + _AHEAD:
        raise RefusedError(ErrorCode.LOG_IN_FUTURE, found=readings[-1].at.isoformat(), field="readings")
    words = hold_words(tr, lambda at: moment_words(at, actor().country, tr))
    log = LoggerLog(tuple(readings), TemperatureUnit.CELSIUS)
    taken = services().temperature.logs.take_in(actor(), sent.place, log, "", words, now)
    return jsonify(
        new=taken.new,
        known=taken.known,
        gaps=[{"after": gap.after.isoformat(), "before": gap.before.isoformat()} for gap in taken.gaps],
        excursions=taken.found.excursions,
        held=taken.found.held,
        gone=taken.found.gone,
        without_limits=taken.found.without_limits,
    )

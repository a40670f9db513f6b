"""Degrees, limits and excursions in a clinic's words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from gettext import NullTranslations

from service.clinics.temperature.open_holds import DESTROY, USE
from service.clinics.temperature.places import KnownPlace
from service.clinics.temperature.readings import ExcursionPeriod, StorageLimits
from service.web.text.formatting import N_

DECISIONS: Mapping[str, str] = {USE: N_("It may be used"), DESTROY: N_("It is destroyed")}


def degrees(hundredths: int) -> str:
    """Hundredths of a degree Celsius as a number with one or two places.

    >>> degrees(450), degrees(-65), degrees(861)
    ('4.5', '-0.65', '8.61')
    """
    text = f"{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}".removesuffix("0")
    return f"-{text}" if hundredths < 0 else text


def limits_words(limits: StorageLimits, tr: NullTranslations) -> str:
    """2 to 8 °C; at most 25 °C; at least -20 °C."""
    if limits.lowest is None:
        return tr.gettext("at most {highest} °C").format(highest=limits.highest)
    if limits.highest is None:
        return tr.gettext("at least {lowest} °C").format(lowest=limits.lowest)
    return tr.gettext("{lowest} to {highest} °C").format(lowest=limits.lowest, highest=limits.highest)


def hold_words(
    tr: NullTranslations, moment: Callable[[datetime], str]
) -> Callable[[KnownPlace, ExcursionPeriod, StorageLimits], str]:
    """Return what says why a vial is held. `moment`: a moment by the clinic's clock."""

    def words(place: KnownPlace, period: ExcursionPeriod, limits: StorageLimits) -> str:
        sentence = tr.gettext(
            "Temperature in “{place}”: {lowest} to {highest} °C from {started} to {ended}. Allowed: {limits}."
        )
        return sentence.format(
            place=place.name,
            lowest=degrees(period.lowest),
            highest=degrees(period.highest),
            started=moment(period.started),
            ended=moment(period.ended),
            limits=limits_words(limits, tr),
        )

    return words

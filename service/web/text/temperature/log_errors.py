"""Sentences of refusals of logs of temperature, and of what an excursion holds."""

from collections.abc import Mapping

from service.errors import ErrorCode
from service.web.text.formatting import N_

LOG_ERRORS: Mapping[ErrorCode, str] = {
    ErrorCode.LOG_NOT_TEXT: N_(
        "This is no text file. In the logger's program, export the readings as CSV or text, not as PDF or"
        " spreadsheet."
    ),
    ErrorCode.LOG_WITHOUT_READINGS: N_(
        "We found no row with a date, a time and a temperature. Export each single reading, not a chart."
    ),
    ErrorCode.LOG_SEVERAL_COLUMNS: N_(
        "Several columns may be the temperature: {found}. Export one sensor alone, with a header above each"
        " column."
    ),
    ErrorCode.LOG_ROW_UNREADABLE: N_(
        "This row cannot be read (row {found}): “{given}”. Nothing was taken from the file."
    ),
    ErrorCode.LOG_VALUE_IMPOSSIBLE: N_(
        "“{given}” (row {found}) is too cold or too warm for any fridge: look at the sensor. Nothing was"
        " taken from the file."
    ),
    ErrorCode.LOG_UNIT_MISSING: N_("The file does not say its unit. Choose °C or °F, and send it again."),
    ErrorCode.LOG_UNIT_DIFFERS: N_("You chose {given}, and the file says {found}. Choose what is right."),
    ErrorCode.LOG_DAY_ORDER: N_(
        "The dates can be read in two ways. Say whether the day or the month comes first, and send it again."
    ),
    ErrorCode.LOG_TIME_UNREADABLE: N_(
        "A date in the file is not a day in any calendar. Say whether the day or the month comes first."
    ),
    ErrorCode.LOG_OUT_OF_ORDER: N_(
        "The clock of the file goes back at {found}. If the logger has no summer time, choose “winter time"
        " all year”; otherwise export the readings in their order."
    ),
    ErrorCode.LOG_IN_FUTURE: N_(
        "The file has readings from the future ({found}). Set the logger's clock right, or choose its time"
        " zone."
    ),
    ErrorCode.LOG_TOO_LONG: N_(
        "The file has too many readings ({found}). Send it in parts of at most 50,000."
    ),
    ErrorCode.PLACE_NAME_MISSING: N_("Give the place a name, such as “Fridge 1”."),
    ErrorCode.ZONE_MISSING: N_("Choose the time zone of the place."),
    ErrorCode.TEMPERATURE_HOLD: N_(
        "This vial is held because of the temperature where it lay. A releaser of your clinic has to decide"
        " first."
    ),
}

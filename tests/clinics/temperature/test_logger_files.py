"""Files of temperature loggers, in the shapes in which clinics have them; and those that may not be guessed at."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from service.clinics.temperature.logger_files import LogSettings, TemperatureUnit, read_log
from service.errors import ErrorCode, RefusedError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
C, F = TemperatureUnit.CELSIUS, TemperatureUnit.FAHRENHEIT

LOGTAG = """Serial #,A0C12345
Description,Fridge 1
Reading interval,10 minutes
Non alert range,2.0  to  8.0 °C
Reading,Date,Time,Temperature (°C)
1,2026-11-27,08:00:00,4.5
2,2026-11-27,08:10:00,8.6
"""
ELITECH = "No.,Time,Temperature°C\n1,2026-11-27 08:00:00,4.5\n2,2026-11-27 08:10:00,8.6\n"
ELITECH_DAY_FIRST = "No.\tTime\tTemp(°C)\n1\t27/11/2026 08:00:00\t4.5\n2\t27/11/2026 08:10:00\t8.6\n"
TESTO = "id;Datum;Uhrzeit;Temperatur [°C];Feuchte [%]\n1;27.11.2026;08:00:00;4,5;61,2\n2;27.11.2026;08:10:00;8,6;60\n"
ELPRO = 'Device;LIBERO\nDate/Time;"T [°C]"\n2026-11-27 08:00;"4,5"\n2026-11-27 08:10;"8,6"\n'
BERLINGER = "2026-11-27\t08:00\t4.5\n2026-11-27\t08:10\t8.6\n"
SENSITECH = "Units: F\n1 2026/11/27 8:00:00 40.1\n2 2026/11/27 8:10:00 47.5\n"
AMERICAN = 'Date/Time,"Temp (°F)",%RH\n11/27/2026 8:00 AM,40.1,60\n11/27/2026 8:10 AM,47.5,61\n'
LASCAR = "FRIDGE 1,Time,Celsius(°C),Humidity(%rh),dew point(°C)\n1,27/11/2026 08:00:00,4.5,61.0,-2.0\n2,27/11/2026 08:10:00,8.6,61.0,1.2\n"
Q_TAG = """Device: Q-tag CLm doc LR
Conf:
 Zone: 0.00
 Test Res: 1, Test TS: 2026-09-27 10:17
Res:
 Min T: 4.5, TS Min T: 2026-11-27 08:00
 Alarm:
  1:
   TS S: 2026-11-27 08:10, t A: 4226, TS A: 2026-11-27 08:10, T M: 8.6
Data:
\tyyyy-MM-dd hh:mm\tT\tOut of limits
\t2026-11-27 08:00\t4.5
\t2026-11-27 08:10\t8.6\tx
Cert:
 Valid from: 2012-10-29 07:07
"""
KOREAN = "번호,시간,온도(℃)\n1,2026-11-27 08:00:00,4.5\n2,2026-11-27 08:10:00,8.6\n"
WITH_UNIT_IN_CELLS = "Time,Value\n2026-11-27T08:00:00+01:00,4.5 °C\n2026-11-27T08:10:00+01:00,8.6 °C\n"
LATEST_FIRST = "Time,Temperature °C\n2026-11-27 08:10,8.6\n2026-11-27 08:00,4.5\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LOGTAG, None),  # lines above the header, date and time apart
        (ELITECH, None),
        (ELITECH_DAY_FIRST, None),  # day before month: 27 settles it
        (TESTO, None),  # semicolon, decimal comma, humidity beside it
        (ELPRO, None),  # decimal comma in quotes
        (BERLINGER, C),  # no header, no unit
        (SENSITECH, None),  # spaces, Fahrenheit above the rows
        (AMERICAN, None),  # AM, month first
        (LASCAR, None),  # a dew point in degrees too
        (Q_TAG, C),  # moments among the settings, rows that begin with a tab
        (KOREAN, None),
        (WITH_UNIT_IN_CELLS, None),  # an offset in each row
        (LATEST_FIRST, None),
    ],
)
def test_the_same_two_readings_in_each_shape(text: str, said: TemperatureUnit | None) -> None:
    for data in (text.encode(), text.replace("\n", "\r\n").encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        log = read_log(data, LogSettings(BERLIN, said), NOW)
        moments = [each.at.astimezone(BERLIN).isoformat() for each in log.readings]
        assert moments == ["2026-11-27T08:00:00+01:00", "2026-11-27T08:10:00+01:00"]
        assert [each.hundredths for each in log.readings] in ([450, 860], [450, 861])


def test_a_fridge_tags_report_has_the_extremes_of_each_day() -> None:
    text = (
        "Device: Q-tag Fridge-tag 2\nConf:\n Temp unit: C\n Test Res: 1, Test TS: 2026-02-02 06:57\nHist:\n 1:\n"
        "  Date: 2026-11-27\n  Min T: +2.0, TS Min T: 13:30\n  Max T: +8.5, TS Max T: 04:33\n  Avrg T: +4.6\n"
        " 2:\n  Date: 2026-11-26\n  Min T: -0.6, TS Min T: 18:44\n  Max T: +7.1, TS Max T: 17:38\n"
    )
    log = read_log(text.encode(), LogSettings(ZoneInfo("UTC")), NOW)
    assert [(f"{each.at:%d %H:%M}", each.hundredths) for each in log.readings] == [
        ("26 17:38", 710),
        ("26 18:44", -60),
        ("27 04:33", 850),
        ("27 13:30", 200),
    ]


def test_an_ansi_file_a_missing_value_and_a_minus_of_another_kind() -> None:
    text = "Datum;Zeit;Temp. °C\n27.11.2026;08:00;\u22120,5\n27.11.2026;08:10;---\n27.11.2026;08:20;\n"
    log = read_log(text.encode("utf-8"), LogSettings(BERLIN), NOW)
    assert ([each.hundredths for each in log.readings], log.without_value) == ([-50], 2)
    ansi = "Datum;Zeit;Temp. °C\n27.11.2026;08:00;4,5\n".encode("cp1252")
    assert [each.hundredths for each in read_log(ansi, LogSettings(BERLIN), NOW).readings] == [450]


def test_a_row_twice_is_one_reading() -> None:
    row = "2026-11-27 08:00,4.5\n"
    assert len(read_log(("Time,Temp °C\n" + row * 3).encode(), LogSettings(BERLIN), NOW).readings) == 1


def test_the_hour_that_the_clock_shows_twice() -> None:
    rows = "".join(
        f"2026-10-25 {clock},4.5\n" for clock in ("01:30", "02:00", "02:30", "02:00", "02:30", "03:00")
    )
    log = read_log(("Time,°C\n" + rows).encode(), LogSettings(BERLIN), NOW)
    assert [f"{each.at:%H:%M}" for each in log.readings] == [
        "23:30",
        "00:00",
        "00:30",
        "01:00",
        "01:30",
        "02:00",
    ]


@pytest.mark.parametrize(
    ("text", "settings", "code"),
    [
        ("", {}, ErrorCode.FILE_EMPTY),
        ("Hello\nworld\n", {}, ErrorCode.LOG_WITHOUT_READINGS),
        ("%PDF-1.7 2026-11-27 08:00 4.5 °C\n", {}, ErrorCode.LOG_NOT_TEXT),  # a report for people
        (BERLINGER, {}, ErrorCode.LOG_UNIT_MISSING),  # 5 °F read as 5 °C would pass
        (LOGTAG, {"unit": F}, ErrorCode.LOG_UNIT_DIFFERS),
        ("Time,Temp °C\n03/04/2026 08:00,4.5\n03/04/2026 08:10,4.5\n", {}, ErrorCode.LOG_DAY_ORDER),
        ("Time,Temp °C\n31/02/2026 08:00,4.5\n", {}, ErrorCode.LOG_TIME_UNREADABLE),
        ("Time,T1 °C,T2 °C\n2026-11-27 08:00,4.5,4.6\n", {}, ErrorCode.LOG_SEVERAL_COLUMNS),
        ("2026-11-27 08:00,4,5 C\n", {}, ErrorCode.LOG_SEVERAL_COLUMNS),  # a decimal comma among commas
        ("Time,Temp °C\n2026-11-27 08:00,4,5\n", {}, ErrorCode.LOG_ROW_UNREADABLE),
        ("Time,Temp °C\n2026-11-27 08:00,4.5\n2026-11-27 08:10,warm\n", {}, ErrorCode.LOG_ROW_UNREADABLE),
        (LOGTAG + "2O26-11-27,08:20:00,9.9\n3,2026-11-27,08:30:00,4.5\n", {}, ErrorCode.LOG_ROW_UNREADABLE),
        ("Time,Temp °C\n2026-11-27 08:00,-127.0\n", {}, ErrorCode.LOG_VALUE_IMPOSSIBLE),  # a broken sensor
        ("Time,Temp °C\n2036-11-27 08:00,4.5\n", {}, ErrorCode.LOG_IN_FUTURE),
        # a clock that does not follow summer time, said to do so
        (
            "Time,Temp °C\n2026-03-29 02:30,4.5\n2026-03-29 03:00,4.5\n",
            {},
            ErrorCode.LOG_OUT_OF_ORDER,
        ),
    ],
)
def test_what_is_refused_and_not_guessed(
    text: str, settings: dict[str, TemperatureUnit], code: ErrorCode
) -> None:
    with pytest.raises(RefusedError) as refused:
        read_log(text.encode(), LogSettings(BERLIN, settings.get("unit")), NOW)
    assert refused.value.code is code


def test_the_person_says_which_comes_first() -> None:
    data = b"Time,Temp \xc2\xb0C\n03/04/2026 08:00,4.5\n"
    for day_first, month in ((True, 4), (False, 3)):
        [reading] = read_log(data, LogSettings(BERLIN, None, day_first), NOW).readings
        assert reading.at.month == month

"""Files of temperature loggers as clinics export them: any separator, a decimal comma or point, °C or °F.

1. Lines above the readings say what the logger is; only its unit is read from them.
2. The header names the column of the temperature; humidity, dew point and other columns are left alone.
3. A row is a date, a time and a temperature; one without a value is counted as such, one that cannot be read
   refuses the file: a reading that is left out might be the one that matters.
4. A Fridge-tag's report has the lowest and the highest of each day, with their times: two readings a day.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from service.clinics.temperature.logger_moments import WrittenMoment, moments_of, read_moment
from service.clinics.temperature.readings import LoggerReading
from service.errors import ErrorCode, RefusedError

MOST_BYTES = 8_000_000
MOST_READINGS = 50_000
_COLDEST, _WARMEST = Decimal(-100), Decimal(100)
_ABOVE = 200
"""So many lines above and below the readings may name their unit."""
_TELLING_LINES = 2000
"""So many lines tell how a file is laid out; the others are then read so, or refuse it."""
_SEPARATORS = (";", "\t", ",")
_NUMBER = re.compile(r"^[-+\u2212\u2013]?\d{1,3}(?:[.,]\d{1,3})?$")
_UNIT = re.compile(r"(?:°|º|\N{DEGREE CELSIUS}|\bdeg\.?\s*)\s*(?P<sign>[CF])\b", re.IGNORECASE)
_UNIT_WORD = re.compile(r"\b(?P<word>celsius|fahrenheit)\b", re.IGNORECASE)
_UNIT_LINE = re.compile(r"\bunits?\b[^A-Za-z]*(?P<sign>[CF])\s*[\"']?\s*$", re.IGNORECASE)
_NO_VALUE = re.compile(r"^(?:|-+|\.+|n/?a|nan|null|none|err(?:or)?|ol|open|no data|missed|x)$", re.IGNORECASE)
_TEMPERATURE = re.compile(
    r"temp|°|º|celsius|fahrenheit|\bt\b|^t\d|温度|온도|темп|θερμ|حرارة|तापमान|\bsuhu\b|s\u0131cak",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"humid|hygro|feucht|\brh\b|%|dew|taupunkt|point de ros|alarm|limit|min|max|mkt|avrg|average",
    re.IGNORECASE,
)
_DAY_REPORT = re.compile(r"^\s*Date:\s*(\d{4}-\d{2}-\d{2})")
_EXTREME = re.compile(r"(?:Min|Max) T:\s*([-+]?\d+(?:\.\d+)?)\s*,\s*TS (?:Min|Max) T:\s*(\d{2}:\d{2})")


class TemperatureUnit(StrEnum):
    """The unit of a file."""

    CELSIUS = "C"
    FAHRENHEIT = "F"


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What the person says of a file. `zone`: of the logger's clock; the others are None for what it says."""

    zone: tzinfo
    unit: TemperatureUnit | None = None
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class LoggerLog:
    """The readings of a file, in order of time. `without_value`: rows in which the logger wrote none."""

    readings: tuple[LoggerReading, ...]
    unit: TemperatureUnit
    without_value: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    written: WrittenMoment
    value: Decimal
    unit: TemperatureUnit | None


def read_log(data: bytes, settings: LogSettings, now: datetime) -> LoggerLog:
    """Return the readings of a file. RefusedError with a code of the family `log_…`, FILE_EMPTY or
    FILE_TOO_LARGE. `now` (aware): no reading lies after it.
    """
    lines = _text(data).splitlines()
    stated = _stated_unit([*lines[:_ABOVE], *lines[_ABOVE:][-_ABOVE:]])
    rows, without = _day_report(lines), 0
    if not rows:
        rows, without = _table(lines)
    if not rows:
        raise RefusedError(ErrorCode.LOG_WITHOUT_READINGS, field="file")
    if len(rows) > MOST_READINGS:
        raise RefusedError(ErrorCode.LOG_TOO_LONG, found=str(len(rows)), field="file")
    unit = _unit_of(rows, stated, settings.unit)
    moments = moments_of([row.written for row in rows], settings.zone, settings.day_first, now)
    readings = [LoggerReading(at, _hundredths(row, unit)) for at, row in zip(moments, rows, strict=True)]
    in_order = sorted(set(readings), key=lambda each: (each.at, each.hundredths))
    return LoggerLog(tuple(in_order), unit, without)


def _text(data: bytes) -> str:
    if not data.strip():
        raise RefusedError(ErrorCode.FILE_EMPTY, field="file")
    if len(data) > MOST_BYTES:
        raise RefusedError(ErrorCode.FILE_TOO_LARGE, field="file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data[1:200:2].count(0) > 50:  # every second byte, without a mark
        encodings = ("utf-16-le",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    if data.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise RefusedError(ErrorCode.LOG_NOT_TEXT, field="file")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise RefusedError(ErrorCode.LOG_NOT_TEXT, field="file")


def _day_report(lines: Sequence[str]) -> list[_Row]:
    """The lowest and highest of each day of a Fridge-tag's report, in order; none for another file."""
    rows: list[_Row] = []
    day = ""
    for number, line in enumerate(lines, 1):
        begins = _DAY_REPORT.match(line)
        if begins is not None:
            day = begins[1]
        for value, clock in _EXTREME.findall(line) if day else ():
            written = read_moment(f"{day} {clock}")
            if written is not None:
                rows.append(_Row(number, written, Decimal(value), None))
    return sorted(rows, key=lambda row: (row.written.local(True) or datetime.min, row.line))  # noqa: DTZ901


def _table(lines: Sequence[str]) -> tuple[list[_Row], int]:
    """The rows with a moment, and how many of them have no value.

    RefusedError for a line among them that is none: what is left out might be the reading that matters.
    """
    separator, layout = _layout(lines)
    cut = [_cells(line, separator) for line in lines]
    moments = [_moment_at(cells, layout) for cells in cut]
    own = [place for place, found in enumerate(moments) if found is not None]
    if not own:
        return [], 0
    header = next((cut[place] for place in range(own[0] - 1, -1, -1) if any(cut[place])), [])
    column = _temperature_column(header, cut[own[0]], layout)
    named = _unit_in(header[column]) if column < len(header) else None
    rows: list[_Row] = []
    for place in range(own[0], own[-1] + 1):
        cells, found = cut[place], moments[place]
        if not any(cells) or cells == header:
            continue
        extra = len(cells) > len(header) > column and any(cells[len(header) :])
        if found is None or extra:  # also a decimal comma among commas: 5,3 is no 5
            raise _unreadable(place + 1, lines[place])
        text = cells[column] if column < len(cells) else ""
        if not _NO_VALUE.match(text):
            rows.append(_row(place + 1, lines[place], found, text, named))
    blank = sum(not any(cut[place]) or cut[place] == header for place in range(own[0], own[-1] + 1))
    return rows, own[-1] + 1 - own[0] - blank - len(rows)


def _row(number: int, line: str, written: WrittenMoment, text: str, named: TemperatureUnit | None) -> _Row:
    bare, unit = _without_unit(text)
    value = _decimal(bare)
    if value is None:
        raise _unreadable(number, line)
    return _Row(number, written, value, unit or named)


def _unreadable(number: int, line: str) -> RefusedError:
    return RefusedError(ErrorCode.LOG_ROW_UNREADABLE, given=line.strip(), found=str(number), field="file")


def _layout(lines: Sequence[str]) -> tuple[str | None, frozenset[int]]:
    """What stands between cells (None: spaces), and in which of them the moment stands: as in most rows."""
    best: tuple[int, str | None, frozenset[int]] = (0, None, frozenset())
    for separator in (*_SEPARATORS, None):
        counts: Counter[frozenset[int]] = Counter()
        for line in lines[:_TELLING_LINES]:
            cells = _cells(line, separator)
            found = _moment_in(cells)
            if found is not None and _has_value(cells, found[1]):
                counts[found[1]] += 1
        for layout, count in counts.most_common(1):
            if count > best[0]:
                best = (count, separator, layout)
    return best[1], best[2]


def _cells(line: str, separator: str | None) -> list[str]:
    """The cells of a line. Between spaces a time keeps its AM or PM, and a date its time."""
    if separator is None:
        return re.sub(r"\s+(?=[AaPp]\.?[Mm]\b)", "", line).split()
    return [each.strip() for each in next(csv.reader([line.strip("\r\n")], delimiter=separator), [])]


def _moment_in(cells: Sequence[str]) -> tuple[WrittenMoment, frozenset[int]] | None:
    """The moment of a row, and the cells that it stands in: one, or a date and a time beside it."""
    for place, cell in enumerate(cells):
        whole = read_moment(cell)
        if whole is not None:
            return whole, frozenset({place})
        if place + 1 < len(cells) and any(sign in cell for sign in "-/.年") and ":" in cells[place + 1]:
            halves = read_moment(f"{cell} {cells[place + 1]}")
            if halves is not None:
                return halves, frozenset({place, place + 1})
    return None


def _moment_at(cells: Sequence[str], layout: frozenset[int]) -> WrittenMoment | None:
    """The moment in these cells of a row; None for another line."""
    if not layout or len(cells) <= max(layout):
        return None
    return read_moment(" ".join(cells[place] for place in sorted(layout)))


def _has_value(cells: Sequence[str], used: frozenset[int]) -> bool:
    after = [cell for place, cell in enumerate(cells) if place > max(used, default=-1)]
    return any(_decimal(_without_unit(cell)[0]) is not None or _NO_VALUE.match(cell) for cell in after)


def _temperature_column(header: Sequence[str], cells: Sequence[str], used: frozenset[int]) -> int:
    """Where the temperature stands. RefusedError(LOG_SEVERAL_COLUMNS) where several columns may be it."""
    after = [place for place in range(len(cells)) if place > max(used)]
    numbers = [place for place in after if _decimal(_without_unit(cells[place])[0]) is not None]
    likely = [
        place
        for place, name in enumerate(header)
        if place in after and _TEMPERATURE.search(name) and not _ANOTHER.search(name)
    ]
    if len(likely) == 1:
        return likely[0]
    if len(likely) > 1:
        found = ", ".join(header[place] for place in likely)
        raise RefusedError(ErrorCode.LOG_SEVERAL_COLUMNS, found=found, field="file")
    if len(header) == len(cells):
        numbers = [place for place in numbers if not _ANOTHER.search(header[place])]
    if len(numbers) > 1:
        found = ", ".join(cells[place] for place in numbers)
        raise RefusedError(ErrorCode.LOG_SEVERAL_COLUMNS, found=found, field="file")
    if not numbers:
        return after[0] if after else len(cells)
    return numbers[0]


def _without_unit(text: str) -> tuple[str, TemperatureUnit | None]:
    if text[-1:].isdigit():
        return text, None
    found = re.match(r"^(.*?)\s*(?:°|º)?\s*([CF])$", text)
    if found is None or not found[1]:
        return text.removesuffix("℃").strip(), TemperatureUnit.CELSIUS if text.endswith("℃") else None
    return found[1], TemperatureUnit(found[2])


def _decimal(text: str) -> Decimal | None:
    if not _NUMBER.match(text):
        return None
    plain = text.replace(",", ".").replace("\u2212", "-").replace("\u2013", "-")
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _unit_in(text: str) -> TemperatureUnit | None:
    word = _UNIT_WORD.search(text)
    if word is not None:
        return TemperatureUnit(word["word"][0].upper())
    if "℃" in text or "℉" in text:
        return TemperatureUnit.CELSIUS if "℃" in text else TemperatureUnit.FAHRENHEIT
    sign = _UNIT.search(text)
    return TemperatureUnit(sign["sign"].upper()) if sign is not None else None


def _stated_unit(lines: Sequence[str]) -> TemperatureUnit | None:
    """The unit that lines above and below the readings name, where they name one only."""
    return next(iter(units)) if len(units := set(_units(lines))) == 1 else None


def _units(lines: Sequence[str]) -> Iterator[TemperatureUnit]:
    for line in lines:
        if read_moment(line) is not None:
            continue
        sign = _UNIT_LINE.search(line)
        found = TemperatureUnit(sign["sign"].upper()) if sign is not None else _unit_in(line)
        if found is not None:
            yield found


def _unit_of(
    rows: Sequence[_Row], stated: TemperatureUnit | None, said: TemperatureUnit | None
) -> TemperatureUnit:
    """The unit of the file. RefusedError where it names none and the person neither, or another one."""
    written = {row.unit for row in rows if row.unit is not None}
    if len(written) > 1:
        raise RefusedError(ErrorCode.LOG_UNIT_MISSING, field="unit")
    named = next(iter(written), stated)
    if named is not None and said is not None and named is not said:
        raise RefusedError(ErrorCode.LOG_UNIT_DIFFERS, found=f"°{named}", given=f"°{said}", field="unit")
    if named is None and said is None:
        raise RefusedError(ErrorCode.LOG_UNIT_MISSING, field="unit")
    return named or said or TemperatureUnit.CELSIUS


def _hundredths(row: _Row, unit: TemperatureUnit) -> int:
    """Hundredths of a degree Celsius. RefusedError where no place for vials can be so cold or warm."""
    value = row.value if unit is TemperatureUnit.CELSIUS else (row.value - 32) * 5 / 9
    if not _COLDEST <= value <= _WARMEST:
        found, given = str(row.line), f"{row.value} °{unit}"
        raise RefusedError(ErrorCode.LOG_VALUE_IMPOSSIBLE, given=given, found=found, field="file")
    return int((value * 100).to_integral_value())

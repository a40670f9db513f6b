"""Reads the parameters of the standard's simple event query (EPCIS 2.0, section 8.2.7.1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, false, or_

from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError
from service.registry.epcis.event_checks import moment_of
from service.registry.epcis.identity import key_of
from service.registry.epcis.vocabulary import word_or_uri
from service.storage.models import EpcisEvent, EpcisEventEpc

MOST_EACH_PAGE = 1000
_EACH_PAGE = 30
_SEPARATOR = "|"


@dataclass(slots=True)
class EventQuery:
    """What is asked. `each`: events of a page; `most`: events in all, None for no limit.

    `after`: the token of the page before. `refuses_more`: more than `most` is an error (maxEventCount).
    """

    conditions: list[ColumnElement[bool]] = field(default_factory=list)
    by_record_time: bool = False
    descending: bool = False
    each: int = _EACH_PAGE
    most: int | None = None
    refuses_more: bool = False
    after: str = ""


def read_query(given: Mapping[str, Sequence[str]]) -> EventQuery:
    """Read the parameters. InvalidFieldsError names every one that is unknown or cannot be read."""
    query, errors = EventQuery(), list[VialcheckError]()
    for name, values in given.items():
        try:
            if len(values) > 1:
                raise _invalid(name, values[1], f"one value, or several separated by {_SEPARATOR}")
            _read(query, name, values[0])
        except VialcheckError as error:
            error.field = error.field or name
            errors.append(error)
    if errors:
        raise InvalidFieldsError(tuple(errors))
    return query


def _read(query: EventQuery, name: str, value: str) -> None:
    if condition := _CONDITIONS.get(name):
        query.conditions.append(condition(name, value))
    elif name == "orderBy":
        query.by_record_time = _one_of(name, value, ("eventTime", "recordTime")) == "recordTime"
    elif name == "orderDirection":
        query.descending = _one_of(name, value, ("ASC", "DESC")) == "DESC"
    elif name == "perPage":
        query.each = _number(name, value, MOST_EACH_PAGE)
    elif name in ("eventCountLimit", "maxEventCount"):
        if query.most is not None:
            raise _invalid(name, value, "either eventCountLimit or maxEventCount")
        query.most, query.refuses_more = _number(name, value, 10**9), name == "maxEventCount"
    elif name == "nextPageToken":
        query.after = value
    else:
        raise _invalid(name, name, "a parameter of the simple event query that is supported here")


def _values(name: str, value: str) -> list[str]:
    values = [each.strip() for each in value.split(_SEPARATOR)]
    if not all(values):
        raise RefusedError(ErrorCode.VALUE_MISSING, field=name)
    if len(values) > 100:
        raise _invalid(name, str(len(values)), "at most 100 values")
    return values


def _moment(name: str, value: str) -> datetime:
    at = moment_of(value.replace(" ", "+"))  # a plus sign that was not escaped
    if at is None:
        raise _invalid(name, value, "a date and time with its zone, such as 2026-11-23T10:30:00Z")
    return at


def _number(name: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value[:12]) <= most and len(value) < 12):
        raise _invalid(name, value, f"a number from 1 to {most}")
    return int(value)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise _invalid(name, value, f"one of {', '.join(choices)}")
    return value


def _is_in(column: Any) -> Callable[[str, str], ColumnElement[bool]]:
    def condition(name: str, value: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column.in_(_values(name, value))
        return found

    return condition


def _actions(name: str, value: str) -> ColumnElement[bool]:
    return EpcisEvent.action.in_(
        [_one_of(name, each, ("ADD", "OBSERVE", "DELETE")) for each in _values(name, value)]
    )


def _words(kind: str, column: Any) -> Callable[[str, str], ColumnElement[bool]]:
    def condition(name: str, value: str) -> ColumnElement[bool]:
        words = [word_or_uri(kind, each, strict=False) for each in _values(name, value)]
        found: ColumnElement[bool] = column.in_([each for each in words if each])
        return found if any(words) else false()

    return condition


def _from(column: Any) -> Callable[[str, str], ColumnElement[bool]]:
    return lambda name, value: column >= _moment(name, value)


def _before(column: Any) -> Callable[[str, str], ColumnElement[bool]]:
    return lambda name, value: column < _moment(name, value)


def _match(*fields: str) -> Callable[[str, str], ColumnElement[bool]]:
    """Events that name one of the things; `….*` matches every unit of a trade item (section 8.2.7.1.1)."""

    def condition(name: str, value: str) -> ColumnElement[bool]:
        wanted = []
        for uri in _values(name, value):
            key = key_of(uri)
            whole = uri.startswith("urn:epc:idpat:") and key != uri
            units = EpcisEventEpc.key.like(f"{key}21%") if whole else EpcisEventEpc.key == key
            wanted.append(or_(units, EpcisEventEpc.key == key))
        of_event = EpcisEventEpc.event_id == EpcisEvent.id
        return exists().where(of_event, EpcisEventEpc.field.in_(fields), or_(*wanted))

    return condition


def _declares(name: str, value: str) -> ColumnElement[bool]:
    declares = _one_of(name, value.lower(), ("true", "false")) == "true"
    return EpcisEvent.declares_error.is_(declares)


_EPCS = ("epcList", "childEPCs")
_CLASSES = ("quantityList", "childQuantityList")
_INPUTS, _OUTPUTS = ("inputEPCList",), ("outputEPCList",)
_CONDITIONS: Mapping[str, Callable[[str, str], ColumnElement[bool]]] = {
    "eventType": _is_in(EpcisEvent.type),
    "GE_eventTime": _from(EpcisEvent.at),
    "LT_eventTime": _before(EpcisEvent.at),
    "GE_recordTime": _from(EpcisEvent.recorded),
    "LT_recordTime": _before(EpcisEvent.recorded),
    "EQ_action": _actions,
    "EQ_bizStep": _words("bizstep", EpcisEvent.biz_step),
    "EQ_disposition": _words("disp", EpcisEvent.disposition),
    "EQ_readPoint": _is_in(EpcisEvent.read_point),
    "EQ_bizLocation": _is_in(EpcisEvent.biz_location),
    "EQ_eventID": _is_in(EpcisEvent.event_id),
    "EXISTS_errorDeclaration": _declares,
    "MATCH_epc": _match(*_EPCS),
    "MATCH_parentID": _match("parentID"),
    "MATCH_inputEPC": _match(*_INPUTS),
    "MATCH_outputEPC": _match(*_OUTPUTS),
    "MATCH_anyEPC": _match(*_EPCS, "parentID", *_INPUTS, *_OUTPUTS),
    "MATCH_epcClass": _match(*_CLASSES),
    "MATCH_inputEPCClass": _match("inputQuantityList"),
    "MATCH_outputEPCClass": _match("outputQuantityList"),
    "MATCH_anyEPCClass": _match(*_CLASSES, "inputQuantityList", "outputQuantityList"),
}

PARAMETERS = (
    *_CONDITIONS,
    *("orderBy", "orderDirection", "perPage", "eventCountLimit", "maxEventCount", "nextPageToken"),
)
"""The names of all parameters that are supported."""


def _invalid(name: str, given: str, expected: str) -> RefusedError:
    return RefusedError(ErrorCode.VALUE_INVALID, given=given[:80], expected=expected, field=name)

"""Reads the Parameters resource of `$verify` into the fields of a question."""

from typing import Any

from service.errors import ErrorCode, InvalidFieldsError, RefusedError, VialcheckError
from service.web.api.fhir.packs import date_text, identified, is_of_pack, pack_of

FIELDS: dict[str, tuple[str, str]] = {
    "scan": ("scan", "What a scanner read, or a GS1 Digital Link"),
    "lot": ("lot", "The lot number as it is printed"),
    "expiry": ("expiry", "The expiry as it is printed, or a FHIR date"),
    "serial": ("serial", "The serial number; capitals count"),
    "product": ("product", "The product's name as it is printed"),
    "market": ("market", "The country where it is used: a name or ISO 3166-1 code"),
    "nonce": ("nonce", "The caller's own mark: the same again is the same check"),
}
"""Parameters of text: the field of the question, and what it means."""

_TEXT_VALUES = ("valueString", "valueDate", "valueDateTime", "valueCode", "valueUri", "valueId", "valueUuid")
_MOST = 50
_MOST_CHARACTERS = 4096


def read_parameters(body: object) -> tuple[dict[str, str], bool]:
    """Return the fields of the question, and whether the check is recorded. InvalidFieldsError."""
    if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
        given = str(body.get("resourceType", ""))[:40] if isinstance(body, dict) else ""
        raise _invalid("resourceType", given, "Parameters")
    listed = body.get("parameter")
    if not isinstance(listed, list) or len(listed) > _MOST:
        raise _invalid("parameter", "", f"a list of at most {_MOST} parameters")
    reader = _Reader()
    for each in listed:
        reader.read(each)
    if reader.errors:
        raise InvalidFieldsError(tuple(reader.errors))
    return reader.fields, reader.record


class _Reader:
    """Collects what was given, and what was wrong, so that a caller mends it in one go."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.record = True
        self.errors: list[VialcheckError] = []
        self._seen: set[str] = set()

    def read(self, parameter: object) -> None:
        """Read one parameter."""
        name = parameter.get("name") if isinstance(parameter, dict) else None
        if not isinstance(parameter, dict) or not isinstance(name, str):
            self.errors.append(_invalid("parameter", "", "objects with a name"))
        elif name in self._seen and name != "identifier":
            self.errors.append(_invalid(name, "", "one value"))
        else:
            self._seen.add(name)
            self._named(name, parameter)

    def _named(self, name: str, parameter: dict[str, Any]) -> None:
        if name == "identifier":
            self._identifier(parameter)
        elif name == "medication":
            self._pack(parameter.get("resource"))
        elif name == "record":
            value = parameter.get("valueBoolean")
            if not isinstance(value, bool):
                self.errors.append(_invalid(name, "", "valueBoolean"))
            self.record = value is not False
        elif name in FIELDS:
            self._text(name, parameter)
        else:
            expected = ", ".join(sorted({*FIELDS, "identifier", "medication", "record"}))
            self.errors.append(_invalid(name[:60], "", f"one of {expected}"))

    def _identifier(self, parameter: dict[str, Any]) -> None:
        given = parameter.get("valueIdentifier") or parameter.get("valueCoding")
        if isinstance(given, dict):
            found = identified(given.get("system"), given.get("value", given.get("code")))
        else:
            found = {"gtin": text} if (text := _text_of(parameter)) else {}
        if not found:
            self.errors.append(_invalid("identifier", "", "a GTIN, or a number whose system is known"))
        self._add(found)

    def _pack(self, resource: object) -> None:
        if not isinstance(resource, dict) or not is_of_pack(resource):
            self.errors.append(_invalid("medication", "", "a Medication or Device"))
        else:
            self._add(pack_of(resource))

    def _text(self, name: str, parameter: dict[str, Any]) -> None:
        text = _text_of(parameter)
        if text is None:
            self.errors.append(_invalid(name, "", "valueString"))
        else:
            self._add({FIELDS[name][0]: date_text(text) if name == "expiry" else text})

    def _add(self, found: dict[str, str]) -> None:
        for name, text in found.items():
            if len(text) > _MOST_CHARACTERS:
                self.errors.append(_invalid(name, text[:40], f"at most {_MOST_CHARACTERS} characters"))
            elif self.fields.setdefault(name, text) != text:
                self.errors.append(_invalid(name, text[:80], "the same as in the other parameter"))


def _text_of(parameter: dict[str, Any]) -> str | None:
    values = [parameter[each] for each in _TEXT_VALUES if each in parameter]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def _invalid(field: str, given: str, expected: str) -> RefusedError:
    return RefusedError(ErrorCode.VALUE_INVALID, given=given, expected=expected, field=field)

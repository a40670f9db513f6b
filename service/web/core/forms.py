"""Errors of form fields as pages show them: one line each, beside the field and in the summary."""

from dataclasses import dataclass

from service.errors import ErrorCode, InvalidFieldsError, VialcheckError
from service.web.core.i18n import spoken
from service.web.core.question_form import FIELDS
from service.web.text import error_message

# Fields without an input of their own on the first page, and the input that shows their errors.
_BOXES = {"lot": "scan", "gtin": "product", "national": "product", "link": "scan"}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One line of the error summary, and the input that it links to."""

    box: str
    message: str


def field_errors(error: VialcheckError) -> list[FieldError]:
    """Return one line for each field that the error names."""
    errors = error.errors if isinstance(error, InvalidFieldsError) else (error,)
    return [FieldError(_box(each), error_message(each, spoken(), technical=False)) for each in errors]


def _box(error: VialcheckError) -> str:
    field = (error.field or "").replace(".", "_")
    field = _BOXES.get(field, field)
    return field if field in FIELDS and error.code is not ErrorCode.NOTHING_PRESENTED else "scan"

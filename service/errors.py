"""The family of errors: a code, what was given, what was expected, what was found.

Codes are used everywhere; sentences only at the edge: `service.web.text` has one for each code, in the
person's language. `str(error)` is plain English for a log or a terminal.
"""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Every way in which an input can be refused. Each has a sentence in `service.web.text`."""

    # parsing what a scanner or a person gave (gs1)
    EMPTY = "empty"
    TOO_LONG = "too_long"
    BAD_CHARACTER = "bad_character"
    GTIN_LENGTH = "gtin_length"
    GTIN_NOT_DIGITS = "gtin_not_digits"
    GTIN_CHECK_DIGIT = "gtin_check_digit"
    EXPIRY_UNREADABLE = "expiry_unreadable"
    EXPIRY_IMPOSSIBLE = "expiry_impossible"
    EXPIRY_AMBIGUOUS = "expiry_ambiguous"
    ELEMENT_STRING_INVALID = "element_string_invalid"
    AI_UNKNOWN = "ai_unknown"
    AI_VALUE_INVALID = "ai_value_invalid"
    AI_REPEATED = "ai_repeated"
    AI_COMBINATION = "ai_combination"
    SYMBOLOGY_UNKNOWN = "symbology_unknown"
    LINK_INVALID = "link_invalid"
    LINK_WITHOUT_IDENTIFIER = "link_without_identifier"
    LINK_COMPRESSED = "link_compressed"
    LINK_CANNOT_CARRY = "link_cannot_carry"
    LINK_TYPE_ABSENT = "link_type_absent"
    LINK_TARGET_INVALID = "link_target_invalid"
    LINK_HOST_UNKNOWN = "link_host_unknown"
    NOT_A_PRODUCT = "not_a_product"
    NOT_A_LOT = "not_a_lot"
    SEVERAL_CODES = "several_codes"
    OTHER_CODE_SYSTEM = "other_code_system"
    ONLY_DIGITS = "only_digits"
    SCANNER_SETTING = "scanner_setting"
    COUNTRY_UNKNOWN = "country_unknown"
    LANGUAGE_UNKNOWN = "language_unknown"
    FIELDS_DISAGREE = "fields_disagree"
    MOMENT_UNREADABLE = "moment_unreadable"
    MOMENT_IMPLAUSIBLE = "moment_implausible"
    # questions
    NOTHING_PRESENTED = "nothing_presented"
    NOT_FOUND = "not_found"
    NONCE_REUSED = "nonce_reused"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    PRECONDITION_FAILED = "precondition_failed"
    REQUEST_INVALID = "request_invalid"
    BUSY = "busy"
    RATE_LIMITED = "rate_limited"
    CLOCK_IN_DOUBT = "clock_in_doubt"
    # photos
    PICTURE_MISSING = "picture_missing"
    PICTURE_KIND = "picture_kind"
    PICTURE_HEIC = "picture_heic"
    PICTURE_ANIMATED = "picture_animated"
    PICTURE_BROKEN = "picture_broken"
    PICTURE_TOO_LARGE = "picture_too_large"
    # reports
    REPORT_EMPTY = "report_empty"
    REPORT_BY_PROGRAM = "report_by_program"
    REPORT_NOT_FOUND = "report_not_found"
    REASON_MISSING = "reason_missing"
    REPORT_STEP_INVALID = "report_step_invalid"
    REPORTS_TOO_MANY = "reports_too_many"
    REPORT_PHOTOS_LATER = "report_photos_later"
    PHOTOS_TOO_MANY = "photos_too_many"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_UNPRINTABLE = "text_unprintable"
    # access
    SIGN_IN_NEEDED = "sign_in_needed"
    NOT_ALLOWED = "not_allowed"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    OTHER_SITE = "other_site"
    FORM_EXPIRED = "form_expired"
    SIGN_IN_WRONG = "sign_in_wrong"
    SIGN_IN_LATE = "sign_in_late"
    CODE_WRONG = "code_wrong"
    PASSKEY_REFUSED = "passkey_refused"
    SINGLE_SIGN_ON_REFUSED = "single_sign_on_refused"
    SINGLE_SIGN_ON_DOWN = "single_sign_on_down"
    WAIT = "wait"
    SECRET_KEY_CHANGED = "secret_key_changed"  # noqa: S105
    PIN_INVALID = "pin_invalid"
    PIN_SIMPLE = "pin_simple"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    PIN_NOT_ENOUGH = "pin_not_enough"
    DEVICE_NOT_ENROLLED = "device_not_enrolled"
    DEVICE_NAME_MISSING = "device_name_missing"
    KEY_INVALID = "key_invalid"
    SCOPE_MISSING = "scope_missing"
    GLN_UNKNOWN = "gln_unknown"
    GLN_NOT_YOURS = "gln_not_yours"
    # people and their organisations
    PASSWORD_SHORT = "password_short"  # noqa: S105 (codes of refusals, no passwords)
    PASSWORD_LONG = "password_long"  # noqa: S105
    PASSWORD_COMMON = "password_common"  # noqa: S105
    PASSWORD_WRONG = "password_wrong"  # noqa: S105
    EMAIL_INVALID = "email_invalid"
    NAME_INVALID = "name_invalid"
    TAKEN = "taken"
    NOT_ON_RECORD = "not_on_record"
    CHOICE_MISSING = "choice_missing"
    LAST_ADMIN = "last_admin"
    LAST_FACTOR = "last_factor"
    INVITATION_OVER = "invitation_over"
    # a clinic's vials
    ALREADY_USED = "already_used"
    NOT_IN_CIRCULATION = "not_in_circulation"
    VIAL_STOPPED = "vial_stopped"
    VIAL_MOVED_ON = "vial_moved_on"
    IN_USE_OVER = "in_use_over"
    UNITS_INVALID = "units_invalid"
    COUNT_INVALID = "count_invalid"
    HOURS_INVALID = "hours_invalid"
    UNITS_ABOVE = "units_above"
    HOURS_ABOVE = "hours_above"
    REFERENCE_INVALID = "reference_invalid"
    REFERENCE_PERSONAL = "reference_personal"
    RECEIPT_UNREADABLE = "receipt_unreadable"
    RECEIPT_ELSEWHERE = "receipt_elsewhere"
    RECEIPT_FULL = "receipt_full"
    SIGNATURE_INVALID = "signature_invalid"
    HOLDER_MISSING = "holder_missing"
    ANSWERER_MISSING = "answerer_missing"
    DUE_INVALID = "due_invalid"
    CASE_TEXT_MISSING = "case_text_missing"
    UNDO_LATE = "undo_late"
    UNDO_NOT_YOURS = "undo_not_yours"
    NUMBER_IN_STOCK = "number_in_stock"
    STOCKTAKE_CLOSED = "stocktake_closed"
    SHIPMENT_EMPTY = "shipment_empty"
    SHIPMENT_CHANGED = "shipment_changed"
    MINIMUM_INVALID = "minimum_invalid"
    # logs of temperature
    LOG_NOT_TEXT = "log_not_text"
    LOG_WITHOUT_READINGS = "log_without_readings"
    LOG_SEVERAL_COLUMNS = "log_several_columns"
    LOG_ROW_UNREADABLE = "log_row_unreadable"
    LOG_VALUE_IMPOSSIBLE = "log_value_impossible"
    LOG_UNIT_MISSING = "log_unit_missing"
    LOG_UNIT_DIFFERS = "log_unit_differs"
    LOG_DAY_ORDER = "log_day_order"
    LOG_TIME_UNREADABLE = "log_time_unreadable"
    LOG_OUT_OF_ORDER = "log_out_of_order"
    LOG_IN_FUTURE = "log_in_future"
    LOG_TOO_LONG = "log_too_long"
    PLACE_NAME_MISSING = "place_name_missing"
    ZONE_MISSING = "zone_missing"
    TEMPERATURE_HOLD = "temperature_hold"
    # imports
    FILE_UNREADABLE = "file_unreadable"
    FILE_NOT_TEXT = "file_not_text"
    FILE_EMPTY = "file_empty"
    FILE_KIND_UNKNOWN = "file_kind_unknown"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    ROW_TOO_SHORT = "row_too_short"
    VALUE_MISSING = "value_missing"
    VALUE_INVALID = "value_invalid"
    MARK_UNKNOWN = "mark_unknown"
    SPREADSHEET_NUMBER = "spreadsheet_number"
    CELL_MERGED = "cell_merged"
    WORKBOOK_REFUSED = "workbook_refused"
    SHEET_UNCLEAR = "sheet_unclear"
    FILE_MISSING = "file_missing"
    FILE_TOO_LARGE = "file_too_large"
    LIST_NOT_YOURS = "list_not_yours"
    PRODUCT_NOT_YOURS = "product_not_yours"
    RECORD_NOT_YOURS = "record_not_yours"
    RECORD_CHANGED = "record_changed"
    IMPORT_MOVED_ON = "import_moved_on"
    PRODUCT_NOT_ON_RECORD = "product_not_on_record"
    LOT_NOT_ON_RECORD = "lot_not_on_record"
    CONFLICT = "conflict"
    OWN_IMPORT = "own_import"
    OWN_REQUEST = "own_request"
    REQUEST_WAITS = "request_waits"
    TWO_PERSONS_NEEDED = "two_persons_needed"
    NOTHING_TO_CHANGE = "nothing_to_change"
    SERIALS_NOT_ON_RECORD = "serials_not_on_record"
    RECALL_STANDS = "recall_stands"
    EXTENSION_STANDS = "extension_stands"
    WITHDRAWN_BEFORE = "withdrawn_before"
    # documents of events (EPCIS)
    DOCUMENT_UNREADABLE = "document_unreadable"
    EVENTS_REFUSED = "events_refused"
    EVENT_IN_FUTURE = "event_in_future"
    EVENT_KNOWN_OTHERWISE = "event_known_otherwise"
    EVENT_OUT_OF_ORDER = "event_out_of_order"
    SENDER_NOT_YOURS = "sender_not_yours"
    # operation
    SETTING_INVALID = "setting_invalid"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    SCHEMA_NEWER = "schema_newer"
    BACKUP_REFUSED = "backup_refused"
    RESTORE_REFUSED = "restore_refused"
    NOT_DELIVERED = "not_delivered"


class VialcheckError(Exception):
    """An input that was refused, and why.

    `given`: the input as it came (cut to 80 characters in the message). `expected` and `found`: plain
    English. `field`: the part of the input (a GS1 noun: gtin, lot, serial, expiry, or a column).
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        given: str = "",
        expected: str = "",
        found: str = "",
        field: str | None = None,
    ) -> None:
        super().__init__(code, given, expected, found, field)
        self.code = code
        self.given = given
        self.expected = expected
        self.found = found
        self.field = field

    def __str__(self) -> str:
        shown = self.given if len(self.given) <= 80 else self.given[:79] + "…"
        parts = [f"{self.field}: " if self.field else "", str(self.code).replace("_", " ")]
        if self.given:
            parts.append(f": got {shown!r}")
        if self.expected:
            parts.append(f", expected {self.expected}")
        if self.found:
            parts.append(f", found {self.found}")
        return "".join(parts)


class IdentifierError(VialcheckError):
    """A scanned, typed or imported identifier that is invalid."""


class RefusedError(VialcheckError):
    """A request or a file that cannot be carried out as it stands."""


class ConflictError(VialcheckError):
    """The request contradicts what is already on record."""


class PreconditionError(VialcheckError):
    """The record is not, or no more, as the request says that it is."""


class NotFoundError(VialcheckError):
    """What was asked for does not exist, or is not the asker's to see."""


class ForbiddenError(VialcheckError):
    """The actor may not do this, or has not proved yet that they may."""


class UnavailableError(VialcheckError):
    """A resource did not answer in time. Asking again may help."""


class TooManyError(VialcheckError):
    """A rate limit was exceeded. Later the request is accepted again."""


class WaitError(TooManyError):
    """Too much in a short time, such as wrong guesses: the next one is accepted in `seconds`."""

    def __init__(self, code: ErrorCode, *, seconds: int) -> None:
        super().__init__(code, found=str(seconds))
        self.seconds = seconds


class UnknownKeyError(VialcheckError):
    """An API key that is unknown, expired or revoked."""


class InvalidFieldsError(RefusedError):
    """Several fields refused at once, so that a person can correct them together."""

    def __init__(self, errors: tuple[VialcheckError, ...]) -> None:
        super().__init__(ErrorCode.REQUEST_INVALID, found="; ".join(str(error) for error in errors))
        self.errors = errors

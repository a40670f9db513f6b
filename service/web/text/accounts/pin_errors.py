"""Sentences of refusals on a clinic's shared tablets."""

from collections.abc import Mapping

from service.errors import ErrorCode
from service.web.text.formatting import N_

PIN_ERRORS: Mapping[ErrorCode, str] = {
    ErrorCode.PIN_INVALID: N_("A PIN has 6 to 12 digits, and nothing else."),
    ErrorCode.PIN_SIMPLE: N_("This PIN is easy to guess. Choose digits without a pattern."),
    ErrorCode.PIN_WRONG: N_("This is not the PIN of this person on this tablet."),
    ErrorCode.PIN_LOCKED: N_(
        "This PIN is locked, because a wrong one was entered five times. Sign in with your password and set"
        " it again, or ask an administrator."
    ),
    ErrorCode.PIN_NOT_ENOUGH: N_("A PIN is not enough for this. Sign in with your password."),
    ErrorCode.DEVICE_NOT_ENROLLED: N_(
        "This device is not enrolled for your clinic. An administrator enrols it under “Shared tablets”."
    ),
    ErrorCode.DEVICE_NAME_MISSING: N_("Give the tablet a name, so that you recognise it in the list."),
}

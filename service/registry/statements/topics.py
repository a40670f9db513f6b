"""What a statement can be about, the states of its versions, and words that none may contain."""

import re
from enum import StrEnum

from service.errors import ErrorCode, RefusedError


class StatementTopic(StrEnum):
    """In the order in which a page shows them."""

    MECHANISM = "mechanism"
    COURSE = "course"
    AFTERCARE = "aftercare"
    INTERVAL = "interval"
    WHO = "who"
    USES = "uses"
    WARNING_SIGNS = "warning_signs"
    TESTS = "tests"
    GMP = "gmp"


class StatementState(StrEnum):
    """The state of one version. Only a released one is public; a newer version replaces those before it."""

    WAITING = "waiting"
    RELEASED = "released"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"


LIVE = (StatementState.WAITING, StatementState.RELEASED)
"""States of versions that are public or may become so."""

_ASSURANCES = re.compile(r"\b(genuine|authentic|safe|guarantee|original)\w*|100\s*%", re.IGNORECASE)


def require_no_assurance(text: str) -> str:
    """Return the text; VALUE_INVALID where it assures of something that no statement can know of one vial.

    The page is reached from answers that say to stop, and must not read as their contrary.
    """
    found = _ASSURANCES.search(text)
    if found:
        raise RefusedError(
            ErrorCode.VALUE_INVALID,
            given=text,
            expected="a statement about the product that assures of no single vial",
            found=f"the word “{found[0]}”",
            field="text",
        )
    return text

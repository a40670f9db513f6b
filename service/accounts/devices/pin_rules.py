"""What a PIN may be: six to twelve digits in which no person sees a pattern.

A PIN is short, so it is no password: it counts on one enrolled device alone, after few tries it is locked,
and what it opens is little.
"""

import itertools
import unicodedata

from service.errors import ErrorCode, RefusedError

SHORTEST = 6
LONGEST = 12
MOST_TRIES = 5
"""Wrong PINs in a row, after which a person's PIN on a device is locked."""

_KEYPAD = frozenset(
    {"147258", "258369", "369258", "147369", "159753", "789456", "456123", "741852", "963852"}
)
"""Ways across the keys of a keypad; those along a row are steps of one."""


def digits_of(text: str) -> str:
    """Return the digits of a PIN as ASCII, also where it was typed in the digits of another script; what is
    no digit stays as it is.

    >>> digits_of(" ٤٧١ ٠٨٢ ")
    '471082'
    """
    return "".join(str(unicodedata.decimal(each, each)) for each in "".join(text.split()))


def read_new_pin(text: str) -> str:
    """Return a new PIN. RefusedError(PIN_INVALID) for another length or other characters, PIN_SIMPLE for a
    pattern.
    """
    pin = digits_of(text)
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise RefusedError(ErrorCode.PIN_INVALID, expected=f"{SHORTEST} to {LONGEST} digits", field="pin")
    if _is_simple(pin):
        raise RefusedError(ErrorCode.PIN_SIMPLE, field="pin")
    return pin


def _is_simple(pin: str) -> bool:
    """Whether it is 123456, 000000, 121212, 112233, 123321 or of their kind, or a way across a keypad."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    repeats = any(pin == (pin[:period] * len(pin))[: len(pin)] for period in range(1, len(pin) // 2 + 1))
    doubled = pin[::2] == pin[1::2]
    return (
        len(steps) == 1 or len(set(pin)) < 3 or repeats or doubled or pin == pin[::-1] or pin[:6] in _KEYPAD
    )

"""What a PIN may be: no pattern that a colleague sees in one look."""

import pytest

from service.accounts.devices.pin_rules import digits_of, read_new_pin
from service.errors import ErrorCode, RefusedError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("471082", "471082"),
        (" 47 10 82 ", "471082"),  # in groups, as people write numbers
        ("٤٧١٠٨٢", "471082"),  # an Arabic keyboard
        ("४७१०८२", "471082"),  # a Hindi keyboard
        ("471082471083", "471082471083"),  # the longest
    ],
)
def test_a_pin_is_read_in_the_digits_of_each_script(typed: str, kept: str) -> None:
    assert read_new_pin(typed) == digits_of(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", ErrorCode.PIN_INVALID),
        ("47108", ErrorCode.PIN_INVALID),  # one digit too few
        ("4710824710831", ErrorCode.PIN_INVALID),  # one too many
        ("47108a", ErrorCode.PIN_INVALID),
        ("-71082", ErrorCode.PIN_INVALID),
        ("²71082", ErrorCode.PIN_INVALID),  # a digit to Python, on no keyboard of digits
        ("000000", ErrorCode.PIN_SIMPLE),
        ("123456", ErrorCode.PIN_SIMPLE),
        ("890123", ErrorCode.PIN_SIMPLE),  # over the nine
        ("654321", ErrorCode.PIN_SIMPLE),
        ("246802", ErrorCode.PIN_SIMPLE),
        ("121212", ErrorCode.PIN_SIMPLE),
        ("471471", ErrorCode.PIN_SIMPLE),  # three digits twice
        ("112233", ErrorCode.PIN_SIMPLE),
        ("123321", ErrorCode.PIN_SIMPLE),
        ("711117", ErrorCode.PIN_SIMPLE),  # two digits
        ("147258", ErrorCode.PIN_SIMPLE),  # down the keys
    ],
)
def test_a_pin_that_is_refused(typed: str, code: ErrorCode) -> None:
    with pytest.raises(RefusedError) as refused:
        read_new_pin(typed)
    assert (refused.value.code, refused.value.field, refused.value.given) == (code, "pin", "")

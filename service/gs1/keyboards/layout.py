"""A keyboard's layout: what the keys of a US keyboard type on it.

A scanner that acts as a keyboard presses keys: it believes in a US layout, and a computer set to another
one types other characters. `KeyboardLayout.inverse` says which US character was meant by each that arrived.
"""

# ruff: noqa: RUF001 - that characters look like others is what layouts are about

from dataclasses import dataclass
from functools import cached_property

US_PLAIN = "`1234567890-=qwertyuiop[]asdfghjkl;'\\zxcvbnm,./"
US_SHIFT = '~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:"|ZXCVBNM<>?'
"""The keys of a US keyboard, row by row, without and with Shift; the layouts below have the same order."""


@dataclass(frozen=True, eq=False)
class KeyboardLayout:
    """One layout: what each key types plain and with Shift, and which of these are dead keys (accents).

    `types_separator`: Ctrl and the key of ] are known to give 0x1D on it, as on a US keyboard.
    """

    name: str
    plain: str
    shift: str
    dead: str = ""
    types_separator: bool = False

    @cached_property
    def meant(self) -> dict[str, str]:
        """Typed character to every US character whose key types it here."""
        found: dict[str, str] = {}
        for here, us in zip(self.plain + self.shift, US_PLAIN + US_SHIFT, strict=True):
            found[here] = found.get(here, "") + us
        return found

    @cached_property
    def inverse(self) -> dict[int, str]:
        """Typed character (as a code point) to the US character of its key, where only one key types it."""
        return {ord(here): us for here, us in self.meant.items() if len(us) == 1}

    @cached_property
    def typed(self) -> frozenset[str]:
        """Every character that some key types here."""
        return frozenset(self.meant)

    @cached_property
    def certain(self) -> frozenset[str]:
        """The characters that only one key types."""
        return frozenset(map(chr, self.inverse))

    @cached_property
    def shifted(self) -> "KeyboardLayout":
        """The same keys where caps lock shifts all of them, not only the letters."""
        return KeyboardLayout(self.name, self.shift, self.plain, self.dead, self.types_separator)


ACCENTS = {
    "\u0300": "`", "\u0301": "´΄", "\u0302": "^", "\u0303": "~", "\u0304": "¯", "\u0306": "˘", "\u0307": "˙",
    "\u0308": "¨", "\u030a": "°", "\u030b": "˝", "\u030c": "ˇ", "\u0327": "¸", "\u0328": "˛",
}  # fmt: skip
"""Combining marks, and the accents by which layouts name the dead keys that make them."""

US = KeyboardLayout("United States", US_PLAIN, US_SHIFT)

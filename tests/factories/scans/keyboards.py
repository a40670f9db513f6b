"""What a scanner's key presses become on a computer with another keyboard layout."""

from service.gs1.keyboards.layout import US_PLAIN, US_SHIFT, KeyboardLayout
from service.gs1.keyboards.layouts import LAYOUTS

BY_NAME = {layout.name: layout for layout in LAYOUTS}


def typed_on(layout: KeyboardLayout, text: str) -> str:
    """What a computer with this layout takes down when a scanner presses the keys of `text`."""
    keys = dict(zip(US_PLAIN + US_SHIFT, layout.plain + layout.shift, strict=True))
    return "".join(keys.get(character, character) for character in text)

"""What the format of a date cell shows of the date."""

import pytest

from service.registry.lists.typed_cells import DAY_MONTH, MONTH, YEAR
from service.registry.workbooks.sheet_styles import kind_of_format


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("dd.mm.yyyy", None),
        ("[$-409]mmm\\-yy;@", MONTH),
        ('yyyy"年"m"月"', MONTH),
        ("yyyy/mm", MONTH),
        ("dd/mm", DAY_MONTH),
        ("yyyy", YEAR),  # a date cell that holds 1 January 2027 and shows 2027
        ("[$-411]yyyy;@", YEAR),
        ("hh:mm", None),
        ("0.00", None),
        ("General", None),
    ],
)
def test_formats(code: str, kind: str | None) -> None:
    assert kind_of_format(code) == kind

"""What a vial holds, read from the record's texts; where it is not clear, no amount is refused."""

from decimal import Decimal

import pytest

from service.clinics.uses.content import VialContent, content_of

READ = [
    # content, strengths, what one vial holds
    ("", ["100 units"], (Decimal(100), "units")),
    ("", ["100"], (None, "")),  # no unit: it may be of anything
    ("", [], (None, "")),
    ("", ["50 units", "100 units"], (None, "units")),  # several presentations under one number
    ("100 units", ["50 units", "100 units"], (Decimal(100), "units")),
    ("100 IU", ["50 units", "100 units"], (Decimal(100), "IU")),
    ("1 vial of 100 units", ["100 units"], (Decimal(100), "units")),
    ("100 units in 2.5 ml", ["40 units/ml"], (Decimal(100), "units")),
    ("1 ml", ["24 mg/mL"], (Decimal(1), "ml")),
    ("", ["24 mg/mL"], (None, "mg")),  # a concentration is no amount
    ("2 ml", [], (Decimal(2), "ml")),
    ("2,5 ml", [], (Decimal("2.5"), "ml")),
    ("2 x 1 ml", [], (None, "")),  # one syringe or two
    ("1,000 units", [], (None, "units")),  # a thousand to some, one to others
    ("", ["1.000 Einheiten"], (None, "Einheiten")),
    ("", ["100 units/vial"], (None, "units")),
]


@pytest.mark.parametrize(("content", "strengths", "held"), READ)
def test_what_one_vial_holds(content: str, strengths: list[str], held: tuple[Decimal | None, str]) -> None:
    assert content_of(content, strengths) == VialContent(*held)

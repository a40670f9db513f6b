"""Until when a lot can keep at most: its product's stability time from manufacture, five years without one.

>>> latest_expiry(date(2026, 3, 9), 36)
datetime.date(2029, 3, 31)
"""

import calendar
from datetime import UTC, date, datetime

USUAL_MONTHS = 60
"""Months from manufacture where the product's own stability time is not on record."""


def latest_expiry(made: date, stability_months: int | None) -> date:
    """The last day of the month in which the stability time ends."""
    months = made.year * 12 + made.month - 1 + (stability_months or USUAL_MONTHS)
    year, month = divmod(months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def bound_of(made: date | None, released: date | None, stability_months: int | None) -> date:
    """The bound of a lot. One whose manufacture is not on record was made by its release, or by today."""
    return latest_expiry(made or released or datetime.now(UTC).date(), stability_months)

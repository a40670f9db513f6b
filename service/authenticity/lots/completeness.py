"""Whether a lot that is not on record may simply be younger than the record.

A maker says that all lots made until a day are here. A lot made since is missing without being wrong: a
genuine lot that was released yesterday is the commonest false alarm of a registry.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from service.authenticity.evidence import Evidence, ProductRecord

_FEWEST_LISTS = 3
"""So many lists make a rhythm: two intervals."""

_LEAST_DELAY = timedelta(days=7)
"""A list that is less late than this is not late."""

_SHELF_LIVES_DIFFER = timedelta(days=31)
"""A younger lot may expire this much before the newest on record: fillings of one month are not in order."""


def complete_until(product: ProductRecord) -> date | None:
    """The day until which all lots made are on record: as the maker said, else when its last list came."""
    if product.complete_until is not None:
        return product.complete_until
    return product.lists_received[-1] if product.lists_received else None


def is_overdue(product: ProductRecord, today: date) -> bool:
    """Whether the product's next list of lots is late, by the rhythm of those before it.

    Late is twice the usual interval (the median) after the last one, and a week at least.
    """
    days = product.lists_received
    if len(days) < _FEWEST_LISTS:
        return False
    usual = _usual_interval(days)
    return today - max(days[-1], product.complete_until or days[-1]) > max(2 * usual, usual + _LEAST_DELAY)


def _usual_interval(days: Sequence[date]) -> timedelta:
    return timedelta(days=median((later - earlier).days for earlier, later in pairwise(days)))


def may_be_younger(evidence: Evidence, product: ProductRecord) -> bool:
    """Whether the lot presented may be missing because the product's record ends before it was made.

    An expiry that lies clearly before the newest on record is an older lot's. Where lists are overdue by the
    maker's own rhythm, nothing is known of what should have come.
    """
    until = complete_until(product)
    if until is None:
        return False
    today = evidence.now.astimezone(evidence.zone).date()
    if is_overdue(product, today):
        return True
    if today <= until:
        return False
    expiry, newest = evidence.presented.expiry, evidence.newest_expiry
    return expiry is None or newest is None or expiry.last_day >= newest.last_day - _SHELF_LIVES_DIFFER


def all_lots_known(evidence: Evidence) -> bool:
    """Whether a lot that is missing from the product's record was not issued."""
    product = evidence.product
    return product is not None and product.complete and not may_be_younger(evidence, product)

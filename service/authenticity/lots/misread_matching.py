"""Whether a record that resembles a lot explains why the lot is not on record.

A misread has to fit everything else that was presented: a near record with another expiry explains nothing.
And it has to be likelier than chance: a maker who has used up much of its numbers has a record next to any
number.
"""

from typing import NamedTuple

from service.authenticity.evidence import BatchRecord, Presented, UnitRecord
from service.gs1 import misreads
from service.gs1.identifiers import Lot
from service.gs1.lot_formats import LotFormats

MOST_BY_CHANCE = 0.04
"""Records that may lie a slip away by chance where the expiry agrees too.

Measured (tests/verification/test_near_lots.py) with 300 lots in each of eight formats: of lots that were
never issued 0 to 1.7 % are softened, of real slips 97 to 100 % are told; 92 and 83 % in two formats of which
300 of 2,000 and of 1,000 numbers are taken, where nothing tells a slip from chance.
"""

MOST_BY_CHANCE_ALONE = 0.1
"""The same where nothing but the lot was typed.

People mistype one lot in some hundred, and made-up lots are about as rare, so that with 0.1 nine of ten
softened lots are slips. The answer is `check`, and asks for the expiry, with which the stricter figure
counts.
"""


class Presentation(NamedTuple):
    """What a near record has to fit. `whole`: a code that came with the AIM identifier of a symbology that
    corrects its errors, so that no character of it was taken for another."""

    shown: Presented
    unit: UnitRecord | None
    whole: bool


def fits(near: BatchRecord, given: Presentation) -> bool:
    """Whether all else that was presented fits the record: expiry, unit, market."""
    shown, unit = given.shown, given.unit
    return (
        (shown.expiry is None or near.bears(shown.expiry))
        and (unit is None or unit.batch.id == near.id)
        and (not shown.market or not near.markets or shown.market in near.markets)
    )


def explains(near: BatchRecord, key: str, lot: Lot, given: Presentation, formats: LotFormats | None) -> bool:
    """Whether the lot may have been meant to be this one. `key`: the near lot's `Lot.key`.

    `formats`: how the maker numbers its lots; None where the product is not known.
    """
    if not fits(near, given):
        return False
    if key.startswith(lot.key) or key in misreads.unglued_keys(lot):
        return True  # its end was cut off, or the next element hangs on it: that happens to whole codes too
    if given.whole:
        return False
    if formats is None or not formats.follows(lot.key):
        return True
    share, most = 1.0, MOST_BY_CHANCE_ALONE
    if given.shown.expiry is not None:
        share, most = formats.share_expiring(near.expiry.last_day), MOST_BY_CHANCE
    return formats.chance(misreads.lot_keys(lot)) * share <= most

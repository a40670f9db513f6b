"""Four plain ways to check a pack, as systems in use do it, over the same records that our engine has.

Each stops a pack, passes it, or cannot be asked because the pack does not carry what it compares.

- `lot`: the lot number is on record (a web form that knows lots).
- `lot + expiry`: the lot is on record, and with the expiry presented (an import list of a clinic).
- `GTIN + serial`: that pair is on record and in circulation (a repository asked by unique identifier).
- `verification message`: GTIN, serial, lot and expiry all agree with one unit (verification of returns
  under the US drug supply chain act: the responder compares these four and says which do not match).
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from service.authenticity.dispositions import IN_CIRCULATION, Disposition
from service.authenticity.evidence import Presented
from service.registry.lists.conventions.locale_names import plain
from tests.counterfeits.books import Books


class Outcome(StrEnum):
    """What a policy says."""

    PASS = "pass"
    STOP = "stop"
    NOT_ASKED = "not asked"


def _of(stopped: bool) -> Outcome:
    return Outcome.STOP if stopped else Outcome.PASS


def lot(books: Books, shown: Presented) -> Outcome:
    """Whether anybody issued such a lot."""
    if shown.lot is None:
        return Outcome.NOT_ASKED
    return _of(not books.lots(shown.lot.key))


def lot_and_expiry(books: Books, shown: Presented) -> Outcome:
    """As `lot`, and the expiry is the recorded one; a pack without an expiry is looked up by its lot."""
    if shown.lot is None:
        return Outcome.NOT_ASKED
    recorded = [each.expiry for each in books.lots(shown.lot.key)]
    if not recorded:
        return Outcome.STOP
    printed = shown.expiry
    return _of(
        printed is not None and not any(each is None or printed.agrees_with(each) for each in recorded)
    )


def gtin_and_serial(books: Books, shown: Presented) -> Outcome:
    """Whether the unit is on record, and may still be handed out."""
    if shown.gtin is None or shown.serial is None:
        return Outcome.NOT_ASKED
    product = books.by_gtin(shown.gtin.value)
    units = {
        serial: state
        for each in (product.lots.values() if product else ())
        for serial, state in each.units.items()
    }
    return _of(plain(units.get(shown.serial.printed, "")) not in _CIRCULATING)


def verification_message(books: Books, shown: Presented) -> Outcome:
    """Whether the four agree with one unit on record."""
    if shown.gtin is None or shown.serial is None or shown.lot is None or shown.expiry is None:
        return Outcome.NOT_ASKED
    product = books.by_gtin(shown.gtin.value)
    entry = product.lots.get(shown.lot.key) if product else None
    if entry is None or shown.serial.printed not in entry.units:
        return Outcome.STOP
    return _of(entry.expiry is not None and not shown.expiry.agrees_with(entry.expiry))


_CIRCULATING = {plain(each) for each in IN_CIRCULATION} | {"commissioned", plain(Disposition.ACTIVE)}

POLICIES: Mapping[str, Callable[[Books, Presented], Outcome]] = {
    "lot": lot,
    "lot + expiry": lot_and_expiry,
    "GTIN + serial": gtin_and_serial,
    "verification message": verification_message,
}


def ask(policy: Callable[[Books, Presented], Outcome], books: Books, packs: list[Presented]) -> Outcome:
    """A policy over carton and vial, one by one: it stops when it stops either."""
    found = [policy(books, pack) for pack in packs]
    return next((each for each in (Outcome.STOP, Outcome.PASS) if each in found), Outcome.NOT_ASKED)

"""Reads an alert that is entered by hand or by a program, as a row of an alert list is read."""

from collections.abc import Mapping

from service.accounts.actors import Actor
from service.errors import InvalidFieldsError
from service.registry.alerts import matches
from service.registry.lists.cells import Cells
from service.registry.lists.columns import recognise
from service.registry.lists.kinds.alerts import AlertFacts, Alerts
from service.storage.database import Database

ALERT_FIELDS = (
    *("kind", "product", "gtin", "lot", "expiry", "serial", "serial_prefix", "lot_issued"),
    *("recall_class", "reference", "reported", "source_url", "detail"),
)


def read_alert_form(
    database: Database, given: Mapping[str, str], who: Actor, *, regulator: bool
) -> AlertFacts:
    """The alert, under the name of the organisation. InvalidFieldsError lists every invalid field.

    A product that is on record may be named by its GTIN alone.
    """
    if given["gtin"] and not given["product"]:
        known = dict(matches.products(database, who.who, regulator=regulator))
        given = {**given, "product": known.get(given["gtin"], "")}
    labels = ["authority", *ALERT_FIELDS]
    cells = Cells(recognise(labels), [who.organisation, *(given[name] for name in ALERT_FIELDS)])
    facts = Alerts().parse(cells)
    if facts is None or cells.problems or not any(given.values()):
        raise InvalidFieldsError(tuple(cells.problems))
    return facts

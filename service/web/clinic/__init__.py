"""Pages of a clinic's people: what needs attention, deliveries, use, tracing."""

from service.web.clinic import (
    home,
    notices,
    quarantine_case,
    receipts,
    receive,
    temperature,
    trace,
    use,
    uses,
    vials,
)
from service.web.clinic.common import clinic
from service.web.clinic.stock_control import expiries, minimums, papers, shipments, sites, stocktakes

__all__ = [
    "clinic",
    "expiries",
    "home",
    "minimums",
    "notices",
    "papers",
    "quarantine_case",
    "receipts",
    "receive",
    "shipments",
    "sites",
    "stocktakes",
    "temperature",
    "trace",
    "use",
    "uses",
    "vials",
]

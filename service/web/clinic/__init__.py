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

__all__ = [
    "clinic",
    "home",
    "notices",
    "quarantine_case",
    "receipts",
    "receive",
    "temperature",
    "trace",
    "use",
    "uses",
    "vials",
]

"""The JSON doors to an organisation's own records: read, correct, recall, warn, import, and what changed."""

from service.web.api.records.alerts import alerts
from service.web.api.records.batches import batches
from service.web.api.records.changes import changes
from service.web.api.records.imports import imports
from service.web.api.records.products import products
from service.web.api.records.recalls import recalls
from service.web.api.records.units import units

RECORDS = (products, batches, units, recalls, alerts, imports, changes)
"""Their blueprints."""

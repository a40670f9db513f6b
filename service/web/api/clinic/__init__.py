"""The JSON doors to a clinic's own records: deliveries, stock, uses, and notices of stopped vials."""

from service.web.api.clinic.deliveries import deliveries
from service.web.api.clinic.notices import stop_notices
from service.web.api.clinic.vials import vials

CLINIC_RECORDS = (deliveries, vials, stop_notices)
"""Their blueprints."""

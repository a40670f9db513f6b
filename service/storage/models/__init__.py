"""The tables. What cannot be true cannot be stored: the constraints say so, not the code in front of them."""

from service.storage.models.accounts import Account, Organisation, SignedIn
from service.storage.models.base import Base
from service.storage.models.facts import FACTS, FactsVersion
from service.storage.models.journal import AuditEntry, Import
from service.storage.models.records import (
    NAMES_ONLY_PRODUCT,
    Alert,
    Batch,
    Manufacturer,
    Product,
    QualityResult,
    Unit,
)
from service.storage.models.reports import Report, ReportPhoto, ReportStep
from service.storage.models.scans import Scan

__all__ = [
    "FACTS",
    "NAMES_ONLY_PRODUCT",
    "Account",
    "Alert",
    "AuditEntry",
    "Base",
    "Batch",
    "FactsVersion",
    "Import",
    "Manufacturer",
    "Organisation",
    "Product",
    "QualityResult",
    "Report",
    "ReportPhoto",
    "ReportStep",
    "Scan",
    "SignedIn",
    "Unit",
]

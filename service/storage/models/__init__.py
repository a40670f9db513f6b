"""The tables. Constraints, not the code in front of them, keep impossible rows out."""

from service.storage.models.accounts import Account, Organisation, PrefixClaim, SignedIn
from service.storage.models.audit import AuditEntry, Import
from service.storage.models.base import Base
from service.storage.models.clinics import (
    Delivery,
    InUseTime,
    QuarantineEntry,
    StopAcknowledgement,
    ToldUse,
    Vial,
    VialEvent,
    VialPresentation,
)
from service.storage.models.corrections import ChangedUnit, ChangeRequest, UnitChange, Withdrawal
from service.storage.models.credentials import (
    ApiKey,
    CodeGenerator,
    Invitation,
    Passkey,
    PendingActionRow,
    RecoveryCode,
    SingleSignOn,
    WrongGuesses,
)
from service.storage.models.epcis.events import EpcisCapture, EpcisContainment, EpcisEvent, EpcisEventEpc
from service.storage.models.facts_version import FACTS, FactsVersion
from service.storage.models.imports import ImportJob, LateRefusal, TerminalImport
from service.storage.models.operation import ClockCorrection, IdempotencyKey, ReadinessProbe
from service.storage.models.recalls import ExpiryExtension, Recall, RecalledSerial, RecallLift
from service.storage.models.receipts.tables import (
    ChangedReceiptList,
    ReceiptKey,
    ReceiptSubscription,
    TreatmentReceipt,
)
from service.storage.models.records import (
    NAMES_ONLY_PRODUCT,
    UNIT_IS_RECALLED,
    Alert,
    Batch,
    Manufacturer,
    PackMark,
    Product,
    ProductStatement,
    QualityResult,
    ResolverLink,
    Unit,
)
from service.storage.models.reports import Report, ReportPhoto, ReportStep
from service.storage.models.scans import Scan
from service.storage.models.sightings import Clearing, DetectionThresholds, DeviceMarkKey, SightingRow
from service.storage.models.suspects import Digest, Suspect

__all__ = [
    "FACTS",
    "NAMES_ONLY_PRODUCT",
    "UNIT_IS_RECALLED",
    "Account",
    "Alert",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Batch",
    "ChangeRequest",
    "ChangedReceiptList",
    "ChangedUnit",
    "Clearing",
    "ClockCorrection",
    "CodeGenerator",
    "Delivery",
    "DetectionThresholds",
    "DeviceMarkKey",
    "Digest",
    "EpcisCapture",
    "EpcisContainment",
    "EpcisEvent",
    "EpcisEventEpc",
    "ExpiryExtension",
    "FactsVersion",
    "IdempotencyKey",
    "Import",
    "ImportJob",
    "InUseTime",
    "Invitation",
    "LateRefusal",
    "Manufacturer",
    "Organisation",
    "PackMark",
    "Passkey",
    "PendingActionRow",
    "PrefixClaim",
    "Product",
    "ProductStatement",
    "QualityResult",
    "QuarantineEntry",
    "ReadinessProbe",
    "Recall",
    "RecallLift",
    "RecalledSerial",
    "ReceiptKey",
    "ReceiptSubscription",
    "RecoveryCode",
    "Report",
    "ReportPhoto",
    "ReportStep",
    "ResolverLink",
    "Scan",
    "SightingRow",
    "SignedIn",
    "SingleSignOn",
    "StopAcknowledgement",
    "Suspect",
    "TerminalImport",
    "ToldUse",
    "TreatmentReceipt",
    "Unit",
    "UnitChange",
    "Vial",
    "VialEvent",
    "VialPresentation",
    "Withdrawal",
    "WrongGuesses",
]

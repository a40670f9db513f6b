"""Every kind of change, and the requests of a database over all of them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from service.registry.corrections.alerts import AlertWithdrawal
from service.registry.corrections.batches import BatchCorrection
from service.registry.corrections.changes import RecordChange
from service.registry.corrections.extensions import ExpiryChange, ExtensionWithdrawal
from service.registry.corrections.imports.withdrawal import ImportWithdrawal
from service.registry.corrections.links import LinkAddition, LinkRemoval
from service.registry.corrections.maker_settings import MakerSettings
from service.registry.corrections.manufacturers import ManufacturerMerge
from service.registry.corrections.marks import MarkWithdrawal
from service.registry.corrections.products import ProductCorrection
from service.registry.corrections.requests import ChangeRequests
from service.registry.corrections.two_persons import TwoPersonRule
from service.registry.corrections.units.unit_changes import UnitCorrection, UnitsWithdrawal
from service.storage.database import Database

_ALL: tuple[type[RecordChange], ...] = (
    ProductCorrection,
    BatchCorrection,
    UnitCorrection,
    UnitsWithdrawal,
    ExpiryChange,
    ExtensionWithdrawal,
    AlertWithdrawal,
    MarkWithdrawal,
    ImportWithdrawal,
    ManufacturerMerge,
    TwoPersonRule,
    LinkAddition,
    LinkRemoval,
    MakerSettings,
)
KINDS: Mapping[str, type[RecordChange]] = {each.kind: each for each in _ALL}
"""By the name under which a request is kept."""


def change_requests(
    database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> ChangeRequests:
    """The changes of this database."""
    return ChangeRequests(database, KINDS, clock)

"""The shapes of records in the JSON interface."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import AlertKind, BatchStatus, RecallScope
from service.registry.corrections.units.unit_changes import STEPS
from service.registry.recalls import CLASSES

_Words = Annotated[str, Field(max_length=4096)]
_Numbers = Annotated[list[_Words], Field(max_length=10_000)]
_Why = Annotated[str, Field(min_length=1, max_length=2000, description="Why, for the record of changes.")]
_NEXT = "Send it as `after` for the next page; null: this is the last one."
_REQUEST = "The number of the request that waits for a second person; null: it is made."


class _Asked(BaseModel):
    """What a program sends: a member that nothing knows is refused."""

    model_config = ConfigDict(extra="forbid")


class Product(BaseModel):
    """One product, as its manufacturer describes it."""

    gtin: str
    name: str
    active_substance: str
    strengths: list[str]
    form: str
    content: str = Field(description="Of one vial, such as 100 units.")
    national_numbers: list[str]
    markets: list[str] = Field(description="ISO 3166-1 alpha-2 codes.")
    languages: list[str] = Field(description="ISO 639-1 codes of the packs.")
    complete: bool = Field(description="Whether all its lots are on record.")
    complete_until: str | None = Field(description="All lots made until this day (YYYY-MM-DD).")
    in_use_hours: int | None
    storage: str = Field(description="Degrees Celsius: 2 to 8, or below 25.")
    stability_months: int | None
    interval_days: int | None = Field(description="At least so many days between two treatments.")
    source_gtins: list[str]


class ProductChange(_Asked):
    """Other values of a product; what is left out stays."""

    name: _Words | None = None
    active_substance: _Words | None = None
    strengths: _Numbers | None = None
    form: _Words | None = None
    content: _Words | None = None
    national_numbers: _Numbers | None = None
    markets: _Numbers | None = None
    languages: _Numbers | None = None
    complete: bool | None = None
    complete_until: _Words | None = None
    in_use_hours: int | None = None
    storage: _Words | None = None
    stability_months: int | None = None
    interval_days: int | None = None
    source_gtins: _Numbers | None = None
    reason: _Why


class ChangedProduct(BaseModel):
    """The product as it is on record now."""

    product: Product
    request: int | None = Field(description=_REQUEST)


class ProductLine(BaseModel):
    """One product of a list."""

    gtin: str
    name: str
    manufacturer: str


class ProductListPage(BaseModel):
    """Products by their GTIN."""

    products: list[ProductLine]
    next: str | None = Field(description=_NEXT)


class Batch(BaseModel):
    """One lot of a product."""

    gtin: str
    lot: str
    expiry: str = Field(description="YYYY-MM-DD, or YYYY-MM where packs bear the month alone.")
    status: BatchStatus
    made: str | None
    released: str | None
    quantity: int | None
    markets: list[str] = Field(description="Empty: wherever the product is authorised.")


class BatchChange(_Asked):
    """Other values of a lot; what is left out stays."""

    lot: _Words | None = None
    expiry: _Words | None = None
    status: BatchStatus | None = None
    made: _Words | None = None
    released: _Words | None = None
    quantity: int | None = None
    markets: _Numbers | None = None
    reason: _Why


class ChangedBatch(BaseModel):
    """The lot as it is on record now."""

    batch: Batch
    request: int | None = Field(description=_REQUEST)


class BatchListPage(BaseModel):
    """Lots of a product, in the order in which they came on record."""

    batches: list[Batch]
    next: str | None = Field(description=_NEXT)


class Unit(BaseModel):
    """One pack with its serial number."""

    gtin: str
    serial: str
    lot: str
    disposition: Disposition


class UnitListPage(BaseModel):
    """Packs of a product, by serial number."""

    units: list[Unit]
    next: str | None = Field(description=_NEXT)


class UnitChange(_Asked):
    """A step of packs, or the lot that they belong to: of those listed, or from one serial to another."""

    serials: _Numbers | None = None
    serial_from: _Words | None = None
    serial_to: _Words | None = None
    lot: _Words | None = Field(None, description="Only packs of this lot.")
    step: Literal[tuple(each.name.lower() for each in STEPS)] | None = Field(  # type: ignore[valid-type]
        None, description="A business step of CBV 2.0."
    )
    to_lot: _Words | None = Field(None, description="Instead of a step: the lot that they belong to.")
    reason: _Why


class ChangedUnits(BaseModel):
    """What the change did."""

    units: int = Field(description="How many packs it concerns.")
    request: int | None = Field(description=_REQUEST)


class Recall(BaseModel):
    """A recall or a hold."""

    id: int
    kind: Literal["recall", "hold"]
    at: str
    gtin: str
    scope: RecallScope
    lot: str | None
    expiry_from: str | None
    expiry_to: str | None
    serial_from: str | None
    serial_to: str | None
    serials: int = Field(description="How many are listed.")
    recall_class: str
    reference: str
    reason: str
    public_text: str
    lifted: str | None = Field(description="When it was lifted; null: it is in force.")
    lift_reason: str | None


class RecallListPage(BaseModel):
    """Recalls and holds, the newest first."""

    recalls: list[Recall]
    next: str | None = Field(description=_NEXT)


class NewRecall(_Asked):
    """A recall or hold. Of several lots each gets one of its own."""

    kind: Literal["recall", "hold"]
    gtin: _Words
    scope: RecallScope
    lots: _Numbers = []
    expiry_from: _Words = ""
    expiry_to: _Words = ""
    serial_from: _Words = ""
    serial_to: _Words = ""
    serials: _Numbers = []
    recall_class: str = Field("", description=f"One of {', '.join(CLASSES)}; of a hold none.")
    reference: _Words = ""
    reason: _Why
    public_text: _Words = Field("", description="What people read: at most 280 characters.")


class NewRecalls(BaseModel):
    """The recalls or holds that were made."""

    recalls: list[Recall]


class Lift(_Asked):
    """Why a recall or hold ends."""

    reason: _Why
    reference: _Words = ""


class Alert(BaseModel):
    """A notice of an authority, or of the manufacturer, on products that are known to be bad."""

    id: int
    authority: str
    kind: AlertKind
    product: str
    gtin: str
    lot: str
    expiry: str | None
    serial: str
    serial_prefix: str
    lot_issued: bool | None
    recall_class: str
    reference: str
    reported: str
    source_url: str
    detail: str
    withdrawn: bool


class AlertListPage(BaseModel):
    """Alerts on the organisation's products (all, for a regulator), the newest first."""

    alerts: list[Alert]
    next: str | None = Field(description=_NEXT)


class NewAlert(_Asked):
    """An alert under the name of the organisation."""

    kind: AlertKind
    product: _Words = ""
    gtin: _Words = ""
    lot: _Words = ""
    expiry: _Words = ""
    serial: _Words = ""
    serial_prefix: _Words = ""
    lot_issued: bool | None = None
    recall_class: _Words = ""
    reference: _Words = ""
    reported: _Words = ""
    source_url: _Words = ""
    detail: _Words = ""


class WithdrawnAlert(BaseModel):
    """The alert as it is on record now."""

    alert: Alert
    request: int | None = Field(description=_REQUEST)


class ChangeRequest(BaseModel):
    """A change that waits, or waited, for a second person."""

    id: int
    kind: str
    object_type: str
    object_id: str
    state: str = Field(description="waiting, approved or refused.")
    at: str
    actor: str
    reason: str
    decided_at: str | None
    decided_by: str | None
    decision_reason: str | None


class RecordedChange(BaseModel):
    """One change of a record."""

    id: int
    at: str
    actor: str
    action: str
    object_type: str
    object_id: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class ChangeFeed(BaseModel):
    """What the organisation changed, the oldest first."""

    changes: list[RecordedChange]
    since: str = Field(description="Send it as `since` the next time, also where nothing is listed.")
    more: bool = Field(description="Whether there is more already.")

"""Everything that a verdict may look at, gathered before it is judged: one frozen `Evidence`.

The records are what a manufacturer or a regulator said, the presented fields what the asker holds in the
hand; the moment and the zone decide whether a day is over. `judge` depends on nothing else.
"""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from service.authenticity.dispositions import Disposition
from service.authenticity.scan_history.history import SeenBefore
from service.gs1.identifiers import Expiry, Gtin, Lot, Serial
from service.gs1.national import National
from service.gs1.reading import Problem
from service.gs1.repairs import Repair


class Asker(StrEnum):
    """Who asks. A clinic is about to use the vial; a patient was perhaps given it already."""

    PATIENT = "patient"
    CLINIC = "clinic"


class BatchStatus(StrEnum):
    """What the manufacturer says of a batch. Ordered from the freest to the most restricted."""

    RELEASED = "released"
    PENDING = "pending"
    ON_HOLD = "on_hold"
    RECALLED = "recalled"


class AlertKind(StrEnum):
    """What a regulator's notice says of the thing that it names."""

    FALSIFIED = "falsified"
    RECALLED = "recalled"
    STOLEN = "stolen"
    TAMPERED = "tampered"
    UNLICENSED = "unlicensed"


class RecallScope(StrEnum):
    """What a recall or hold is about."""

    PRODUCT = "product"
    LOT = "lot"
    WINDOW = "window"
    RANGE = "range"
    LIST = "list"


class MarkFeature(StrEnum):
    """What kind of feature of a pack a mark is."""

    SEAL = "seal"
    HOLOGRAM = "hologram"
    TYPEFACE = "typeface"
    SPELLING = "spelling"
    LANGUAGE = "language"
    NAME = "name"
    ADDRESS = "address"
    NUMBERS = "numbers"
    COLOUR = "colour"
    LABEL = "label"
    CODE = "code"
    BRAILLE = "braille"
    VIAL = "vial"
    CAP = "cap"
    DEVICE = "device"
    LEAFLET = "leaflet"
    CONTENTS = "contents"
    SIZE = "size"


class Seen(StrEnum):
    """What a person sees of a mark on the pack in hand. NOT_VISIBLE: they cannot see it."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_VISIBLE = "not_visible"


class Presented(Struct, frozen=True):
    """What was scanned or typed. `no_lot`: the holder says that no lot number is printed on it.

    `strength`, `substance`, `language` and `form` are the answers to "what does your box say?". `national`:
    pairs of scheme and number, such as a German PZN. `expiry_readings`: the dates that the expiry as typed
    may be, where these are several; `expiry` is the one that was chosen by the record, None where none was.
    `repairs`: what had to be repaired before it could be read, sorted; such a thing never passes. `marks`:
    which marks (`MarkRecord.mark`) were looked at and what was seen, sorted, each mark once.
    """

    gtin: Gtin | None = None
    lot: Lot | None = None
    serial: Serial | None = None
    expiry: Expiry | None = None
    market: str | None = None
    strength: str | None = None
    substance: str | None = None
    language: str | None = None
    product: str | None = None
    no_lot: bool = False
    national: National = ()
    form: str | None = None
    expiry_readings: tuple[Expiry, ...] = ()
    repairs: tuple[Repair, ...] = ()
    marks: tuple[tuple[str, Seen], ...] = ()


class ProductRecord(Struct, frozen=True):
    """One product (one GTIN) as its manufacturer described it.

    `complete`: all its batches are held here, so that a missing one speaks against the vial;
    `complete_until`: those made until that day (None: not said). `lists_received`: the days on which lists of
    its batches came, in order, the latest few. `serialised`: its units are held here too, so that a missing
    serial does. `stopped`: recalls or holds of it, or of some of it, stand. `source_gtins`: the GTINs under
    whose lots its packs are issued: a parallel importer's or relabeller's pack bears the lot of the original.
    Markets are ISO 3166-1 alpha-2 codes, languages (of the packs) ISO 639-1; empty: not said.
    """

    id: int
    gtin: str
    name: str
    manufacturer: str
    active_substance: str = ""
    strengths: tuple[str, ...] = ()
    form: str = ""
    markets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    national_numbers: tuple[tuple[str, str], ...] = ()
    complete: bool = False
    serialised: bool = False
    stopped: bool = False
    complete_until: date | None = None
    lists_received: tuple[date, ...] = ()
    source_gtins: tuple[str, ...] = ()


class BatchRecord(Struct, frozen=True):
    """One lot of one product. Empty markets: wherever the product is authorised.

    `earlier_expiries` stand on packs too: the expiry was put later after these had been printed.
    """

    id: int
    lot: str
    expiry: Expiry
    status: BatchStatus
    markets: tuple[str, ...] = ()
    made: date | None = None
    released: date | None = None
    quantity: int | None = None
    recall_class: str = ""
    recall_reference: str = ""
    recall_reason: str = ""
    earlier_expiries: tuple[Expiry, ...] = ()

    def bears(self, expiry: Expiry) -> bool:
        """Whether a pack of this lot may have this expiry printed on it."""
        return any(expiry.agrees_with(each) for each in (self.expiry, *self.earlier_expiries))


class RecallRecord(Struct, frozen=True):
    """A recall of the owner, or a hold, in force; of the product presented.

    Serials are in lower case; `listed`: the presented serial is in the recall's list of serials.
    `owning_lots`: keys of the lots that all serials of the recall are of, where every one is on record.
    """

    id: int
    hold: bool
    scope: RecallScope
    lot: str = ""
    lot_key: str = ""
    expiry_from: date | None = None
    expiry_to: date | None = None
    serial_from: str = ""
    serial_to: str = ""
    recall_class: str = ""
    reference: str = ""
    reason: str = ""
    public_text: str = ""
    owning_lots: tuple[str, ...] = ()
    listed: bool = False


class UnitRecord(Struct, frozen=True):
    """One serialised unit and the batch that it was commissioned in."""

    serial: str
    disposition: Disposition
    batch: BatchRecord


class AlertRecord(Struct, frozen=True):
    """One notice of a regulator, with only the fields that it published.

    `lot_issued`: the manufacturer did issue this lot (True), did not (False), or it was not said (None).
    """

    id: int
    authority: str
    kind: AlertKind
    product_name: str = ""
    product_id: int | None = None
    gtin: str = ""
    lot_key: str = ""
    lot_folded: str = ""
    lot: str = ""
    expiry: Expiry | None = None
    serial: str = ""
    serial_prefix: str = ""
    lot_issued: bool | None = None
    recall_class: str = ""
    reference: str = ""
    reported: str = ""
    source_url: str = ""


class MarkRecord(Struct, frozen=True):
    """A mark: a visible feature of a pack by which a regulator or the maker tells known fakes.

    `mark`: its code. `part`: where to look; `look_at`: what for; `should_be`: how it is on the maker's packs;
    `differs`: how it is on the fakes. `fakes`: the known fakes that differ so, each by a name or date of its
    notice; `lot_keys`: the lots that they bear, empty where these are not known. `markets`: the countries
    whose packs it is true of, empty for all. `product_name` and `gtin`: of which product, at least one.
    """

    mark: str
    authority: str
    feature: MarkFeature
    part: str
    look_at: str
    should_be: str
    differs: str
    fakes: tuple[str, ...]
    lot_keys: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    product_name: str = ""
    gtin: str = ""
    reference: str = ""
    reported: str = ""
    source_url: str = ""


class OutsideAnswer(Struct, frozen=True):
    """What another organisation's responder answered about the unit presented (GS1 LMS).

    `source`: its name in the operator's directory. `verified`: the identifiers match its record, nothing
    more. `reason` (verificationFailureReason) and `info` (additionalInfo): as answered, empty for none.
    """

    source: str
    verified: bool
    reason: str = ""
    info: str = ""


class NearMiss(Struct, frozen=True):
    """A record that what was presented would have matched, had some characters been read otherwise.

    `field` is lot or serial; `alerted`: the record that it resembles is recalled or under an alert.
    `excuses`: everything else that was presented fits that record, so that a missing record does not count
    against the vial. A near miss may turn an answer toward caution and may never let anything pass.
    """

    field: str
    presented: str
    differing: tuple[int, ...]
    alerted: bool = False
    excuses: bool = True


class Evidence(Struct, frozen=True):
    """All that is known at `now` (aware) about what was presented; days end in `zone`.

    `product` and `batch` are what the presented GTIN and lot found; without a GTIN, `same_lot` holds every
    product with such a lot, and `product` and `batch` are set when there is exactly one; with one that does
    not have the lot, `same_lot` holds the maker's other products that do. `any_same_lot_stopped`: one of
    those batches is recalled or on hold. `prefix_holder` is the company whose GS1 prefix the unknown GTIN
    carries, or whose product it is called, and whose whole catalogue is held here. `named`: products of the
    name given, where none of them has the lot, or where `product` is called otherwise. `used_on`: the day on
    which a clinic opened the unit, where it is dispensed; `used_without_scan`: that clinic had not scanned
    its code. `carton` is the evidence on the box around the vial, when it was presented beside the vial.
    `problems`: elements that cannot be right; `contradictory`: a GS1 symbol came whole and names two products
    or two lots; `case`: it is the code of a shipping case, and the GTIN that of the packs in it; `also_read`:
    lots on record that other readings name. `scanned_at`: when the code was read, where that was earlier than
    `now` (a time without a network); it may turn an answer toward caution alone.
    `alike`: batches of the product that are written with the letters and
    digits of the lot presented and other marks, or, where marks were left out, all that may be meant.
    `newest_expiry`: the latest of the product's batches on record, read where the lot is not on record.
    `marks`: those of the product on record whose codes were presented.
    `treated_on`: the day on which the pack was used, where that is past: the expiry counts on that day.
    `outside`: what the responder of a product without records here answered; None where none was asked.
    """

    presented: Presented
    now: datetime
    zone: ZoneInfo
    product: ProductRecord | None = None
    batch: BatchRecord | None = None
    unit: UnitRecord | None = None
    same_lot: tuple[ProductRecord, ...] = ()
    any_same_lot_stopped: bool = False
    prefix_holder: str = ""
    named: tuple[ProductRecord, ...] = ()
    alerts: tuple[AlertRecord, ...] = ()
    recalls: tuple[RecallRecord, ...] = ()
    near: tuple[NearMiss, ...] = ()
    used_on: date | None = None
    used_without_scan: bool = False
    carton: "Evidence | None" = None
    problems: tuple[Problem, ...] = ()
    contradictory: bool = False
    case: bool = False
    also_read: tuple[str, ...] = ()
    scanned_at: datetime | None = None
    asker: Asker = Asker.PATIENT
    history: SeenBefore | None = None
    alike: tuple[BatchRecord, ...] = ()
    newest_expiry: Expiry | None = None
    marks: tuple[MarkRecord, ...] = ()
    treated_on: date | None = None
    outside: OutsideAnswer | None = None

    @property
    def batches(self) -> tuple[BatchRecord, ...]:
        """The batch that the lot found and the one that the unit belongs to, once where they are the same."""
        batch, unit = self.batch, self.unit
        if batch is None:
            return () if unit is None else (unit.batch,)
        return (batch,) if unit is None or unit.batch.id == batch.id else (batch, unit.batch)

    @property
    def recorded_expiry(self) -> Expiry | None:
        """The expiry on record of what was presented; None where no batch was found."""
        return self.batches[0].expiry if self.batches else None

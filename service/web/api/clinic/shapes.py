"""The shapes of a clinic's records in the JSON interface."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.clinics.deliveries import MOST_ALIKE, MOST_LINES
from service.clinics.vial_lifecycle import VialState

_Note = Annotated[str, Field(max_length=500)]
Steps = Literal["open", "use", "use_up", "finish", "quarantine", "release", "waste", "discard", "return"]
_CODE = "Stable: the code of a reason (docs/verdicts.md)."


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewDeliveryLine(_Sent):
    """One vial, or several alike without serial numbers."""

    check: Annotated[str, Field(max_length=36, description="The id of your check of it.")]
    outcome: Literal["received", "aside", "returned"] = "received"
    reason: Annotated[_Note, Field(description="Why it was put aside or sent back.")] = ""
    count: Annotated[int, Field(ge=1, le=MOST_ALIKE)] = 1


class NewDelivery(_Sent):
    """What came in. All of it is recorded, or nothing."""

    supplier: Annotated[str, Field(max_length=200)] = ""
    note_number: Annotated[str, Field(max_length=80)] = ""
    lines: Annotated[list[NewDeliveryLine], Field(min_length=1, max_length=MOST_LINES)]


class TakenDelivery(BaseModel):
    """What was recorded: how many of each outcome."""

    id: int
    received: int
    aside: int
    returned: int
    already: int = Field(description="Serial numbers that were in your stock before.")
    before: int = Field(description="Lines that you recorded before.")
    vials: list[int] = Field(description="The numbers of the vials that came in now.")


class ClinicVial(BaseModel):
    """A vial of yours."""

    id: int
    gtin: str
    product: str
    lot: str
    serial: str
    expiry: str | None
    state: VialState
    received: str
    opened: str | None
    use_before: str | None
    left: str | None = Field(description="Units left in it; null: the record does not say how much it holds.")
    unit: str


class TakenStep(BaseModel):
    """One recorded step of a vial, in the words of the CBV too."""

    id: int
    at: str
    by: str
    step: str
    biz_step: str
    disposition: str
    reason: str
    units_used: str | None
    units_wasted: str | None
    reference: str
    undone: bool


class JudgedVial(BaseModel):
    """A vial, the verdict on it now, and what was recorded of it."""

    vial: ClinicVial
    action: str
    headline: str = Field(description=_CODE)
    steps: list[TakenStep]


class StockLot(BaseModel):
    """The vials of one lot that you may take for use, and the worst verdict on any of them now."""

    gtin: str
    product: str
    lot: str
    expiry: str | None
    vials: list[int]
    action: str
    headline: str = Field(description=_CODE)
    stopped: int = Field(description="How many of them must not be used.")


class ClinicStock(BaseModel):
    """Your stock, the soonest to expire first."""

    lots: list[StockLot]
    open: list[ClinicVial]
    overdue: list[ClinicVial] = Field(description="Open, and past their time in use.")
    quarantined: list[ClinicVial]


class NewVialStep(_Sent):
    """What was done with a vial."""

    step: Steps
    reason: _Note = ""
    units: Annotated[str, Field(max_length=20, description="A decimal number as text, such as 12.5.")] = ""
    reference: Annotated[str, Field(max_length=100, description="Your own number of the use; no name.")] = ""


class ClinicUse(BaseModel):
    """One use, or what was thrown away."""

    at: str
    vial: int
    gtin: str
    product: str
    lot: str
    serial: str
    step: str
    used: str | None
    wasted: str | None
    unit: str
    reference: str
    by: str


class ClinicUses(BaseModel):
    """The latest uses, the newest first."""

    uses: list[ClinicUse]


class StoppedVials(BaseModel):
    """A reason for which vials of yours are stopped now."""

    key: str = Field(description="Of its address.")
    code: str = Field(description=_CODE)
    severity: str
    message: str = Field(description="A sentence for a person, in the language asked for.")
    here: list[int] = Field(description="Vials that you still have.")
    used: list[int] = Field(description="Vials of which something was used.")
    acknowledged: bool


class StopList(BaseModel):
    """Notices of stopped vials: open ones first, then the worst."""

    notices: list[StoppedVials]


class UseToTell(BaseModel):
    """A use that a notice concerns, and whether those were told."""

    id: int
    use: ClinicUse
    told: str | None


class StopDetail(BaseModel):
    """One notice and the uses that it concerns."""

    notice: StoppedVials
    uses: list[UseToTell]


class ToldOf(_Sent):
    """The uses of which those whom they concern were told."""

    uses: Annotated[list[int], Field(min_length=1, max_length=2000)]

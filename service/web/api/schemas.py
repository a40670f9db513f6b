"""The shapes of the JSON interface. Their descriptions are its documentation."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.gs1.reading import ReadingKind
from service.gs1.repairs import Repair

_MOST = 4096

Text = Annotated[str | None, Field(max_length=_MOST)]


class Pack(BaseModel):
    """What the box around the vial says: a scan of it, single fields, or both."""

    model_config = ConfigDict(extra="forbid")

    scan: Text = None
    gtin: Text = None
    lot: Text = None
    serial: Text = None
    expiry: Text = None
    national: Text = None


class SeenMark(BaseModel):
    """What was seen of one mark: a visible feature by which known fakes are told."""

    model_config = ConfigDict(extra="forbid")

    mark: Annotated[str, Field(min_length=1, max_length=60, description="The code of the mark.")]
    seen: Literal["agrees", "differs", "not_visible"]


class Request(BaseModel):
    """What to check: a scan, or any of the single fields, or both when they agree."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"scan": "(01)09506000134352(17)281231(10)VX2401(21)9KQ4T7M2", "market": "FR"},
                {"lot": "VX2401", "expiry": "12/2028"},
            ]
        },
    )

    scan: Text = Field(
        None,
        description="Anything scanned, typed or pasted: a GS1 element string (FNC1 as U+001D, with or "
        "without its AIM prefix), bracketed text, a Digital Link, a bare GTIN or a lot number.",
    )
    gtin: Text = Field(None, description="GTIN-8, -12, -13 or -14 with its check digit.")
    lot: Text = Field(None, description="The lot number as printed.")
    serial: Text = Field(None, description="The serial number. Upper and lower case count.")
    expiry: Text = Field(None, description="As printed: 2028-12-31, 281231, 281200, 12/2028, DEC 2028.")
    market: Text = Field(
        None, description="Country where it was bought or is used: a name or ISO 3166-1 code."
    )
    country: Text = Field(
        None,
        description="Country where it is checked, if that is not `market`: a name or ISO 3166-1 code. Kept "
        "with the check, to notice a code that is checked in too many places.",
    )
    region: Text = Field(
        None,
        description="The region or city where it is checked, as coarse as you like; coordinates are rounded "
        "to whole degrees.",
    )
    strength: Text = Field(None, description="The strength as printed, such as 100 units.")
    substance: Text = Field(None, description="The active substance as printed.")
    language: Text = Field(None, description="The language of the box: a name or ISO 639-1 code.")
    form: Text = Field(
        None,
        description="The form as printed, or what it is in: powder for solution for injection, vial.",
    )
    product: Text = Field(
        None, description="The product's name as printed; tells lots apart that share a number."
    )
    national: Text = Field(
        None,
        description="A country's own number of the product where there is no GTIN: PZN:12345678. Schemes: "
        "PZN, CIP, CN, DRN, AIM, NDC, AIC, SRN.",
    )
    no_lot: bool = Field(False, description="True when no lot number is printed on the vial at all.")
    marks: Annotated[list[SeenMark], Field(max_length=50)] | None = Field(
        None,
        description="Marks of the product that were looked at (`/verifications/{id}/marks`). One that "
        "differs is a reason; marks that agree change nothing. A code of another product's mark is refused.",
    )
    carton: Pack | None = Field(
        None,
        description="The box around the vial, when both are at hand: then `scan` and the fields beside it "
        "are the vial's, and the two have to agree.",
    )
    asker: Literal["patient", "clinic"] | None = Field(
        None,
        description="Whose wording to use. A clinic's check is on disk before it is answered. Left out: the "
        "clinic's where its key or session asks, else the patient's.",
    )
    record: bool = Field(
        True,
        description="False: answer without recording the check, for tests of your own system. The answer "
        "then has no id and comes with status 200.",
    )
    scanned_at: Text = Field(
        None,
        description="When the code was read, if it could not be asked at once: ISO 8601 with Z or an offset, "
        "of the last 7 days (a clock may be 5 minutes fast). It is recorded beside the time of the check and "
        "makes no answer milder: what has expired since is expired.",
    )
    layout: Text = Field(
        None,
        description="The keyboard layout that a scanner was found to type on, by its name at `/scan/setup`: "
        "what it sends can then be undone. Such a reading is never enough for an accept.",
    )
    nonce: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")] | None = Field(
        None,
        description="Your own random mark for this check: sent again, it is not counted twice.",
    )


class Reason(BaseModel):
    """One thing that is true of what was presented."""

    code: str = Field(description="Stable: programs act on this.")
    severity: str = Field(description="The action that this reason alone calls for.")
    message: str = Field(description="A sentence for a person, in the language asked for.")


class Presented(BaseModel):
    """What was read from the request."""

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: str | None = Field(None, description="YYYY-MM-DD, or YYYY-MM where only the month was given.")
    market: str | None = None
    strength: str | None = None
    substance: str | None = None
    language: str | None = None
    form: str | None = None
    product: str | None = None
    national: dict[str, str] | None = Field(
        None, description="National numbers by scheme, such as the PZN of a German code."
    )
    expiry_readings: list[str] | None = Field(
        None, description="The dates that the expiry may be, where it reads as several."
    )
    repairs: list[str] | None = Field(
        None,
        description="What had to be repaired before it could be read: "
        + ", ".join(sorted(Repair))
        + ". What was repaired is never answered accept.",
    )
    marks: list[SeenMark] | None = Field(None, description="Marks that were looked at, each once, by code.")
    host: str | None = Field(None, description="The host of a scanned web address. It was not opened.")
    kind: str | None = Field(None, description=f"How `scan` was read: {', '.join(ReadingKind)}.")


class Record(BaseModel):
    """What the manufacturer put on record, as far down as it was found. Plain values.

    Without a key, and for a key whose organisation neither owns the product nor received a vial of it: no
    date, lot or serial number that was not presented. Those members are null then.
    """

    manufacturer: str
    product: str
    gtin: str
    active_substance: str | None = None
    strengths: list[str] = []
    form: str | None = None
    markets: list[str] = Field([], description="ISO 3166-1 alpha-2; empty: not said.")
    languages: list[str] = Field([], description="Of its packs, ISO 639-1; empty: not said.")
    lot: str | None = Field(None, description="As printed by the manufacturer.")
    expiry: str | None = Field(
        None,
        description="YYYY-MM-DD, the last day of use. Without the right to see it: the presented expiry "
        "(YYYY-MM-DD or YYYY-MM) where the record bears it, else null.",
    )
    made: str | None = Field(None, description="Null without the right to see it.")
    released: str | None = Field(None, description="Null without the right to see it.")
    status: str | None = Field(None, description="The batch: released, pending, on_hold or recalled.")
    serial: str | None = None
    disposition: str | None = Field(None, description="The unit, in the words of GS1's CBV.")


class Half(BaseModel):
    """What one of the two, the vial or its box, says of itself."""

    gtin: str | None = None
    lot: str | None = None
    serial: str | None = None
    expiry: str | None = None
    national: dict[str, str] | None = None


class Choice(BaseModel):
    """What to choose from where one thing was presented and several are on record.

    A product, where several share the lot number: ask again with its `gtin`. A lot, where the text can be
    read as several: ask again with it as `lot` in place of `scan`. The product is empty then.
    """

    gtin: str
    product: str
    manufacturer: str
    lot: str | None = None


class Verification(BaseModel):
    """The answer to one check."""

    id: str | None = Field(description="Null where the check was not recorded.")
    action: Literal["accept", "unknown", "check", "quarantine", "reject"] = Field(
        description="What to do. accept: everything presented matches one unit's record. check: nothing "
        "against it, and not enough for it. unknown: no records held. quarantine: contradicts the record, "
        "hold it. reject: known bad, do not use."
    )
    match: Literal["none", "product", "lot", "unit"]
    reasons: list[Reason] = Field(description="Every reason, worst first.")
    headline: str
    notes: list[str] = Field(
        [], description="Sentences beside the verdict: that a scanned link points to another site."
    )
    advice: list[str]
    not_checked: list[str] = Field(description="Codes of what this answer did not look at.")
    presented: Presented = Field(description="What was compared with the record.")
    vial: Half | None = Field(None, description="What the vial says, when its carton was presented too.")
    carton: Half | None = None
    record: Record | None
    choices: list[Choice] = []
    as_of: str = Field(description="When it was checked. RFC 3339, UTC.")
    scanned_at: str | None = Field(None, description="When the code was read, where that was said.")


class Mark(BaseModel):
    """A visible feature of a product's packs by which a regulator or the maker tells known fakes."""

    mark: str = Field(description="Its code, for `marks` of the next check.")
    feature: str = Field(description="What kind it is, such as seal, typeface or leaflet.")
    part: str = Field(description="Where to look; may be empty.")
    look_at: str
    should_be: str = Field(description="How it is on the maker's packs.")
    differs: str = Field(description="How it is on the fakes.")
    fakes: list[str] = Field(description="The known fakes that differ so.")
    markets: list[str] = Field(description="ISO 3166-1 alpha-2: whose packs it is true of; empty: of all.")
    authority: str
    reference: str
    reported: str = Field(description="YYYY, YYYY-MM or YYYY-MM-DD; empty: not known.")
    source: str = Field(description="The web address of what was published.")
    seen: Literal["agrees", "differs", "not_visible"] | None = Field(None, description="In this check.")


class Marks(BaseModel):
    """The marks of the product that a check was about, by code."""

    next: str | None = Field(
        description="The code of the mark that tells most now; null: none tells any more."
    )
    marks: list[Mark]


class Code(BaseModel):
    """One code in a picture."""

    format: str = Field(description="The kind of symbol: DataMatrix, QRCode, Code128, …")
    symbology: str = Field(description="Its AIM identifier, such as ]d2.")
    text: str = Field(description="Its content, FNC1 as U+001D.")
    elements: dict[str, str] | None = Field(
        description="GS1 application identifiers and their values; null for what names no product."
    )
    position: list[list[int]] = Field(
        description="Four corners [x, y] in pixels of the upright picture, clockwise from its own top left."
    )


class Readings(BaseModel):
    """What was read in a picture."""

    file: str = Field(description="The name that the file was sent under; empty for none.")
    codes: list[Code]


class FieldError(BaseModel):
    """One field that was refused."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """Every error has this shape (RFC 9457, application/problem+json)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: list[FieldError] = []


class ProductLink(BaseModel):
    """A link that the resolver leads to from the codes of a product, or of one of its lots."""

    id: int
    lot: str = Field(description="Empty: every lot of the product.")
    link_type: str = Field(description="Its name in GS1's Web Vocabulary, such as epil.")
    href: str
    title: str
    language: str = Field(description="ISO 639-1; empty: not said.")
    media_type: str
    context: str = Field(description="The market that it is for (ISO 3166-1 alpha-2); empty: every one.")
    default: bool = Field(description="Requests without a link type are led there.")
    offered: bool = Field(description="False where its web server is not registered any more.")


class ProductLinks(BaseModel):
    """The links of a product. `request`: the number of a change that waits for a second person."""

    gtin: str
    links: list[ProductLink]
    request: int | None = None


class NewProductLink(BaseModel):
    """A link to add, and why."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=_MOST)]
    link_type: Annotated[str, Field(max_length=_MOST)]
    href: Annotated[str, Field(max_length=_MOST)]
    title: Annotated[str, Field(max_length=_MOST)]
    lot: Text = None
    language: Text = None
    media_type: Text = None
    context: Text = None
    default: bool = False


class ChangeReason(BaseModel):
    """Why a record is changed; it is kept with the change."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=_MOST)]

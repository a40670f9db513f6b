"""The shapes of imports in the JSON interface."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.registry.lists.columns import ListKind

MOST_ROWS = 5_000
"""Rows of one JSON body; more are sent as a file."""

_Cell = str | int | bool | list[str] | None


class ImportedRows(BaseModel):
    """Rows of a list, each with its values by the names of the columns (`/imports/template/…`)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "kind": "batches",
                    "rows": [{"gtin": "09506000134352", "lot": "OVA2801", "expiry": "2029-06-30"}],
                    "reason": "release of the week",
                }
            ]
        },
    )

    kind: ListKind
    rows: Annotated[list[dict[str, _Cell]], Field(min_length=1, max_length=MOST_ROWS)]
    dry_run: bool = Field(default=False, description="End at the preview, and put nothing on record.")
    keep_good: bool = Field(
        default=False, description="Put the good rows on record though others are refused."
    )
    reason: Annotated[str, Field(max_length=2000)] = ""


class ImportAnswers(BaseModel):
    """Answers to what is asked about columns."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, str] = Field(description="By the `key` of each question's part, one of its `choices`.")


class ImportDecision(BaseModel):
    """Agreement to a preview."""

    model_config = ConfigDict(extra="forbid")

    plan: str = Field(description="`plan` of the import, so that nothing else goes on record.")
    reason: Annotated[str, Field(max_length=2000)] = ""


class AskedPart(BaseModel):
    """One answer that is wanted."""

    key: str
    about: str
    choices: list[str]
    suggested: str


class AskedQuestion(BaseModel):
    """One question about a column."""

    topic: str
    column: str
    question: str
    examples: list[str]
    parts: list[AskedPart]


class ImportFault(BaseModel):
    """Why an import failed."""

    code: str
    message: str
    field: str


class Import(BaseModel):
    """An import: how far it is, and what became of its rows."""

    id: int
    state: str = Field(
        description="reading, checking and applying go on by themselves; columns waits for answers, preview "
        "for a decision; done, failed and cancelled end it."
    )
    kind: ListKind | None
    file_name: str
    sha256: str
    created: str
    plan: str | None = Field(description="SHA-256 of what a preview shows.")
    seen: dict[str, Any] | None = Field(description="Rows of the preview: new, changed, unchanged, …")
    new: int
    changed: int
    unchanged: int
    refused: int
    questions: list[AskedQuestion]
    error: ImportFault | None


class ImportPage(BaseModel):
    """The organisation's imports, the newest first."""

    imports: list[Import]
    next: str | None = Field(description="Send it as `after` for the next page; null: this is the last one.")


class RefusedRow(BaseModel):
    """One row that was refused, or that contradicts what is on record."""

    line: int | None = Field(description="Of the file; null: it was refused while the list went on record.")
    cells: list[str]
    reason: str


class RefusedRows(BaseModel):
    """Rows that were refused, the first 200 of them, with the headers of their cells."""

    labels: list[str]
    rows: list[RefusedRow]
    count: int = Field(description="How many there are.")

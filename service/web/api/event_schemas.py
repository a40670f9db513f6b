"""The shapes of the door for events, in the names of EPCIS 2.0 (section 12)."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class CaptureError(BaseModel):
    """Why a document was refused, or one of its events could not be applied."""

    type: str = Field(description="epcisException:ValidationException.")
    title: str
    status: int
    detail: str
    code: str = Field(description="A stable code of the refusal.")
    place: str = Field(description="A line, or a JSON pointer.")
    event: int = Field(description="The number of the event in the document, from 1; 0: the whole document.")
    field: str
    given: str


class EpcisCaptureJob(BaseModel):
    """A capture job (EPCIS 2.0, section 12.6), with what it did to the records."""

    captureID: str  # noqa: N815 (the standard's names)
    createdAt: str  # noqa: N815
    finishedAt: str | None = None  # noqa: N815
    running: bool
    success: bool
    captureErrorBehaviour: Literal["rollback"] = "rollback"  # noqa: N815
    errors: list[CaptureError]
    events: int = Field(description="Events in the document.")
    applied: int = Field(description="Events that changed records here.")
    kept: int = Field(description="Events that are kept and changed no record.")
    known: int = Field(description="Events that were here before.")
    units: int = Field(description="New units.")


class CaptureList(BaseModel):
    """The organisation's captures, the newest first."""

    captures: list[EpcisCaptureJob]


class EpcisQueryDocument(BaseModel):
    """Events as an EPCISQueryDocument of EPCIS 2.0 in JSON-LD."""

    model_config = ConfigDict(populate_by_name=True)

    context: list[str] = Field(alias="@context")
    type: Literal["EPCISQueryDocument"]
    schemaVersion: str  # noqa: N815
    creationDate: str  # noqa: N815
    epcisBody: dict[str, Any]  # noqa: N815

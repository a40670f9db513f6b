"""Looking at the pack after a check: the marks of its product, what was seen, and what to look at next."""

from msgspec import Struct

from service.authenticity.evidence import MarkRecord, Seen
from service.authenticity.marks.next_mark import next_mark
from service.storage.database import Database
from service.storage.hot import pack_marks
from service.verification.service import Answer


class MarkGuide(Struct, frozen=True):
    """The standing marks of a product, by code; those seen; the next one to look at, None for none."""

    marks: tuple[MarkRecord, ...]
    seen: tuple[tuple[MarkRecord, Seen], ...]
    next: MarkRecord | None


def mark_guide(database: Database, answer: Answer) -> MarkGuide:
    """Return the guide for what an answer is about."""
    record, presented = answer.verdict.record, answer.presented
    with database.snapshot() as snapshot:
        marks = pack_marks.of_product(snapshot, presented, record.product if record else None)
    known = {each.mark: each for each in marks}
    seen = tuple((known[code], said) for code, said in presented.marks if code in known)
    return MarkGuide(marks, seen, next_mark(marks, presented))

"""The marks of a product as the documented JSON (`schemas.Marks`)."""

from typing import Any

from service.verification.mark_guide import MarkGuide


def marks_as_plain(guide: MarkGuide) -> dict[str, Any]:
    """The catalogue of the product, what was seen of it, and what to look at next."""
    seen = {mark.mark: str(said) for mark, said in guide.seen}
    return {
        "next": guide.next.mark if guide.next else None,
        "marks": [
            {
                "mark": mark.mark,
                "feature": str(mark.feature),
                "part": mark.part,
                "look_at": mark.look_at,
                "should_be": mark.should_be,
                "differs": mark.differs,
                "fakes": mark.fakes,
                "markets": mark.markets,
                "authority": mark.authority,
                "reference": mark.reference,
                "reported": mark.reported,
                "source": mark.source_url,
                "seen": seen.get(mark.mark),
            }
            for mark in guide.marks
        ],
    }

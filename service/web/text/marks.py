"""Marks of packs in words: names of features, and the part of a page that asks to look at the pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations

from service.authenticity.evidence import MarkFeature, MarkRecord, Seen
from service.authenticity.reasons import Action
from service.verification.mark_answers import marks_as_text
from service.verification.mark_guide import MarkGuide
from service.web.text.formatting import N_, date_words, visible

_FEATURES: Mapping[MarkFeature, str] = {
    MarkFeature.SEAL: N_("Seal"),
    MarkFeature.HOLOGRAM: N_("Hologram"),
    MarkFeature.TYPEFACE: N_("Printing"),
    MarkFeature.SPELLING: N_("Spelling"),
    MarkFeature.LANGUAGE: N_("Language"),
    MarkFeature.NAME: N_("Name"),
    MarkFeature.ADDRESS: N_("Maker"),
    MarkFeature.NUMBERS: N_("Numbers"),
    MarkFeature.COLOUR: N_("Colour"),
    MarkFeature.LABEL: N_("Label"),
    MarkFeature.CODE: N_("Code"),
    MarkFeature.BRAILLE: N_("Braille"),
    MarkFeature.VIAL: N_("Container"),
    MarkFeature.CAP: N_("Cap"),
    MarkFeature.DEVICE: N_("Pen"),
    MarkFeature.LEAFLET: N_("Leaflet"),
    MarkFeature.CONTENTS: N_("Contents"),
    MarkFeature.SIZE: N_("Size"),
}

_SEEN: Mapping[Seen, str] = {
    Seen.AGREES: N_("as it should be: {words}"),
    Seen.DIFFERS: N_("different"),
    Seen.NOT_VISIBLE: N_("not seen"),
}

_STOP = frozenset({Action.REJECT, Action.QUARANTINE})


@dataclass(frozen=True, slots=True)
class MarkQuestion:
    """What to look at, and how the maker's packs and the fakes look. `published`: by whom, and when."""

    mark: str
    look_at: str
    part: str
    should_be: str
    differs: str
    published: str
    source: str


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A mark that was looked at. `without`: what the form asks when this answer is taken back."""

    look_at: str
    words: str
    differs: bool
    without: str


@dataclass(frozen=True, slots=True)
class LookPart:
    """The part of an answer's page that asks to look at the pack. Empty where nothing is known to look at.

    `finished`: no further mark tells more.
    """

    question: MarkQuestion | None
    seen: list[SeenLine]
    finished: bool = False

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return self.question is not None or bool(self.seen)


def feature_names(tr: NullTranslations) -> dict[str, str]:
    """The name of each feature."""
    return {str(feature): tr.gettext(name) for feature, name in _FEATURES.items()}


def look_part(guide: MarkGuide, action: Action, tr: NullTranslations) -> LookPart:
    """The part for what is known. An answer that stops asks nothing more."""
    codes = [(mark.mark, seen) for mark, seen in guide.seen]
    seen = [
        SeenLine(
            visible(mark.look_at),
            tr.gettext(_SEEN[said]).format(words=visible(mark.should_be)),
            said is Seen.DIFFERS,
            marks_as_text(pair for pair in codes if pair[0] != mark.mark),
        )
        for mark, said in guide.seen
    ]
    if action in _STOP:
        return LookPart(None, seen)
    return LookPart(_question(guide.next, tr) if guide.next else None, seen, finished=guide.next is None)


def _question(mark: MarkRecord, tr: NullTranslations) -> MarkQuestion:
    return MarkQuestion(
        mark.mark,
        visible(mark.look_at),
        visible(mark.part),
        visible(mark.should_be),
        visible(mark.differs),
        " ".join(filter(None, (visible(mark.authority), _day(mark.reported, tr)))),
        mark.source_url if mark.source_url.startswith(("https://", "http://")) else "",
    )


def _day(reported: str, tr: NullTranslations) -> str:
    return f"({date_words(reported, tr)})" if reported else ""

"""Sentences about marks that differ on the pack in hand; part of `reason_sentences.SAYINGS`."""

from collections.abc import Mapping

from service.authenticity.reasons import ReasonCode
from service.web.text.formatting import N_
from service.web.text.reasons.sentence import Sentence

MARK_SAYINGS: Mapping[tuple[ReasonCode, str], Sentence] = {
    (ReasonCode.MARK_DIFFERS, "check"): Sentence(
        N_(
            "You saw a difference. Look again at {look_at}."
            " On the maker's packs: {should_be}. On fakes that {authority} has found: {differs}."
        ),
        N_(
            "A difference was seen at {look_at}."
            " On the maker's packs: {should_be}. On fakes that {authority} has found: {differs}."
        ),
    ),
    (ReasonCode.MARK_DIFFERS, "quarantine"): Sentence(
        N_(
            "The pack looks different: {look_at}."
            " On the maker's packs: {should_be}. On fakes that {authority} has found: {differs}."
        ),
        N_(
            "The pack differs at a published feature: {look_at}."
            " On the maker's packs: {should_be}. On fakes that {authority} has found: {differs}."
        ),
    ),
}

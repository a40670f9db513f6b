"""Sentences about how a code or a typed text was read; part of `reason_sentences.SAYINGS`."""

from collections.abc import Mapping

from service.authenticity.reasons import ReasonCode
from service.web.text.formatting import N_
from service.web.text.reasons.sentence import Sentence

READING_SAYINGS: Mapping[tuple[ReasonCode, str], Sentence] = {
    (ReasonCode.LIKELY_MISREAD, ""): Sentence(
        N_("The {field} may have been read or typed wrongly: {presented}."),
        N_("Likely misread, not held against the vial: {field} {presented}."),
    ),
    (ReasonCode.LIKELY_MISREAD, "setting"): Sentence(
        N_(
            "The scanner typed the code wrongly, and we had to work out what it says."
            " Ask the clinic to have the scanner set right, and to scan the code again."
        ),
        N_(
            "The scanner's setting is wrong: what the code says had to be worked out."
            " Set the scanner right at /scan/setup and scan again."
        ),
    ),
    (ReasonCode.LIKELY_MISREAD, "date"): Sentence(
        N_(
            "The expiry date can be read in more than one way: {readings}."
            " Enter it with the month as a word, or scan the code."
        ),
        N_("The expiry date can be read in more than one way: {readings}. Scan the code, or name the month."),
    ),
    (ReasonCode.LOT_AMBIGUOUS, "marks"): Sentence(
        N_(
            "More than one lot of this product has these letters and digits."
            " Enter the dashes and other marks as they are printed."
        ),
        N_("{count} lots of this product differ only in their marks. Enter the lot as it is printed."),
    ),
    (ReasonCode.LIKELY_MISREAD, "scan"): Sentence(
        N_(
            "What came out of the scanner is not a complete code of the pack. We read it as {reading}."
            " Compare that with what is printed on the vial."
        ),
        N_(
            "Not a complete GS1 code as it was scanned; read as {reading}, and not counted as a scan."
            " Scan the pack's GS1 symbol."
        ),
    ),
    (ReasonCode.LIKELY_MISREAD, "text"): Sentence(
        N_(
            "We read what you typed as {reading}. Compare that with what is printed on the vial:"
            " if it is not right, type the lot number alone."
        ),
        N_("What was typed is read as {reading}. If that is not right, type the lot number alone."),
    ),
    (ReasonCode.CODE_IMPOSSIBLE, "value"): Sentence(
        N_("One part of it cannot be right: {element} {value}. The rest of it was looked up."),
        N_("One element cannot be right: {element} {value}. The rest was looked up."),
    ),
    (ReasonCode.CODE_IMPOSSIBLE, "repeated"): Sentence(
        N_("The code says one thing twice, and differently: {element} is also {value}."),
        N_("The code contradicts itself: {element} also came with the value {value}."),
    ),
    (ReasonCode.CASE_NOT_PACK, ""): Sentence(
        N_(
            "This is the code of a shipping case with packs of {product} in it."
            " Check the code on the pack or the vial instead."
        ),
        N_("Code of a shipping case of {product}, not of a pack. Scan a pack."),
    ),
    (ReasonCode.LOT_AMBIGUOUS, "readings"): Sentence(
        N_("What was entered can be read as several lots that are on record: {lots}. Type the lot alone."),
        N_("It reads as several lots on record: {lots}. Type or scan the lot alone."),
    ),
    (ReasonCode.LOT_AMBIGUOUS, ""): Sentence(
        N_("{count} products have a lot numbered {lot}. Choose the one you have."),
        N_("{count} products have a lot {lot}. Choose the product to get an answer for it."),
    ),
}

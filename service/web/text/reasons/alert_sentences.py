"""Sentences about regulators' warnings; part of `reason_sentences.SAYINGS`."""

from collections.abc import Mapping

from service.authenticity.reasons import ReasonCode
from service.web.text.formatting import N_
from service.web.text.reasons.sentence import Sentence

ALERT_SAYINGS: Mapping[tuple[ReasonCode, str], Sentence] = {
    (ReasonCode.ALERT_FALSIFIED, "lot"): Sentence(
        N_("{authority} has warned of fakes with exactly this lot number."),
        N_("{authority} has published a falsification alert that names exactly this lot."),
    ),
    (ReasonCode.ALERT_FALSIFIED, "serial"): Sentence(
        N_("{authority} has warned of fakes with exactly this serial number."),
        N_("{authority} has published a falsification alert that names exactly this serial number."),
    ),
    (ReasonCode.ALERT_FALSIFIED, "serial prefix"): Sentence(
        N_("{authority} has warned of fakes with serial numbers that begin like this one."),
        N_("{authority} has published a falsification alert on serial numbers that begin like this one."),
    ),
    (ReasonCode.ALERT_FALSIFIED, "product"): Sentence(
        N_("{authority} has warned of fakes with exactly this product number."),
        N_("{authority} has published a falsification alert that names exactly this product number."),
    ),
    (ReasonCode.ALERT_FALSIFIED, "presentation"): Sentence(
        N_("{authority} has warned of fakes called {product}. The maker does not make it like this."),
        N_("{authority} has published an alert about {product}, a presentation that does not exist."),
    ),
    (ReasonCode.ALERT_FALSIFIED, "tampered"): Sentence(
        N_("{authority} has warned that products with exactly this number were tampered with."),
        N_("{authority} has published an alert about tampered products that names exactly this one."),
    ),
    (ReasonCode.ALERT_LOT_COUNTERFEITED, "name"): Sentence(
        N_(
            "{authority} has warned of products called {product}, without naming a lot."
            " What you entered cannot tell yours from those, so look closely."
        ),
        N_(
            "{authority} has published a warning that names {product} and no lot."
            " What was presented cannot tell this one from those; inspect pack and vial."
        ),
    ),
    (ReasonCode.ALERT_LOT_COUNTERFEITED, "quarantine"): Sentence(
        N_("{authority} has warned of fakes with this lot number."),
        N_(
            "{authority} has published an alert about counterfeits of this lot."
            " The manufacturer's own vials carry the same number: it cannot tell them apart."
        ),
    ),
    (ReasonCode.ALERT_LOT_COUNTERFEITED, "check"): Sentence(
        N_(
            "{authority} has warned of fakes that carry this lot number."
            " What you entered fits the maker's record, but look closely all the same."
        ),
        N_(
            "{authority} has published an alert about counterfeits of this lot."
            " What was presented fits the manufacturer's record; inspect pack and vial all the same."
        ),
    ),
    (ReasonCode.ALERT_LOT_COUNTERFEITED, "tampered"): Sentence(
        N_("{authority} has warned that packs with this lot number were tampered with."),
        N_(
            "{authority} has published an alert about tampered packs of this lot."
            " Untouched ones carry the same number: it cannot tell them apart."
        ),
    ),
    (ReasonCode.ALERT_LOT_COUNTERFEITED, "tampered check"): Sentence(
        N_(
            "{authority} has warned that packs with this lot number were tampered with."
            " What you entered fits the maker's record, but look closely all the same."
        ),
        N_(
            "{authority} has published an alert about tampered packs of this lot."
            " What was presented fits the manufacturer's record; inspect pack and vial all the same."
        ),
    ),
    (ReasonCode.ALERT_CLOSE, "similar"): Sentence(
        N_(
            "It looks almost the same as a number that is recalled or under a warning."
            " Compare each character."
        ),
        N_(
            "The number differs from one that is recalled or under an alert only in characters"
            " that are easily confused."
            " Compare each character."
        ),
    ),
    (ReasonCode.ALERT_CLOSE, "marks"): Sentence(
        N_(
            "Lot {lot}, which differs from yours only in its dashes or other marks, is recalled or on hold."
            " Compare each character with the box."
        ),
        N_(
            "Lot {lot}, which differs only in its marks, is recalled or on hold."
            " Compare each character with the pack."
        ),
    ),
    (ReasonCode.ALERT_CLOSE, "other_product"): Sentence(
        N_("Another product with this same lot number is recalled or under a warning. It may be yours."),
        N_(
            "A product with this same lot number is recalled or under an alert."
            " Establish which product this is."
        ),
    ),
}

"""How much of what was presented was found together on record, in one sentence."""

from collections.abc import Mapping

from service.authenticity.evidence import Presented
from service.authenticity.reasons import Match, NotChecked, ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.formatting import N_

MATCHES: Mapping[Match, str] = {
    Match.NONE: N_("Nothing was found on record."),
    Match.PRODUCT: N_("The product was found on record. The lot was not."),
    Match.LOT: N_("The product and the lot were found on record. The serial number was not."),
    Match.UNIT: N_("The product, the lot and the serial number were found on record together."),
}

SEVERAL_PRODUCTS = N_("The lot number is on record, for more than one product.")

_PRODUCT_ALONE = N_("The product was found on record. No lot number was entered.")
_LOT_ALONE = N_("The product and the lot were found on record. No serial number was entered.")
_NO_UNITS = N_("The product and the lot were found on record. Serial numbers of this product are not.")
_OTHER_LOT = N_("The product and the lot were found on record. The serial number belongs to another lot.")
_UNIT_ALONE = N_("The product and the serial number were found on record together.")
_UNIT_IN_OTHER = N_("The product and the serial number were found on record. The lot number was not.")


def match_words(verdict: Verdict, presented: Presented) -> str:
    """The sentence, not yet translated. Only what was presented is said to be found, or not."""
    codes = {reason.code for reason in verdict.reasons}
    if ReasonCode.LOT_AMBIGUOUS in codes:
        return SEVERAL_PRODUCTS
    other_unit = verdict.record is not None and verdict.record.unit is not None
    told = {
        Match.UNIT: ((presented.lot is None, _UNIT_ALONE),),
        Match.LOT: (
            (presented.serial is None, _LOT_ALONE),
            (other_unit or ReasonCode.SERIAL_IN_OTHER_LOT in codes, _OTHER_LOT),
            (NotChecked.SERIAL_RECORD in verdict.not_checked, _NO_UNITS),
        ),
        Match.PRODUCT: ((other_unit, _UNIT_IN_OTHER), (presented.lot is None, _PRODUCT_ALONE)),
    }
    fitting = (words for fits, words in told.get(verdict.match, ()) if fits)
    return next(fitting, MATCHES[verdict.match])

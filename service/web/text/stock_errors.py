"""Sentences for what is refused of stocktakes, transfers, returns, minimum stock and receipts."""

from collections.abc import Mapping

from service.errors import ErrorCode
from service.web.text.formatting import N_

STOCK_ERRORS: Mapping[ErrorCode, str] = {
    ErrorCode.STOCKTAKE_CLOSED: N_("Nothing was counted: this stocktake is closed. Begin a new one."),
    ErrorCode.SHIPMENT_EMPTY: N_("Nothing was sent: scan at least one vial first."),
    ErrorCode.SHIPMENT_CHANGED: N_("Nothing was recorded: this was changed meanwhile. Look at it again."),
    ErrorCode.RECEIPT_ELSEWHERE: N_("Nothing was changed: a use that you ticked is on another receipt."),
    ErrorCode.RECEIPT_FULL: N_("Nothing was changed: a receipt holds eight uses at most. Untick some."),
    ErrorCode.MINIMUM_INVALID: N_("“{given}” is not a number of vials. Write a number from 1 to 100000."),
}

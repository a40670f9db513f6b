"""What a receipt's page says of each pack: the answer now, what changed since, and what was used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.authenticity.verdicts import Verdict
from service.clinics.receipts.content import ReceiptLine
from service.verification.service import Answer
from service.web.core.i18n import spoken
from service.web.core.question_form import own_hosts
from service.web.core.services import services
from service.web.text import date_words
from service.web.text.formatting import visible
from service.web.text.result_page import ResultPage, result_page

Said = tuple[str, str, bool]
"""Label, value and whether the value is a code."""


@dataclass(frozen=True, slots=True)
class JudgedPack:
    """A pack of a receipt. `page`: the answer on it now. `lines`: what the receipt says of it.

    `worse`, `new`: its action is graver than on the day of issue, something is said that was not said then.
    """

    line: ReceiptLine
    page: ResultPage
    as_of: datetime
    rank: int
    worse: bool
    new: bool
    lines: list[Said]

    @property
    def name(self) -> str:
        """Product, lot and serial number, as far as they are known."""
        return ", ".join(
            visible(each, 200) for each in (self.line.product, self.line.lot, self.line.serial) if each
        )


def judged_packs(lines: Sequence[ReceiptLine]) -> list[JudgedPack]:
    """Return the packs of a receipt, judged at this moment: the worst first, and of those that are as bad
    what changed first.
    """
    packs = [_judged(each) for each in lines]
    return sorted(packs, key=lambda each: (-each.rank, not each.worse, not each.new))


def pack_lines(line: ReceiptLine) -> list[Said]:
    """Return what a receipt says of one use."""
    tr = spoken()
    return _with_values(
        (tr.gettext("Product"), line.product, False),
        (tr.gettext("Lot number"), line.lot, True),
        (tr.gettext("Expiry date"), date_words(line.expiry, tr), False),
        (tr.gettext("Serial number"), line.serial, True),
        (tr.gettext("Product number (GTIN)"), line.gtin, True),
        (tr.gettext("Units used"), f"{line.units} {line.unit}".strip(), False),
    )


def treatment_lines(line: ReceiptLine) -> list[Said]:
    """Return what it says of the treatment, which all of its lines have."""
    tr = spoken()
    return _with_values(
        (tr.gettext("Day of the treatment"), date_words(line.used_on, tr), False),
        (tr.gettext("Clinic"), line.clinic, False),
    )


def _with_values(*lines: Said) -> list[Said]:
    return [(label, visible(value, 200), code) for label, value, code in lines if value]


def _judged(line: ReceiptLine) -> JudgedPack:
    verdict = services().receipts.verdict(line)
    rank = verdict.action.rank
    worse = rank > Action(line.action).rank
    new = not {str(each.code) for each in verdict.reasons} <= set(line.reasons)
    return JudgedPack(line, _page(verdict, line), verdict.as_of, rank, worse, new, pack_lines(line))


def _page(verdict: Verdict, line: ReceiptLine) -> ResultPage:
    pack = line.presented()[-1]
    answer = Answer(None, verdict, pack.pack, None, None, Asker.PATIENT, vial=pack.vial, carton=pack.carton)
    return result_page(answer, spoken(), own_hosts=own_hosts())

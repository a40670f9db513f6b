"""What is on record, as labelled lines."""

from collections.abc import Iterable, Iterator
from gettext import NullTranslations

from msgspec.structs import replace

from service.authenticity.evidence import BatchStatus, ProductRecord
from service.authenticity.reasons import ReasonCode
from service.authenticity.verdicts import Verdict
from service.web.text.answers.disclosure import DisclosedRecord
from service.web.text.answers.leading import is_of_carton
from service.web.text.answers.recall_classes import recall_class_meaning
from service.web.text.formatting import date_words
from service.web.text.locales import country_name, language_name, listed
from service.web.text.verdict_text import DISPOSITIONS, STATUSES


def record_lines(shown: DisclosedRecord, verdict: Verdict, tr: NullTranslations) -> list[tuple[str, str]]:
    """Label and value of all that is known and may be shown; what is empty is left out.

    Of a lot that an authority has recalled the maker's state is left out where it still says released.
    """
    recalled = any(each.code is ReasonCode.RECALLED and not is_of_carton(each) for each in verdict.reasons)
    if recalled and shown.status is BatchStatus.RELEASED:
        shown = replace(shown, status=None)
    lines = (*_product_lines(shown.product, tr), *_batch_lines(shown, tr), *_unit_lines(shown, tr))
    return [(label, value) for label, value in lines if value]


def _product_lines(product: ProductRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Manufacturer"), product.manufacturer
    yield tr.gettext("Product"), product.name
    yield tr.gettext("Active substance"), product.active_substance
    yield tr.gettext("Strengths"), listed(product.strengths, tr)
    languages = (language_name(each, tr) for each in product.languages)
    yield tr.gettext("Languages of the box"), listed(languages, tr)
    yield tr.gettext("Form"), product.form
    yield tr.gettext("Product number (GTIN)"), product.gtin
    for scheme, number in product.national_numbers:
        yield scheme.upper(), number
    yield tr.gettext("Licensed in"), _countries(product.markets, tr)


def _batch_lines(shown: DisclosedRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Lot number"), shown.lot or ""
    yield tr.gettext("Expiry date"), date_words(shown.expiry.printed_form, tr) if shown.expiry else ""
    yield tr.gettext("State of the lot"), tr.gettext(STATUSES[shown.status]) if shown.status else ""
    yield tr.gettext("Made on"), date_words(shown.made.isoformat(), tr) if shown.made else ""
    yield tr.gettext("Released on"), date_words(shown.released.isoformat(), tr) if shown.released else ""
    yield tr.gettext("Lot meant for"), _countries(shown.markets, tr)
    if shown.recall_class:
        yield tr.gettext("Recall class"), recall_class_meaning(shown.recall_class, tr)
    yield tr.gettext("Recall reference"), shown.recall_reference
    yield tr.gettext("Reason for the recall"), shown.recall_reason


def _countries(codes: Iterable[str], tr: NullTranslations) -> str:
    return listed(sorted(country_name(code, tr) for code in codes), tr)


def _unit_lines(shown: DisclosedRecord, tr: NullTranslations) -> Iterator[tuple[str, str]]:
    yield tr.gettext("Serial number"), shown.serial or ""
    yield (
        tr.gettext("State of this pack"),
        tr.gettext(DISPOSITIONS[shown.disposition]) if shown.disposition else "",
    )

"""The page about a product: its maker's reviewed statements. It informs, and never takes back an answer."""

from flask import Blueprint, g, render_template, request

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action
from service.errors import ErrorCode, NotFoundError, VialcheckError
from service.gs1.identifiers import Gtin
from service.gs1.iso.languages import LANGUAGES
from service.registry.statements.queries import described_product
from service.verification.service import Answer
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import date_words, verdict_title
from service.web.text.locales import SOURCE_LANGUAGE, language_name
from service.web.text.product.statement_text import TOPICS, result_sentences

product_page = Blueprint("product_page", __name__)
product_page.after_request(set_language_headers)


@product_page.get("/about/<gtin>")
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def page(gtin: str) -> str:
    """The statements of a product. `check`: the answer that the reader comes from; `stop`: it said to stop.

    `language`: the one to read. NotFoundError for a product that is not on record.
    """
    known = described_product(services().database, Gtin.parse(gtin).value)
    if known is None:
        raise NotFoundError(ErrorCode.NOT_FOUND, given=gtin, expected="a product on record", field="gtin")
    answer, tr = _answer(known.gtin), spoken()
    stop = "stop" in request.args or (answer is not None and answer.verdict.action is not Action.ACCEPT)
    return render_template(
        "public/product/page.html",
        product=known,
        statements=[
            (each, tr.gettext(TOPICS[each.topic]), date_words(each.dated, tr))
            for each in known.best(_languages())
        ],
        languages=[(code, language_name(code, tr)) for code in known.languages],
        answered=verdict_title(answer.verdict, Asker.PATIENT, tr) if answer else "",
        check=answer.id if answer else None,
        stop=stop,
        results=result_sentences(_results(answer), tr) if answer and not stop else [],
    )


def _answer(gtin: str) -> Answer | None:
    """The recorded answer about this product; None for none, and where it cannot be read now."""
    check = request.args.get("check", "")
    try:
        answer = services().verification.find_check(check) if check else None
    except VialcheckError:
        return None
    record = answer.verdict.record if answer else None
    return answer if record is not None and record.product.gtin == gtin else None


def _results(answer: Answer) -> list[tuple[str, str, str]]:
    record = answer.verdict.record
    return services().verification.release_tests(record.batch.id) if record and record.batch else []


def _languages() -> list[str]:
    wanted = [
        request.args.get("language", ""),
        g.language,
        *(each[:2] for each in request.accept_languages.values()),
    ]
    return [each for each in (*wanted, SOURCE_LANGUAGE) if each in LANGUAGES]

"""Renders the page of one answer."""

import secrets

from flask import render_template, request, url_for

from service.authenticity.evidence import Asker
from service.registry.statements.queries import has_statements
from service.storage.manufacturer_contacts import contact_of
from service.verification.service import Answer
from service.web.core.access import lots_for_viewer, sees_whole
from service.web.core.i18n import spoken
from service.web.core.question_form import own_hosts, own_origin, partner_of_request
from service.web.core.services import services
from service.web.public.look import look_at_pack
from service.web.text.answers.next_question import NextQuestion
from service.web.text.locales import country_choices
from service.web.text.patient_help.ready_messages import ReadyMessage
from service.web.text.result_page import (
    ResultPage,
    asked_fields,
    manufacturer_of,
    result_page,
    serial_to_read,
)


def answer_page(
    answer: Answer,
    fields: dict[str, str] | None = None,
    *,
    save_at_once: bool = False,
    unchanged: bool = False,
    unseen: tuple[str, ...] = (),
) -> str:
    """The page as HTML. `fields`: what saves the check; from the answer itself where None is given.

    `unchanged`: a number that may be misread was read again, and is the same. `unseen`: the questions that
    the reader goes on without.
    """
    page = page_of(answer, unchanged=unchanged, unseen=unseen)
    entered = asked_fields(answer, answer.asker)
    lot = answer.presented.lot
    other = Asker.PATIENT if answer.asker is Asker.CLINIC else Asker.CLINIC
    return render_template(
        "public/result.html",
        page=page,
        look=look_at_pack(answer),
        meant=lots_for_viewer(lot) if lot and page.question is NextQuestion.AGAIN else [],
        countries=country_choices(spoken()),
        country_page=_country_page(answer),
        release_tests=_release_tests(answer),
        about=_described(answer),
        saved=answer.id is not None,
        check_id=answer.id,
        save_at_once=save_at_once,
        fields=fields or entered,
        serial_to_read=serial_to_read(answer),
        entered_fields=entered,  # what the forms on the page ask once more, with an answer beside it
        sent=_message(answer, page) if answer.id is not None else None,
        other=other,
        other_page=_read_as(other),
        nonce=secrets.token_urlsafe(18),
        partner=partner_of_request(),
    )


def page_of(answer: Answer, *, unchanged: bool = False, unseen: tuple[str, ...] = ()) -> ResultPage:
    """The answer in words, as far as the viewer of the current request may see it."""
    maker = manufacturer_of(answer.verdict)
    return result_page(
        answer,
        spoken(),
        own_hosts=own_hosts(),
        whole=sees_whole(answer),
        maker=contact_of(services().database, maker) if maker else "",
        unchanged=unchanged,
        unseen=unseen,
    )


def _message(answer: Answer, page: ResultPage) -> ReadyMessage:
    """The answer to be sent on: what it says, of what, and where it stands."""
    tr = spoken()
    place = own_origin() + url_for("pages.result", scan_id=answer.id)
    lines = [
        page.title,
        page.subject,
        tr.gettext("Checked on {moment}").format(moment=page.checked_at),
        place,
    ]
    return ReadyMessage(tr.gettext("A check of a vial"), "\n".join(filter(None, lines)))


def _read_as(asker: Asker) -> str:
    """The address of the current page for another kind of asker: what a link presents in its query stays."""
    query = request.query_string.decode("utf-8", "replace").split("&")
    return "?" + "&".join([*(each for each in query if each and not each.startswith("as=")), f"as={asker}"])


def _country_page(answer: Answer) -> str:
    """The address of this answer with the list of countries, a third of a page's bytes.

    Empty where the page has the list. An answer that is not saved has no address: it is saved first.
    """
    if answer.id is None:
        return "#where"
    if "where" in request.args:
        return ""
    said = {name: request.args.getlist(name) for name in ("again", "unseen", "as", "by")}
    return url_for("pages.result", scan_id=answer.id, where=1, **said, _anchor="where")  # type: ignore[arg-type]


def _described(answer: Answer) -> str:
    """The GTIN of the answer's product where its maker's statements can be read; empty for all others."""
    record = answer.verdict.record
    gtin = record.product.gtin if record else ""
    return gtin if gtin and has_statements(services().database, gtin) else ""


def _release_tests(answer: Answer) -> list[tuple[str, str, str]]:
    record = answer.verdict.record
    return services().verification.release_tests(record.batch.id) if record and record.batch else []

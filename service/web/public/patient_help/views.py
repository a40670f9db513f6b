"""Pages for people who had the injection already, or who are not shown the vial.

They are shown whatever the address says: a check that is gone, or a country that does not exist, is left out.
"""

from flask import Blueprint, render_template, request

from service.authenticity.evidence import Asker
from service.errors import VialcheckError
from service.storage.manufacturer_contacts import contact_of
from service.verification.service import Answer
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.public.patient_help.care_cards import care_cards, read_country
from service.web.text import verdict_title
from service.web.text.answers.contacts import Contact, maker_contact
from service.web.text.formatting import date_words, visible
from service.web.text.locales import country_choices
from service.web.text.patient_help.ready_messages import (
    CheckedPack,
    message_to_clinic,
    message_to_doctor,
    message_to_see_vial,
)
from service.web.text.patient_help.side_effect_reports import side_effect_report
from service.web.text.patient_help.warning_signs import SOURCES
from service.web.text.result_page import manufacturer_of, places

patient_help = Blueprint("patient_help", __name__, url_prefix="/help")
patient_help.after_request(set_language_headers)


@patient_help.get("/injected")
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def injected() -> str:
    """Warning signs, what to do now, whom to tell. `check`: the id of an answer; `market`: the country."""
    answer = _answer()
    country = _country(answer)
    pack, tr = _pack(answer), spoken()
    return render_template(
        "public/patient_help/injected.html",
        care=care_cards(country),
        check=answer.id if answer else None,
        countries=country_choices(tr),
        report_to=side_effect_report(country),
        maker=_maker(answer) if answer else None,
        to_clinic=message_to_clinic(pack, tr),
        to_doctor=message_to_doctor(pack, tr),
        sources=[(each, date_words(each.published, tr)) for each in SOURCES],
    )


@patient_help.get("/vial-not-shown")
@open_to_everyone
@runs_in(Pool.LOOKUPS)
def vial_not_shown() -> str:
    """What to do where a clinic does not show the vial, with a sentence to send."""
    message = message_to_see_vial(_pack(_answer()), spoken())
    return render_template(
        "public/patient_help/vial_not_shown.html", message=message, places=places(spoken())
    )


def _answer() -> Answer | None:
    """The recorded answer that the reader comes from; None for none, and where it cannot be read now."""
    check = request.args.get("check", "")
    try:
        return services().verification.find_check(check) if check else None
    except VialcheckError:
        return None  # the warning signs are shown all the same


def _country(answer: Answer | None) -> str:
    """The country that was chosen here or said with the check; empty where none is known."""
    return read_country(request.args.get("market", "")) or (answer and answer.presented.market) or ""


def _pack(answer: Answer | None) -> CheckedPack:
    if answer is None:
        return CheckedPack()
    record, presented, carton = answer.verdict.record, answer.presented, answer.carton
    lots = [each.lot.printed for each in (presented, carton) if each and each.lot]
    return CheckedPack(
        product=visible(presented.product or "") or (record.product.name if record else ""),
        lot=" / ".join(dict.fromkeys(lots)),
        said=verdict_title(answer.verdict, Asker.PATIENT, spoken()),
    )


def _maker(answer: Answer) -> Contact:
    maker = manufacturer_of(answer.verdict)
    recorded = contact_of(services().database, maker) if maker else ""
    return maker_contact(maker, recorded, spoken())

"""Pages of every recall and of every published warning, for anyone, with a search."""

from collections.abc import Callable

from flask import Blueprint, render_template, request

from service.registry.public_notices import MOST, public_recalls, public_warnings
from service.web.core.access import open_to_everyone
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text import date_words
from service.web.text.answers.contacts import notice_link_words
from service.web.text.answers.notice_text import kind_words, recall_subject
from service.web.text.answers.recall_classes import recall_class_words

notices = Blueprint("notices", __name__)
notices.after_request(set_language_headers)

_LONGEST_SEARCH = 100


@notices.get("/recalls/public")
@open_to_everyone
def recalls() -> str:
    """Every recall that stands, of makers and authorities, with what its class means."""
    search = _search()
    tr = spoken()
    found = public_recalls(services().database, search)
    return render_template(
        "public/notices/recalls.html",
        found=found,
        latest=max((each.reported for each in found.entries), default=""),
        link_words=_link_words(),
        search=search,
        elsewhere=len(public_warnings(services().database, search).entries) if search else 0,
        most=MOST,
        subject=lambda each: recall_subject(each, tr),
        class_words=lambda text: recall_class_words(text, tr),
        day_words=_day_words(),
    )


@notices.get("/warnings")
@open_to_everyone
def warnings() -> str:
    """Every published warning of falsified, tampered, stolen and unlicensed products."""
    search = _search()
    tr = spoken()
    found = public_warnings(services().database, search)
    return render_template(
        "public/notices/warnings.html",
        found=found,
        latest=max((each.reported for each in found.entries), default=""),
        link_words=_link_words(),
        search=search,
        elsewhere=len(public_recalls(services().database, search).entries) if search else 0,
        most=MOST,
        kind_words=lambda kind: kind_words(kind, tr),
        day_words=_day_words(),
    )


def _search() -> str:
    return request.args.get("q", "").replace("\0", "").strip()[:_LONGEST_SEARCH]


def _link_words() -> Callable[[str, str], str]:
    tr = spoken()
    return lambda authority, source: notice_link_words(authority, source, tr)


def _day_words() -> Callable[[str], str]:
    tr = spoken()
    return lambda text: date_words(text, tr)

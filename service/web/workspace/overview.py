"""An organisation's view of its own records: overview, search, product, batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from service.accounts.actors import OWNERS, OrganisationKind, Role
from service.authenticity.dispositions import Disposition
from service.authenticity.evidence import BatchStatus
from service.errors import IdentifierError
from service.gs1.identifiers import Expiry
from service.gs1.iso.countries import countries
from service.registry.corrections.kinds import change_requests
from service.registry.found_records import SearchHit
from service.registry.search import PAGE, SORTS, BatchFilter, RecordSearch
from service.registry.statistics import StatisticBar, Statistics
from service.registry.suspects.queries import SuspectQueries
from service.registry.waiting_work import waiting_work
from service.reports.inbox import ReportInbox
from service.storage.suspects import SuspectState
from service.web.charts.stacked_columns import columns
from service.web.charts.world_map import drawn
from service.web.core.access import actor, only_for
from service.web.core.i18n import set_language_headers
from service.web.core.services import services
from service.web.text.formatting import date_words
from service.web.text.verdict_text import DISPOSITIONS
from service.web.text.workspace.change_text import step_words

overview = Blueprint("overview", __name__)
overview.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})
_FILTERS = ("lot", "status", "until", "sort", "up")
_SPANS = (30, 90)
"""Days that a chart may show; checks are kept for 90."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """A row of a bar chart."""

    address: str
    label: str
    count: int
    stopped: int


@overview.app_context_processor
def _words() -> dict[str, object]:
    return {
        "short_day": short_day,
        "date_said": lambda on: date_words(on.isoformat(), g.translation),
        "disposition_words": lambda each: g.translation.gettext(DISPOSITIONS[Disposition(each)]),
        "unit_step": lambda line: step_words(line.step, line.lot, g.translation),
    }


def short_day(on: date) -> str:
    """Return a day as a chart shows it: 5 Nov."""
    return f"{on.day} {on:%b}"


@overview.get("/overview")
@only_for(Role.VIEWER, kinds=_KINDS)
def page() -> str:
    """Show figures about the organisation's products."""
    days = _span()
    figures, who = _figures(), actor()
    today = services().verification.now().date()
    asked = services().quarantine_cases.asked(who, today)
    by_day, by_country = figures.by_day(who, days), figures.by_country(who, days)
    return render_template(
        "workspace/overview.html",
        spans=_SPANS,
        span=days,
        days=by_day,
        chart=columns(by_day),
        by_country=list(_rows(by_country, _country)),
        map=drawn({bar.label: bar.count for bar in by_country}),
        by_lot=list(_rows(figures.by_lot(who, days), _lot)),
        unknown=list(_rows(figures.unknown_lots(who, days), _unknown)),
        reports=_triage().counts(who),
        requests=len(change_requests(services().database).waiting(who.who)),
        waits=waiting_work(services().database, who),
        asked=[each for each in asked if each.answer is None],
        overdue=sum(each.is_overdue(today) for each in asked),
        standing_out=_watching().counts(who)[SuspectState.OPEN],
        products=_catalogue().products(who),
    )


@overview.get("/search")
@only_for(Role.VIEWER, kinds=_KINDS)
def search() -> str:
    """Search everything from one field."""
    text = request.args.get("q", "")
    number = request.args.get("page", 1, type=int)
    found = _catalogue().search(actor(), text, page=number)
    return render_template(
        "workspace/search.html", text=text, found=found, hits=[(hit, _address(hit)) for hit in found.hits]
    )


@overview.get("/products/<gtin>")
@only_for(Role.VIEWER, kinds=_KINDS)
def product(gtin: str) -> str:
    """Show a product, its batches and its audit."""
    number = max(1, request.args.get("page", 1, type=int))
    wanted = _wanted_batches()
    found = _catalogue().product(actor(), gtin, page=min(number, 10_000), wanted=wanted)
    filters = {name: request.args.get(name, "") for name in _FILTERS}
    return render_template(
        "workspace/product.html",
        product=found,
        countries=countries(),
        page=number,
        pages=-(-found.total // PAGE),
        done=_made(),
        filters=filters,
        wanted=wanted,
        statuses=[str(each) for each in BatchStatus],
        here=lambda **more: url_for("overview.product", gtin=gtin, **{**filters, **more}),
        may=actor().may(Role.RELEASER) and actor().kind in OWNERS,
    )


@overview.post("/products/<gtin>/lots")
@only_for(Role.VIEWER, kinds=_KINDS)
def act_on_lots(gtin: str) -> Response:
    """Go on with the lots that were ticked: to a recall, a hold, or their labels."""
    lots, act = request.form.getlist("lot"), request.form.get("act", "")
    if not lots:
        return redirect(url_for("overview.product", gtin=gtin, none=1), HTTPStatus.SEE_OTHER)
    if act == "labels":
        at = url_for("lot_labels.form", gtin=gtin, lot=lots)
    else:
        kind = "hold" if act == "hold" else "recall"
        at = url_for("recalls.begin", gtin=gtin, lot=", ".join(lots), kind=kind)
    return redirect(at, HTTPStatus.SEE_OTHER)


def _wanted_batches() -> BatchFilter:
    """The filter and order that the address asks for; what cannot be read asks for nothing."""
    given = {name: request.args.get(name, "").strip() for name in _FILTERS}
    try:
        until = Expiry.parse(given["until"]).last_day if given["until"] else None
    except IdentifierError:
        until = None
    status = given["status"] if given["status"] in set(BatchStatus) else ""
    sort = given["sort"] if given["sort"] in SORTS else SORTS[0]
    return BatchFilter(given["lot"][:40], status, until, sort, upwards=given["up"] == "1")


@overview.get("/products/<gtin>/lots/<path:lot>")
@only_for(Role.VIEWER, kinds=_KINDS)
def batch(gtin: str, lot: str) -> str:
    """Show a batch: facts, units, checks, audit."""
    found = _catalogue().batch(actor(), gtin, lot)
    days = _span()
    by_day = _figures().by_day(actor(), days, batch_id=found.id)
    by_country = _figures().by_country(actor(), days, batch_id=found.id)
    return render_template(
        "workspace/batch.html",
        batch=found,
        span=days,
        spans=_SPANS,
        days=by_day,
        chart=columns(by_day),
        by_country=list(_rows(by_country, _country)),
        map=drawn({bar.label: bar.count for bar in by_country}),
        countries=countries(),
        done=_made(),
    )


@overview.get("/products/<gtin>/units/<path:serial>")
@only_for(Role.VIEWER, kinds=_KINDS)
def unit(gtin: str, serial: str) -> str:
    """Show a unit: its lot, its state, its checks, and what was done to it."""
    return render_template("workspace/unit.html", unit=_catalogue().unit(actor(), gtin, serial))


def _made() -> str:
    if not request.args.get("made"):
        return ""
    said: str = g.translation.gettext("The change is made. The very next check uses it.")
    return said


def _rows(bars: list[StatisticBar], shown: Callable[[StatisticBar], tuple[str, str]]) -> Iterator[DayRow]:
    for bar in bars:
        address, label = shown(bar)
        yield DayRow(address, label, bar.count, bar.stopped)


def _country(bar: StatisticBar) -> tuple[str, str]:
    return "", countries().get(bar.label, g.translation.gettext("Not said"))


def _lot(bar: StatisticBar) -> tuple[str, str]:
    return url_for("overview.batch", gtin=bar.key[0], lot=bar.key[1]), bar.label


def _unknown(bar: StatisticBar) -> tuple[str, str]:
    return url_for("overview.search", q=bar.key[1]), bar.label


def _address(hit: SearchHit) -> str:
    if hit.kind == "product":
        return url_for("overview.product", gtin=hit.key[0])
    if hit.kind == "batch":
        return url_for("overview.batch", gtin=hit.key[0], lot=hit.key[1])
    if hit.kind == "unit":
        return url_for("overview.unit", gtin=hit.key[0], serial=hit.key[1])
    endpoints = {"report": "triage.one", "recall": "recalls.one", "alert": "alerts.one"}
    return url_for(endpoints[hit.kind], number=int(hit.key[0])) if hit.kind in endpoints else ""


def _span() -> int:
    asked = request.args.get("days", _SPANS[0], type=int)
    return asked if asked in _SPANS else _SPANS[0]


def _figures() -> Statistics:
    return services().statistics


def _catalogue() -> RecordSearch:
    return services().search


def _watching() -> SuspectQueries:
    return SuspectQueries(services().database)


def _triage() -> ReportInbox:
    return services().report_inbox

"""The catalogue of marks (what gives fakes away, to the eye): list, and withdrawal of one's own."""

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from service.accounts.actors import OrganisationKind, Role
from service.registry.corrections.imports.withdrawal import withdrawal_of
from service.registry.corrections.marks import MarkWithdrawal
from service.registry.pack_marks import listed_marks
from service.web.core.access import actor, only_for
from service.web.core.i18n import set_language_headers, spoken
from service.web.core.services import services
from service.web.text.marks import feature_names
from service.web.workspace.confirmation import ChangeForm, answered, shown

marks = Blueprint("marks", __name__, url_prefix="/marks")
marks.after_request(set_language_headers)

_KINDS = frozenset({OrganisationKind.MANUFACTURER, OrganisationKind.DISTRIBUTOR, OrganisationKind.REGULATOR})


@marks.get("")
@only_for(Role.VIEWER, kinds=_KINDS)
def listing() -> str:
    """List the marks by product; `q` searches products, lots, authorities and what to look at."""
    database, search = services().database, request.args.get("q", "")[:100]
    lines = listed_marks(database, actor().who, search)
    return render_template(
        "workspace/marks/list.html",
        lines=lines,
        ended={each.id: withdrawal_of(database, "mark", each.id) for each in lines if each.withdrawn},
        features=feature_names(spoken()),
        search=search,
        may=actor().may(Role.RELEASER),
        done=bool(request.args.get("done")),
    )


@marks.get("/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=_KINDS, strong=True)
def back(number: int) -> BaseResponse:
    """Show what withdrawing a mark does."""
    return shown(_withdrawal(number))


@marks.post("/<int:number>/withdraw")
@only_for(Role.RELEASER, kinds=_KINDS, strong=True)
def withdraw(number: int) -> BaseResponse:
    """Withdraw a mark."""
    return answered(_withdrawal(number))


def _withdrawal(number: int) -> ChangeForm:
    return ChangeForm(
        address=url_for("marks.withdraw", number=number),
        fields=(),
        read=lambda _: MarkWithdrawal(number),
        done=url_for("marks.listing", done=1),
        back=url_for("marks.listing"),
    )

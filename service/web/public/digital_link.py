"""What a phone's camera opens from a code of ours: a GS1 Digital Link of this host."""

from http import HTTPStatus

from flask import make_response, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from service.errors import TooManyError, UnavailableError, VialcheckError
from service.web.core.access import open_to_everyone
from service.web.core.concurrency import Pool, runs_in
from service.web.core.forms import field_errors
from service.web.core.i18n import spoken
from service.web.core.question_form import asker_of, origin_of, own_origin, question_of
from service.web.core.raw_target import raw_target
from service.web.limits.checks import ask_check
from service.web.public.answer_page import answer_page
from service.web.public.blueprint import pages


@pages.get("/01/<path:_rest>", merge_slashes=False)
@open_to_everyone
@runs_in(Pool.CHECKS)
def link(_rest: str) -> str | BaseResponse:
    """What a phone's camera opens from our code: a GS1 Digital Link of this host."""
    asker = asker_of(request.args.get("as"))
    fields = {"scan": own_origin() + raw_target(request), "asker": str(asker)}
    try:
        answer = ask_check(question_of(fields, MultiDict()), origin_of(fields), record=False)
    except (UnavailableError, TooManyError):
        raise
    except VialcheckError as error:
        return make_response(_unreadable_link(error), HTTPStatus.BAD_REQUEST)
    return answer_page(answer, fields, save_at_once=True)


def _unreadable_link(error: VialcheckError) -> str:
    tr = spoken()
    message = " ".join(each.message for each in field_errors(error))
    return render_template(
        "shared/error.html",
        title=tr.gettext("We cannot read this link"),
        message=message,
        status=int(HTTPStatus.BAD_REQUEST),
    )

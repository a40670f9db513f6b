"""Access control. Every view declares its rule; a view without one is closed to everyone.

A guest has no cookie and costs no query. A person with a session cookie sends a CSRF token with every form; a
request from another site is refused before that.

A session that began with a PIN on a shared tablet opens a clinic's own pages alone, as far as each allows it.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from service.accounts.actors import BY_PIN, Actor, ApiKeyScope, OrganisationKind, Role
from service.accounts.services import AccountServices
from service.errors import ErrorCode, ForbiddenError, VialcheckError
from service.gs1.identifiers import Lot
from service.storage.record_access import FoundRecord, lots_meant, sees_record
from service.verification.service import Answer
from service.web.core import cookies
from service.web.core.error_responses import wants_json
from service.web.core.flask_proxies import behind
from service.web.core.services import services

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

COOKIE = cookies.SESSION
_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may open a view: everyone, or people with one of `roles` in an organisation of one of `kinds`.

    `strong`: only with a second factor. No roles: every signed-in person; no kinds: any organisation. A
    program's key is admitted where everyone is, and where it has `scope`; nowhere else. `pin`: whether a
    session that began with a PIN is admitted; None: where the rule is of a clinic's people without more
    rights, and the view is no program's.
    """

    everyone: bool = False
    roles: frozenset[Role] = frozenset()
    kinds: frozenset[OrganisationKind] = frozenset()
    strong: bool = False
    scope: ApiKeyScope | None = None
    pin: bool | None = None

    def lets(self, actor: Actor | None) -> bool:
        """Return whether this person may open the view, provided that a second factor was verified."""
        if self.everyone:
            return True
        if actor is None:
            return False
        if actor.is_program and self.scope not in actor.scopes:
            return False
        if actor.by_pin and not self._lets_pins:
            return False
        of_kind = not self.kinds or actor.kind in self.kinds
        return of_kind and (not self.roles or any(actor.may(role) for role in self.roles))

    @property
    def _lets_pins(self) -> bool:
        if self.pin is not None:
            return self.pin
        of_clinics = self.kinds == {OrganisationKind.CLINIC} and not self.strong and self.scope is None
        return of_clinics and bool(self.roles) and self.roles <= {Role.VIEWER, *BY_PIN}


_DECLARED: dict[Callable[..., object], AccessRule] = {}


def open_to_everyone(view: View) -> View:
    """Declare that no account is needed."""
    _DECLARED[view] = AccessRule(everyone=True)
    return view


_OWN_TOKEN: set[Callable[..., object]] = set()


def with_own_token(view: View) -> View:
    """Declare that a view reads the Authorization header itself: what is in it is no program's key."""
    _OWN_TOKEN.add(view)
    return open_to_everyone(view)


def only_for(
    *roles: Role,
    kinds: frozenset[OrganisationKind] | None = None,
    strong: bool = False,
    scope: ApiKeyScope | None = None,
    pin: bool | None = None,
) -> Callable[[View], View]:
    """Declare who may open the view: people with one of these roles (none: every signed-in person), with a
    second factor.

    `scope`: also programs whose key has it. `pin`: as in `AccessRule`.
    """

    def declare(view: View) -> View:
        _DECLARED[view] = AccessRule(False, frozenset(roles), kinds or frozenset(), strong, scope, pin)
        return view

    return declare


def access_of(app: Flask, endpoint: str) -> AccessRule | None:
    """Return the rule of an endpoint's view; None where it declared none."""
    if endpoint == "static":
        return AccessRule(everyone=True)
    return _DECLARED.get(app.view_functions[endpoint])


def needs_scope(scope: ApiKeyScope) -> None:
    """ForbiddenError(SCOPE_MISSING) for a program whose key lacks the scope; for views that are open to
    everyone.
    """
    who = guest_or_actor()
    if who is not None and who.is_program and scope not in who.scopes:
        raise ForbiddenError(ErrorCode.SCOPE_MISSING, expected=scope)


def actor() -> Actor:
    """Return the signed-in actor; only in views that are not open to everyone."""
    return cast(Actor, g.actor)


def guest_or_actor() -> Actor | None:
    """Return the signed-in actor, None for a guest."""
    return cast(Actor | None, behind(g).get("actor"))


def sees_whole(answer: Answer) -> bool:
    """Whether the viewer sees the manufacturer's record whole (`web.text.answers.disclosure`).

    True for accounts and keys of the organisation whose product it is, or that received a vial of it; never
    for a guest, also where a check is read again by its id.
    """
    viewer, record = guest_or_actor(), answer.verdict.record
    if viewer is None or record is None or record.batch is None:
        return False
    serial = record.unit.serial if record.unit else ""
    found = FoundRecord(record.product.id, record.batch.id, serial)
    return sees_record(services().database, viewer.organisation_id, found)


def lots_for_viewer(lot: Lot) -> list[str]:
    """The lots that may have been meant by `lot`, of those that the viewer may see; none for a guest."""
    viewer = guest_or_actor()
    return lots_meant(services().database, viewer.organisation_id, lot) if viewer is not None else []


def init_app(app: Flask) -> None:
    """Check every request. Call it after the last view was registered."""
    silent = [endpoint for endpoint in app.view_functions if access_of(app, endpoint) is None]
    if silent:
        raise RuntimeError(f"views that do not say who may open them: {', '.join(silent)}")
    app.before_request(_at_the_door)
    app.jinja_env.globals.update(
        csrf_field=csrf_field, csrf_token=csrf_token, signed_in=guest_or_actor, Role=Role
    )


def csrf_token() -> str:
    """Return the CSRF token of this session's forms, derived from the cookie, which other sites
    cannot read.
    """
    return csrf_token_of(cookies.read_cookie(COOKIE))


def csrf_token_of(token: str) -> str:
    """Return the CSRF token of the session with this cookie, for the page that begins it."""
    return hashlib.sha256(f"csrf {token}".encode("utf-8", "replace")).hexdigest()


def is_csrf_token(given: str) -> bool:
    """Whether a form of this browser's session was sent, also where the session has ended since."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), csrf_token().encode())


def csrf_field() -> Markup:
    """Return a hidden field with the token; nothing for a guest, who has no session to misuse."""
    if guest_or_actor() is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrf" value="{}">').format(csrf_token())


def may_open(app: Flask, environ: "WSGIEnvironment") -> bool:
    """Whether the sender of a request may open its view, before its body was received.

    The view is not called, and its answer to a sender who may not is left to the request itself.
    """
    with app.request_context(environ):
        endpoint = request.endpoint
        access = access_of(app, endpoint) if endpoint is not None else None
        try:
            return access is not None and access.lets(_who_asks(environ))
        except VialcheckError:
            return False


def _at_the_door() -> Response | None:
    asked, app = behind(request), behind(current_app)
    endpoint = asked.endpoint
    own_token = endpoint is not None and app.view_functions[endpoint] in _OWN_TOKEN
    behind(g).actor = who = None if own_token else _who_asks(asked.environ)
    if asked.method not in _CHANGES_NOTHING:
        _refuse_other_sites(who)
    if endpoint is None:
        return None  # 404 and 405 are open to everyone
    access = access_of(app, endpoint)
    if access is None or not access.lets(who):
        return _refuse(who)
    if access.strong and not (who and who.strong):
        return _ask_for_proof()
    return None


def _who_asks(environ: "WSGIEnvironment") -> Actor | None:
    """Return the actor of the API key or the session. The key has precedence, and an invalid key is never
    treated as a guest.
    """
    address = environ.get("REMOTE_ADDR") or ""
    kind, _, key = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    if kind.lower() == "bearer":
        return _accounts().keys.actor(key.strip(), address=address)
    token = cookies.read_cookie(COOKIE)
    if not token:
        return None
    device = cookies.read_cookie(cookies.DEVICE)
    return _accounts().sessions.actor(token, address=address, device_token=device)


def _refuse_other_sites(who: Actor | None) -> None:
    if request.environ.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        raise ForbiddenError(ErrorCode.OTHER_SITE)
    # A browser sends JSON to another site only after a CORS preflight, which we never allow.
    if who is None or who.is_program or request.is_json:
        return
    given = request.form.get("csrf", "") or request.headers.get("X-CSRF-Token", "")
    if not is_csrf_token(given):
        raise ForbiddenError(ErrorCode.FORM_EXPIRED)


def _refuse(who: Actor | None) -> Response:
    if who is None and not wants_json():
        tablet = _accounts().devices.find(cookies.read_cookie(cookies.DEVICE)) is not None
        if request.method == "GET":
            way_in = "tablet.people" if tablet else "account.sign_in"
            return redirect(url_for(way_in, next=_this_page()), 303)
        if request.method == "POST" and tablet:
            if request.mimetype == "multipart/form-data":  # a file is not kept
                return redirect(url_for("tablet.people"), 303)
            if is_csrf_token(request.form.get("csrf", "")):
                # The browser sends the form again to the page that asks for the PIN (RFC 9110, 15.4.8).
                return redirect(url_for("tablet.locked", back=_this_page()), 307)
    if who is not None and who.by_pin:
        if request.method == "GET" and not wants_json():
            return redirect(url_for("account.sign_in", next=_this_page()), 303)
        raise ForbiddenError(ErrorCode.PIN_NOT_ENOUGH)
    raise ForbiddenError(ErrorCode.SIGN_IN_NEEDED if who is None else ErrorCode.NOT_ALLOWED)


def _ask_for_proof() -> Response:
    if request.method == "GET" and not wants_json():
        return redirect(url_for("account.prove", next=_this_page()), 303)
    raise ForbiddenError(ErrorCode.SECOND_FACTOR_NEEDED)


def _this_page() -> str:
    """Return path and query of the request, to come back to."""
    return request.full_path if request.query_string else request.path


def _accounts() -> AccountServices:
    return services().accounts

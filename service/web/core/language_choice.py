"""Which language a request is answered in: `?lang=` of a link, then the person's choice, then the browser's.

The choice is a cookie that holds the language and nothing else. Pages of those who manage records are English
whole: half a page in another language would hide which words are exact.
"""

import re
from typing import TYPE_CHECKING

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from service.web.core.cookies import is_https
from service.web.core.flask_proxies import behind
from service.web.core.i18n import (
    available,
    best_language,
    template_words,
    translation,
)
from service.web.core.raw_target import raw_target
from service.web.text.locales import SOURCE_LANGUAGE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

COOKIE = "vialcheck_language"
"""Over https too without the prefix `__Host-`: what another host of the domain could set is a language."""

PARAMETER = "lang"
_PASSWORDS = frozenset({"account", "me", "factors", "invitation", "single_sign_on", "tablet"})
_CONTROLS = dict.fromkeys(set(range(32)) - {9, 10, 13})
# Characters that no page may hold; a form's text has none that were meant.
_KEPT_SECONDS = 365 * 24 * 3600
_IN_COOKIES = re.compile(rf"(?:^|;\s*){COOKIE}=([A-Za-z]{{2,3}}(?:-[A-Za-z]{{2,8}})?)(?=;|\s*$)")
_IN_QUERY = re.compile(rf"(?:^|&){PARAMETER}=([A-Za-z-]{{2,12}})(?=&|$)")


def init_app(app: Flask, english_only: frozenset[str]) -> None:
    """Choose the language before each request, and say every sentence in it.

    `english_only`: the blueprints whose pages are always English.
    """

    @app.before_request
    def choose() -> None:
        asked, held = behind(request), behind(g)
        blueprint = (asked.endpoint or "").partition(".")[0]
        language = SOURCE_LANGUAGE if blueprint in english_only else language_of(asked.environ)
        held.language, held.translation = language, translation(language)
        held.speaks = blueprint not in english_only

    app.after_request(_keep_what_a_link_said)
    app.context_processor(template_words)
    app.jinja_env.globals.update(languages_offered=_offered, this_page=this_page, form_as_typed=form_as_typed)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # Not `g.translation.gettext` itself: `g` differs in each request.
    app.jinja_env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]


def language_of(environ: "WSGIEnvironment") -> str:
    """Return the language to answer a request in, one of `available`."""
    return (
        _known(_IN_QUERY, environ.get("QUERY_STRING"))
        or _known(_IN_COOKIES, environ.get("HTTP_COOKIE"))
        or best_language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
    )


def keep_language(response: Response, language: str) -> None:
    """Set the cookie with the chosen language, for a year."""
    response.set_cookie(
        COOKIE, language, max_age=_KEPT_SECONDS, secure=is_https(), httponly=True, samesite="Lax"
    )


def this_page() -> str:
    """Return path and query of the current page as they were sent, to come back to in another language.

    The answer to a form whose address shows no page leads to the first page.
    """
    asked = behind(request)
    path, _, query = raw_target(asked).partition("?")
    if asked.method not in {"GET", "HEAD"}:
        return path if _shows_a_page(asked.path) else "/"
    kept = [each for each in query.split("&") if each and not each.startswith(f"{PARAMETER}=")]
    return path + ("?" + "&".join(kept) if kept else "")


def form_as_typed() -> tuple[str, list[tuple[str, str]]]:
    """Return where the current request's form was sent and what was typed into it, so that a form with errors
    can be sent once more to be read in another language. Empty for what holds passwords, and without a form.
    """
    asked = behind(request)
    blueprint = (asked.endpoint or "").partition(".")[0]
    if asked.method != "POST" or blueprint in _PASSWORDS:
        return "", []
    path, _, query = raw_target(asked).partition("?")
    kept = [each for each in query.split("&") if each and not each.startswith(f"{PARAMETER}=")]
    try:
        given = list(request.form.items(multi=True))
    except HTTPException:  # too long to be read: there is nothing to keep
        return "", []
    fields = [(name, text.translate(_CONTROLS)) for name, text in given if name != "csrf"]
    return path + ("?" + "&".join(kept) if kept else ""), fields


def _shows_a_page(path: str) -> bool:
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, "GET"))
    except HTTPException:
        return False


def _known(pattern: re.Pattern[str], text: str | None) -> str:
    """Return the language that a header names; empty where it names none that is offered."""
    found = pattern.search(text) if text else None
    return found[1] if found and found[1] in available() else ""


def _keep_what_a_link_said(response: Response) -> Response:
    """A link, or a form, in a language leads on in that language; programs and fetched parts keep nothing."""
    asked = behind(request)
    said = _known(_IN_QUERY, asked.environ.get("QUERY_STRING"))
    shows_page = (
        response.mimetype == "text/html" and asked.method in {"GET", "POST"} and behind(g).get("speaks")
    )
    if said and shows_page and said != _known(_IN_COOKIES, asked.environ.get("HTTP_COOKIE")):
        keep_language(response, said)
    return response


def _offered() -> tuple[str, ...]:
    """The languages that the current page can be read in; empty where it is English only."""
    return available() if behind(g).get("speaks", True) and len(available()) > 1 else ()


def _gettext(text: str) -> str:
    said: str = g.translation.gettext(text)
    return said


def _ngettext(one: str, many: str, count: int) -> str:
    said: str = g.translation.ngettext(one, many, count)
    return said

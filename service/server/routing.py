"""What the front has to know of a request's view before the application runs: its pool, and its body.

Built once from the application's URL map. The pool is looked up for every request, so it goes by the fixed
start of a rule (`/checks/` of `/checks/<scan_id>`); the map itself is asked only for large bodies.
"""

from dataclasses import dataclass

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from service.web.core.access import access_of
from service.web.core.concurrency import Pool, pool_of
from service.web.core.request_uploads import body_limit


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What a view takes: bytes, whether they lie on disk, and whether everybody may send them."""

    most: int
    on_disk: bool
    open_to_everyone: bool


class RequestRouting:
    """Pools and bodies of an application's views."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._adapter = app.url_map.bind("localhost")
        self._whole: dict[tuple[str, str], Pool] = {}
        starts: dict[str, dict[str, Pool]] = {}
        for rule in app.url_map.iter_rules():
            fixed, variable, _ = rule.rule.partition("<")
            pool = pool_of(app, rule.endpoint)
            for method in rule.methods or ():
                if variable:
                    starts.setdefault(method, {}).setdefault(fixed, pool)
                else:
                    self._whole[method, fixed] = pool
        # The longest start first: /labels/01/ before /labels/
        self._starts = {
            method: sorted(known.items(), key=lambda pair: -len(pair[0])) for method, known in starts.items()
        }

    def pool(self, method: str, path: str) -> Pool:
        """The pool that runs the request; `Pool.PAGES` for what has no view."""
        whole = self._whole.get((method, path))
        if whole is not None:
            return whole
        for start, pool in self._starts.get(method, ()):
            if path.startswith(start):
                return pool
        return Pool.PAGES

    def view(self, method: str, path: str) -> str:
        """The name of the view; empty where no view answers the request."""
        try:
            endpoint, _ = self._adapter.match(path, method)
        except (HTTPException, RequestRedirect):
            return ""
        return str(endpoint)

    def body(self, method: str, path: str) -> BodyRule | None:
        """What the view takes; None where no view takes a body here."""
        endpoint = self.view(method, path)
        if not endpoint:
            return None
        with self._app.app_context():
            most, on_disk = body_limit(self._app, endpoint)
        access = access_of(self._app, endpoint)
        return BodyRule(most, on_disk, access is not None and access.everyone)

"""A small clinic's software for tests: one draft order, and what a CDS service says before it is signed.

It asks as such software does, server to server, and shows each card by its indicator.
"""

from typing import Any

import httpx
from flask import Flask, render_template_string, request

from tests.factories.hooks import SERVICE, hook_request, ordered

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sandbox EHR</title>
<h1>Order for room 3</h1>
<form method="post" action="/sign">
<p><label>GTIN <input name="gtin"></label> <label>Lot <input name="lot"></label>
<label>Expiry <input name="expiry"></label></p>
<p><button>Sign the order</button></p></form>
{% for card in cards %}
<section role="{{ 'alert' if card.indicator == 'critical' else 'status' }}">
<h2>{{ card.summary }}</h2><pre>{{ card.detail }}</pre>
<p>Source: {{ card.source.label }}</p>
{% for each in card.suggestions or [] %}<button>{{ each.label }}</button>{% endfor %}
</section>
{% endfor %}
{% if signed %}<p role="status">The order is signed.</p>{% endif %}
"""


def sandbox_ehr(vialcheck: str) -> Flask:
    """The software, which asks the service at the address `vialcheck`."""
    app = Flask("sandbox_ehr")

    @app.get("/")
    def order() -> str:
        return render_template_string(_PAGE, cards=[], signed=False)

    @app.post("/sign")
    def sign() -> str:
        form = request.form
        body = hook_request(ordered("1", form["gtin"], form["lot"], form["expiry"]))
        answer = httpx.post(f"{vialcheck}{SERVICE}", json=body).raise_for_status()
        cards: list[Any] = answer.json()["cards"]
        stopped = any(each["indicator"] == "critical" for each in cards)
        return render_template_string(_PAGE, cards=cards, signed=not stopped)

    return app

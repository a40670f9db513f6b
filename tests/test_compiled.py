"""What applications of a run share is the same for each, and nothing else."""

import pytest
from flask import Flask


def answering(app: Flask, *rules: str) -> Flask:
    for number, rule in enumerate(rules):
        app.add_url_rule(rule, f"view {number}", lambda **given: f"{app.name} {sorted(given.items())}")
    return app


def test_alike_rules_are_shared_and_views_are_not() -> None:
    one, two = answering(Flask("one"), "/a/<int:number>"), answering(Flask("two"), "/a/<int:number>")
    assert one.test_client().get("/a/1").text == "one [('number', 1)]"
    assert two.test_client().get("/a/2").text == "two [('number', 2)]"
    assert one.url_map._matcher is two.url_map._matcher


def test_other_rules_are_not_there() -> None:
    one, two = answering(Flask("one"), "/a", "/b"), answering(Flask("two"), "/a")
    assert one.test_client().get("/b").status_code == 200
    assert two.test_client().get("/b").status_code == 404
    assert two.test_client().post("/a").status_code == 405


def test_methods_tell_rules_apart() -> None:
    for method, status in (("GET", 405), ("POST", 200)):
        app = Flask("one")
        app.add_url_rule("/a", "view", lambda: "", methods=[method])
        assert app.test_client().post("/a").status_code == status


def test_none_is_added_to_what_is_shared() -> None:
    app = answering(Flask("one"), "/a")
    assert app.test_client().get("/a").status_code == 200
    with pytest.raises(RuntimeError, match="no further rules"):
        app.url_map.add(app.url_rule_class("/c", endpoint="c"))

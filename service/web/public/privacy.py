"""What is kept of people, for how long, and how it goes: the page that `storage.retention` obeys."""

from flask import Blueprint, render_template

from service.storage.retention import RULES
from service.web.core.access import open_to_everyone
from service.web.core.i18n import set_language_headers, spoken
from service.web.text.retention_text import duration_words, rule_words

privacy = Blueprint("privacy", __name__)
privacy.after_request(set_language_headers)


@privacy.get("/privacy")
@open_to_everyone
def page() -> str:
    """The page, made from the rules that are carried out."""
    tr = spoken()
    rules = [(*rule_words(rule.code, tr), duration_words(rule.after, tr)) for rule in RULES]
    return render_template("public/privacy.html", rules=rules)

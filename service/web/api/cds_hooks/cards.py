"""Cards of CDS Hooks 2.0: what a clinician reads about a pack that an order names.

A pack that nothing speaks against gets no card: a warning at each order teaches people to close warnings.
"""

import re
from collections.abc import Mapping, Sequence
from gettext import NullTranslations
from typing import Any
from uuid import uuid4

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.web.api.cds_hooks.orders import OrderedPack
from service.web.text import action_title
from service.web.text.formatting import N_

Plain = dict[str, Any]

_SUMMARY = 139
"""Characters of a summary: fewer than 140 (CDS Hooks 2.0, Card attributes)."""

_STOPS = frozenset({Action.REJECT, Action.QUARANTINE})
_MATCHES = frozenset({ReasonCode.UNIT_ON_RECORD, ReasonCode.LOT_ON_RECORD, ReasonCode.PRODUCT_ON_RECORD})
"""Reasons that say how much was found, and nothing against the pack."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_REMOVE = N_("Take this order out of the draft")
_UNREADABLE = N_("The numbers of this pack cannot be read")


def card_of(said: Mapping[str, Any], pack: OrderedPack, source: Plain, tr: NullTranslations) -> Plain | None:
    """The card about an answer; None where nothing speaks against the pack.

    `said`: the JSON of a check; `source`: who says it, as a card has it.
    """
    action, reasons = Action(said["action"]), said["reasons"]
    if action not in _STOPS and action is not Action.UNKNOWN and _only_matches(reasons, action):
        return None
    listed = [each["message"] for each in reasons if Action(each["severity"]).rank >= Action.UNKNOWN.rank]
    system = f"{source['url']}/fhir/CodeSystem/reason"
    topic = {"system": system, "code": reasons[0]["code"]} if reasons else {}
    return _card(
        action_title(action, Asker.CLINIC, tr),
        "critical" if action in _STOPS else "warning" if action is Action.CHECK else "info",
        [said["headline"], *listed, *said["advice"]],
        pack,
        source | ({"topic": topic} if topic else {}),
        _suggestions(pack, tr) if action in _STOPS else [],
    )


def unreadable_card(messages: Sequence[str], pack: OrderedPack, source: Plain, tr: NullTranslations) -> Plain:
    """The card about a pack whose numbers cannot be read; `messages`: what is wrong with them."""
    return _card(tr.gettext(_UNREADABLE), "warning", messages, pack, source, [])


def worst_first(cards: Sequence[Plain]) -> list[Plain]:
    """The cards in the order in which they are to be shown."""
    return sorted(cards, key=lambda each: ("critical", "warning", "info").index(each["indicator"]))


def _card(
    title: str,
    indicator: str,
    sentences: Sequence[str],
    pack: OrderedPack,
    source: Plain,
    suggestions: list[Plain],
) -> Plain:
    named = " ".join(filter(None, (pack.texts.get("gtin", ""), pack.texts.get("lot", ""))))
    summary = f"{title}: {named}" if named else title
    card: Plain = {
        "uuid": str(uuid4()),
        "summary": summary if len(summary) <= _SUMMARY else f"{summary[: _SUMMARY - 1]}…",
        "indicator": indicator,
        "detail": "\n".join(f"- {_as_markdown(each)}" for each in dict.fromkeys(sentences)),
        "source": source,
    }
    if suggestions:
        card |= {"suggestions": suggestions, "selectionBehavior": "any"}
    return card


def _suggestions(pack: OrderedPack, tr: NullTranslations) -> list[Plain]:
    if not pack.order:
        return []
    label = tr.gettext(_REMOVE)
    action = {"type": "delete", "description": label, "resourceId": pack.order}
    return [{"label": label, "uuid": str(uuid4()), "isRecommended": True, "actions": [action]}]


def _only_matches(reasons: Sequence[Mapping[str, str]], action: Action) -> bool:
    return action is Action.ACCEPT or all(ReasonCode(each["code"]) in _MATCHES for each in reasons)


def _as_markdown(text: str) -> str:
    """The text so that Markdown shows it as it is, whatever a lot or a name holds."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))

"""Recalls and holds: preview, issuing, lifting, batch status, releases, extensions of expiry."""

from service.registry.recalls.commands import RecallPreview, issue, lift, preview
from service.registry.recalls.forms import CLASSES, RecallForm, read_recall_form
from service.registry.recalls.queries import IssuedRecall, find, history, lots, products

__all__ = [
    "CLASSES",
    "IssuedRecall",
    "RecallForm",
    "RecallPreview",
    "find",
    "history",
    "issue",
    "lift",
    "lots",
    "preview",
    "products",
    "read_recall_form",
]

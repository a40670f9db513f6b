"""Recalls and holds: what they would touch, issuing and lifting them, and the status that they leave."""

from service.registry.recalls.commands import Preview, issue, lift, preview
from service.registry.recalls.forms import CLASSES, Order, read_order
from service.registry.recalls.queries import Issued, find, history, products, public

__all__ = [
    "CLASSES",
    "Issued",
    "Order",
    "Preview",
    "find",
    "history",
    "issue",
    "lift",
    "preview",
    "products",
    "public",
    "read_order",
]

"""Recalls and holds: what they would touch, issuing and lifting them, and the status that they leave."""

from service.registry.recalls.orders import CLASSES, Order, read_order
from service.registry.recalls.standing import Issued, find, history, products, public
from service.registry.recalls.stopping import Preview, issue, lift, preview

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

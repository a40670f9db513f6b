"""Lots and expiries cut out of recall notices' free text (openFDA's `code_info`, Taiwan's lot texts)."""

from service.registry.alerts.code_info.parser import Cut, CutLot, CutRange, cut

__all__ = ["Cut", "CutLot", "CutRange", "cut"]

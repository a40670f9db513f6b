"""Lots and expiries cut out of the free text of recall notices (openFDA's `code_info`, Taiwan's lot texts)."""

from service.registry.code_info.cutting import Cut, CutLot, CutRange, cut

__all__ = ["Cut", "CutLot", "CutRange", "cut"]

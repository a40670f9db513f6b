"""Parser of lots and expiries in the free text of recall notices (openFDA's `code_info`,
Taiwan's lot texts).
"""

from service.registry.alerts.code_info.parser import Cut, CutLot, CutRange, cut

__all__ = ["Cut", "CutLot", "CutRange", "cut"]

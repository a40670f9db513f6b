"""The use cases of a clinic's stock control, as views call them."""

from dataclasses import dataclass

from service.clinics.stock_control.minimums import StockMinimums
from service.clinics.stock_control.shipments import Shipments
from service.clinics.stock_control.sites import SiteRegister
from service.clinics.stock_control.stocktakes import Stocktakes
from service.storage.database import Database
from service.verification.service import VerificationService


@dataclass(frozen=True, slots=True)
class StockControl:
    """One instance of each."""

    sites: SiteRegister
    minimums: StockMinimums
    stocktakes: Stocktakes
    shipments: Shipments

    @classmethod
    def of(cls, database: Database, verification: VerificationService) -> "StockControl":
        """Return them over one database."""
        return cls(
            SiteRegister(database),
            StockMinimums(database, verification),
            Stocktakes(database, verification),
            Shipments(database, verification),
        )

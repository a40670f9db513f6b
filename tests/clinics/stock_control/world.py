"""A clinic with a further site, and everything of its stock control. SN0001 and SN0009 are in circulation."""

from dataclasses import dataclass

from sqlalchemy import insert

from service.accounts.actors import Actor
from service.authenticity.dispositions import Disposition
from service.clinics.stock_control.service import StockControl
from service.clinics.vial_lifecycle import VialState
from service.storage.database import Database
from service.storage.models import Unit
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import Answer
from tests.factories.clinics import Ward, a_ward, clinic


@dataclass
class Rooms:
    """The ward and what moves its stock. `branch`: the id of the further site."""

    ward: Ward
    control: StockControl
    who: Actor
    branch: int

    @classmethod
    def of(cls, database: Database) -> "Rooms":
        ward = a_ward(database)
        unit = {"product_id": 1, "batch_id": 1, "serial": "SN0009", "disposition": Disposition.ACTIVE}
        with database.transaction() as connection:
            connection.execute(insert(Unit).values(unit))
        control, who = StockControl.of(database, ward.desk), clinic(database, "Clinic A")
        return cls(ward, control, who, control.sites.add(who, "Branch", ward.desk.now()))

    def scanned(self, text: str) -> Answer:
        """What a scan presents; nothing is recorded."""
        return self.ward.desk.preview(Question(scan=text, market="GB"), RequestOrigin(Channel.WEB))

    def count(self, stocktake: int, text: str) -> str:
        answer = self.scanned(text)
        return self.control.stocktakes.count(self.who, stocktake, answer, None, self.ward.desk.now())[0]

    def pack(self, shipment: int, text: str) -> str:
        return self.control.shipments.pack(self.who, shipment, self.scanned(text))

    def state(self, vial: int) -> VialState:
        return self.ward.shelves.vial(self.who, vial)[0].vial.state

    def site(self, vial: int) -> int | None:
        return self.ward.shelves.vial(self.who, vial)[0].vial.site_id

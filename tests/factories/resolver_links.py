"""Links of the small world's product, as its manufacturer may have registered them."""

from typing import Any

from sqlalchemy import insert, update

from service.gs1.identifiers import Lot
from service.storage.database import Database
from service.storage.models import Manufacturer, ResolverLink

HOST = "www.maker.example"
MAKER = f"https://{HOST}"

PIP_EN: dict[str, Any] = {
    "link_type": "pip",
    "href": f"{MAKER}/en",
    "title": "Examplinum",
    "language": "en",
    "media_type": "text/html",
    "is_default": True,
}
PIP_DE: dict[str, Any] = {
    "link_type": "pip",
    "href": f"{MAKER}/de",
    "title": "Examplinum",
    "language": "de",
    "media_type": "text/html",
    "is_default": True,
}
LEAFLET: dict[str, Any] = {"link_type": "epil", "href": f"{MAKER}/leaflet", "title": "Leaflet"}
CERTIFICATE_PDF: dict[str, Any] = {
    "link_type": "certificationInfo",
    "href": f"{MAKER}/gmp.pdf",
    "title": "GMP certificate",
    "language": "en",
    "media_type": "application/pdf",
}
CERTIFICATE_DATA: dict[str, Any] = {
    "link_type": "certificationInfo",
    "href": f"{MAKER}/gmp.jsonld",
    "title": "GMP certificate",
    "language": "en",
    "media_type": "application/ld+json",
}
OF_LOT: dict[str, Any] = {
    "link_type": "certificationInfo",
    "href": f"{MAKER}/coa/A1001",
    "title": "Certificate of analysis",
    "lot": "A1001",
}
IMAGE_ONE: dict[str, Any] = {
    "link_type": "relatedImage",
    "href": f"{MAKER}/1.png",
    "title": "The box",
    "media_type": "image/png",
}
IMAGE_TWO: dict[str, Any] = {
    "link_type": "relatedImage",
    "href": f"{MAKER}/2.png",
    "title": "The vial",
    "media_type": "image/png",
}
FRENCH_MARKET: dict[str, Any] = {
    "link_type": "safetyInfo",
    "href": f"{MAKER}/fr/safety",
    "title": "Sécurité",
    "context": "FR",
}
ALL_MARKETS: dict[str, Any] = {"link_type": "safetyInfo", "href": f"{MAKER}/safety", "title": "Safety"}

ALL: tuple[dict[str, Any], ...] = (
    *(PIP_EN, PIP_DE, LEAFLET, CERTIFICATE_PDF, CERTIFICATE_DATA, OF_LOT),
    *(IMAGE_ONE, IMAGE_TWO, FRENCH_MARKET, ALL_MARKETS),
)  # fmt: skip


def put_links(
    database: Database, *links: dict[str, Any], product: int = 1, hosts: tuple[str, ...] = (HOST,)
) -> None:
    """Register links of a product, and the hosts that they may be on."""
    with database.transaction() as connection:
        connection.execute(update(Manufacturer).where(Manufacturer.id == 1).values(link_hosts=hosts))
        for link in links:
            lot = str(link.get("lot", ""))
            key = Lot.parse(lot).key if lot else ""
            row = {"product_id": product, "lot": lot, "lot_key": key, **link}
            connection.execute(insert(ResolverLink).values(row))

"""One maker's lists, in which lots, names, strengths and packs are easily taken for each other."""

from datetime import UTC, datetime
from pathlib import Path

from service.registry.import_jobs import import_files
from service.storage.audit import AuditActor
from service.storage.database import Database

TOXIN, SMALL, DROPS, IMPORTED, OPEN = (
    "09506000555003",
    "09506000555010",
    "09506000555027",
    "09506000555102",
    "09506000777009",
)
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

PRODUCTS = f"""gtin,name,manufacturer,active_substance,strengths,form,markets,languages,complete,source_gtins
{TOXIN},Limitox 100 units,Border Labs,botulinum toxin type A,100 units,powder for solution for injection,DE FR GB,de en,yes,
{SMALL},Limitox 50 units,Border Labs,botulinum toxin type A,50 units,powder for solution for injection,DE FR GB,de en,yes,
{DROPS},Granovin,Border Labs,filgrastim,300 mcg/mL,solution for injection,DE FR GB,de en,yes,
{IMPORTED},Limitox 100 units,Import AG,botulinum toxin type A,100 units,powder for solution for injection,DE,de,yes,{TOXIN}
{OPEN},Openvox 100 units,Open Labs,botulinum toxin type A,100 units,powder for solution for injection,DE,de,no,
"""
BATCHES = f"""gtin,lot,expiry,status
{TOXIN},143-6,2028-07-31,released
{TOXIN},22-71,2028-07-31,released
{TOXIN},227-1,2027-03-31,released
{TOXIN},RC-551,2028-05-31,recalled
{TOXIN},AB/12-3,2028-07-31,released
{TOXIN},NP5G234,2028-07-31,released
{TOXIN},DT-1,2028-07-05,released
{SMALL},L50A,2028-12-31,released
{DROPS},GR-300,2028-12-31,released
{IMPORTED},IM-9,2028-07-31,released
{OPEN},OP-1,2028-07-31,released
"""
UNITS = f"""gtin,serial,lot
{TOXIN},NS1,143-6
{TOXIN},NS2,22-71
{TOXIN},NS3,AB/12-3
"""
ALERTS = """authority,kind,product,lot,expiry,serial,reported,source_url
Test authority,stolen,Limitox,22-71,,,2026-01-01,https://example.org/1
Test authority,falsified,Limitox,FK-900,05/2028,,2026-01-05,https://example.org/2
Test authority,falsified,Limitox,FK-900,06/2028,,2026-02-05,https://example.org/3
Test authority,falsified,Limitox,FK-900,07/2028,,2026-03-05,https://example.org/4
Test authority,falsified,Limitox,FK-900,,,2026-04-05,https://example.org/5
Test authority,falsified,Limitox 150 units,,,,2026-05-05,https://example.org/6
"""


def fill(database: Database, folder: Path, at: datetime = AT) -> None:
    """Import the lists at a moment."""
    put(database, folder, products=PRODUCTS, batches=BATCHES, units=UNITS, alerts=ALERTS, at=at)


def put(database: Database, folder: Path, *, at: datetime = AT, **lists: str) -> None:
    """Import these lists, in their order; every row has to be taken."""
    files = []
    for number, (name, content) in enumerate(lists.items()):
        files.append(folder / f"{number}-{name}.csv")
        files[-1].write_text(content, encoding="utf-8")
    done = import_files.run(database, files, who=AuditActor("tests"), reason="tests", clock=lambda: at)
    assert [error for file in done.files for error in file.errors] == []

"""What is exported imports into an empty instance as the same records."""

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from service.gs1.identifiers import Expiry
from service.registry.exports.export_files import FORMS, RecordExports
from service.registry.exports.record_lists import ExportKind
from service.registry.import_jobs.import_files import run
from service.registry.recalls import issue, lift, read_recall_form
from service.registry.recalls.expiry_extensions import NewExtension, extend
from service.resources import seed_folder
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.storage.models import Batch, Manufacturer, Organisation, PackMark, Product, Unit
from tests.factories.lists import written
from tests.factories.record_dump import records

A, B = "09506000134352", "09506000110509"
WHO = AuditActor("Ada")

PRODUCTS = (
    "gtin,name,manufacturer,gs1_prefix,catalogue_complete,contact,active_substance,strengths,content,languages,form,"
    "national_numbers,markets,complete,in_use_hours,storage,stability_months,interval_days,source_gtins\n"
    f'{A},"Ondrevaine, ""100"" units",Ostrelind,9506000,yes,qa@example.org,botulinum toxin type A,100 units; 50 units,'
    f"1 ml,de en,powder,PZN:01234562; CIP:3400930000120,AT DE,2026-11-01,24,2-8,36,84,{B}\n"
    f"{B},=cmd|' /C calc'!A0,Ostrelind,,,,,,,,,,,no,,below 25,,,\n"
)
BATCHES = (
    "gtin,lot,expiry,made,released,status,markets,quantity,quality,recall_class,recall_reference,recall_reason\n"
    f"{A},A1,2028-12-31,2026-01-02,2026-02-03,released,DE,12000,assay | HPLC | 99 %; sterility | sterile,,,\n"
    f"{A},a 2,2029-06,,,pending,,,,,,\n"
    f"{A},A3,2027-03-31,,,recalled,,,,II,R-7,Glass\n"
    f"{B},-B1,2027-01-31,,,on_hold,,,,,,\n"
)
UNITS = (
    "gtin,lot,serial,disposition\n"
    + "".join(
        f"{A},A1,{serial},{state}\n"
        for serial, state in (("S1", "active"), ("s1", "dispensed"), ("+7", ""), ("'-1", ""))
    )
    + f"{B},-B1,X9,destroyed\n"
)


def _filled(database: Database, folder: Path) -> None:
    """Products, lots and units, recalls of every scope, one lifted, and an extension."""
    files = [written(folder, each, f"{n}.csv") for n, each in enumerate((PRODUCTS, BATCHES, UNITS))]
    assert run(database, files, who=WHO, reason="r").good
    forms: list[tuple[dict[str, str], bool]] = [
        (
            {"scope": "lot", "lot": "A1", "recall_class": "I", "reference": "R-1", "public_text": "Stop"},
            False,
        ),
        ({"scope": "window", "expiry_from": "2029-01", "expiry_to": "2029-12"}, True),
        ({"scope": "range", "serial_from": "S1", "serial_to": "S9", "recall_class": "III"}, False),
        ({"scope": "list", "serials": "s1 +7", "lot": "A1", "recall_class": "II"}, False),
        ({"scope": "lot", "lot": "A1, A3", "recall_class": "II"}, False),  # one order
        ({"scope": "product"}, True),
    ]
    numbers = [
        issue(database, read_recall_form(form | {"gtin": A, "reason": f"why {n}"}, hold=hold), who=WHO)
        for n, (form, hold) in enumerate(forms)
    ]
    lift(database, numbers[-1], reason="cleared", reference="C-1", who=WHO)
    later = NewExtension(Expiry.parse("2027-09-30"), "CP-7", "stability", WHO, datetime.now(UTC))
    a3 = select(Batch.__table__, Product.gtin).join(Product, Product.id == Batch.product_id)
    with database.transaction() as connection:
        extend(connection, connection.execute(a3.where(Batch.lot == "A3")).one(), later)


@pytest.fixture
def empty(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Database]:
    """Another instance with a database of the same kind."""
    if database_url.startswith("sqlite"):
        path = tmp_path / "empty.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres").create_from(request.getfixturevalue("migrated_postgres"))
    opened = Database(url)
    yield opened
    opened.close()


@pytest.mark.parametrize("form", FORMS)
def test_the_export_imports_into_an_empty_instance_as_the_same_records(
    database: Database, empty: Database, tmp_path: Path, form: str
) -> None:
    _filled(database, tmp_path)
    files = []
    for kind in ExportKind:
        path = tmp_path / f"{kind}.{form}"
        with path.open("wb") as target:
            RecordExports(database).write(kind, form, None, target)
        files += [path] if kind not in (ExportKind.CHECKS, ExportKind.ALERTS, ExportKind.MARKS) else []
    before = records(database)
    outcome = run(empty, files, who=AuditActor("Grace"), reason="moved in")
    assert outcome.good, [(file.path.name, file.error, file.errors) for file in outcome.files]
    assert records(empty) == before
    assert all(before.values())
    again = run(empty, files, who=WHO, reason="again")
    assert again.good
    assert again.changes_nothing


@pytest.mark.parametrize("form", FORMS)
def test_marks_are_exported_as_they_came_but_for_those_withdrawn(
    sqlite_url: str, tmp_path: Path, form: str
) -> None:
    database = Database(sqlite_url)
    seed = seed_folder() / "06-marks.csv"
    assert run(database, [seed], who=WHO, reason="seed").good
    path = tmp_path / f"marks.{form}"
    with path.open("wb") as target:
        RecordExports(database).write(ExportKind.MARKS, form, None, target)
    again = run(database, [path], who=WHO, reason="again")
    assert again.good
    assert [file.unchanged for file in again.files] == [len(seed.read_text("utf-8").splitlines()) - 1]
    with database.transaction() as connection:
        connection.execute(update(PackMark).values(withdrawn=True))
    with path.open("wb") as target:
        RecordExports(database).write(ExportKind.MARKS, form, None, target)
    assert run(database, [path], who=WHO, reason="none").changes_nothing
    database.close()


def test_an_archive_has_all_of_one_organisation_and_nothing_of_another(
    sqlite_url: str, tmp_path: Path
) -> None:
    database = Database(sqlite_url)
    _filled(database, tmp_path)
    now = datetime.now(UTC)
    with database.transaction() as connection:
        for number, name in ((1, "Ostrelind"), (2, "Others")):
            connection.execute(
                insert(Organisation).values(id=number, name=name, kind="manufacturer", created=now)
            )
        connection.execute(update(Manufacturer).values(organisation_id=1))
    for number, units in ((1, 5), (2, 0)):
        target = io.BytesIO()
        RecordExports(database).archive(number, target, day="2026-11-27")
        with zipfile.ZipFile(target) as archive:
            rows = list(csv.reader(io.StringIO(archive.read("units.csv").decode("utf-8-sig"))))
            assert len(rows) - 1 == units
            assert {f"{kind}.csv" for kind in ExportKind} < set(archive.namelist())
    with database.reading() as connection:
        assert len(connection.scalars(select(Unit.serial)).all()) == 5
    database.close()


def test_a_cell_that_would_run_as_a_formula_has_an_apostrophe_in_front(
    sqlite_url: str, tmp_path: Path
) -> None:
    database = Database(sqlite_url)
    _filled(database, tmp_path)
    target = io.BytesIO()
    RecordExports(database).write(ExportKind.PRODUCTS, "csv", None, target)
    assert ",'=cmd|" in target.getvalue().decode("utf-8-sig")
    database.close()

"""What holds for any list: twice is once, order is nothing, and a refused row leaves no trace."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.registry.lists.columns import REASON_COLUMN
from service.storage.database import Database
from tests.factories.lists import BATCHES, GTIN, OTHER, PRODUCTS, as_csv, prepared, put_in, table, written

pytestmark = pytest.mark.slow

UNIT_HEADER = ("gtin", "lot", "serial", "expiry", "disposition")
BATCH_HEADER = ("gtin", "lot", "expiry", "status", "quantity")

units = st.fixed_dictionaries(
    {
        "gtin": st.sampled_from([GTIN, OTHER, GTIN[1:], "09506000134353"]),
        "lot": st.sampled_from(["A1", "a 1", "B2", "NONE"]),
        "serial": st.sampled_from(["S1", "s1", "S2", "S3", "S4", "no serial", "", "=S"]),
        "expiry": st.sampled_from(["", "", "12/2028", "2028-06-30", "31.02.2028"]),
        "disposition": st.sampled_from(["", "", "active", "dispensed"]),
    }
)
batches = st.fixed_dictionaries(
    {
        "gtin": st.sampled_from([GTIN, OTHER]),
        "lot": st.sampled_from(["A1", "a-1", "B2", "C3", "C4"]),
        "expiry": st.sampled_from(["12/2028", "2028-12-31", "2028-06-30", "2027-01-31", "45292"]),
        "status": st.sampled_from(["", "released", "on hold", "recalled"]),
        "quantity": st.sampled_from(["", "5", "6"]),
    }
)


@contextmanager
def world(migrated: Path) -> Iterator[tuple[Database, Path]]:
    """A database with products and batches on record, and a folder for lists."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(migrated, folder / "test.db")
        database = Database(f"sqlite:///{folder / 'test.db'}")
        put_in(database, written(folder, PRODUCTS, "p.csv"), written(folder, BATCHES, "b.csv"))
        yield database, folder
        database.close()


def state(database: Database) -> list[list[tuple[str, ...]]]:
    """What is on record, without numbers given out on the way."""
    batch = "gtin, lot_key, expiry, expiry_month_only, status, quantity"
    rows = [
        table(database, "batch JOIN product ON product.id = product_id", batch),
        table(
            database,
            "unit JOIN product ON product.id = unit.product_id JOIN batch ON batch.id = batch_id",
            "gtin, lot_key, serial, disposition",
        ),
        table(database, "product", "gtin, name"),
        table(database, "alert", "fingerprint, product_id IS NULL AS alone"),
    ]
    return [sorted(tuple(map(str, row.values())) for row in each) for each in rows]


def everything(database: Database) -> list[list[tuple[str, ...]]]:
    """The record, its audit and its imports, to the last number."""
    names = ("manufacturer", "product", "batch", "unit", "alert", "import", "audit_entry")
    return [[tuple(map(str, row.values())) for row in table(database, name)] for name in names]


@settings(max_examples=30, deadline=None)
@given(st.lists(units, max_size=12), st.lists(batches, max_size=6))
def test_twice_is_once(
    migrated_sqlite: Path, unit_rows: list[dict[str, str]], batch_rows: list[dict[str, str]]
) -> None:
    with world(migrated_sqlite) as (database, folder):
        files = [
            written(folder, as_csv(UNIT_HEADER, unit_rows), "units.csv"),
            written(folder, as_csv(BATCH_HEADER, batch_rows), "batches.csv"),
        ]
        once = put_in(database, *files, keep_good=True)
        before = everything(database)
        again = put_in(database, *files, keep_good=True)
        assert again.changes_nothing
        assert everything(database) == before
        for first, second in zip(once.files, again.files, strict=True):
            assert first.new + first.changed + first.unchanged == second.unchanged
            assert first.refused == second.refused


@settings(max_examples=30, deadline=None)
@given(st.lists(units, max_size=10).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_rows_is_nothing(
    migrated_sqlite: Path, both: tuple[list[dict[str, str]], list[dict[str, str]]]
) -> None:
    states = []
    for rows in both:
        with world(migrated_sqlite) as (database, folder):
            put_in(database, written(folder, as_csv(UNIT_HEADER, rows)), keep_good=True)
            states.append(state(database))
    assert states[0] == states[1]


@settings(max_examples=30, deadline=None)
@given(st.lists(units, max_size=8), st.lists(batches, max_size=5))
def test_a_refused_row_leaves_no_trace(
    migrated_sqlite: Path, unit_rows: list[dict[str, str]], batch_rows: list[dict[str, str]]
) -> None:
    """All or nothing; and what is kept of a list is what the list would be without its refused rows."""
    with world(migrated_sqlite) as (database, folder):
        before = everything(database)
        for header, rows in ((BATCH_HEADER, batch_rows), (UNIT_HEADER, unit_rows)):
            outcome = put_in(database, written(folder, as_csv(header, rows)))
            assert outcome.committed is outcome.good
            if not outcome.good:
                assert everything(database) == before
            before = everything(database)


@settings(max_examples=30, deadline=None)
@given(st.lists(units, max_size=8))
def test_good_rows_alone_make_the_same_record(migrated_sqlite: Path, rows: list[dict[str, str]]) -> None:
    with world(migrated_sqlite) as (database, folder):
        (file,) = put_in(database, written(folder, as_csv(UNIT_HEADER, rows)), keep_good=True).files
        kept = state(database)
        refused = []
        if file.refused_file is not None:
            reader = csv.DictReader(io.StringIO(file.refused_file.read_text(), newline=""))
            refused = [{name: row[name].removeprefix("'") for name in UNIT_HEADER} for row in reader]
            assert REASON_COLUMN in (reader.fieldnames or ())
    good = [row for row in rows if row not in refused]
    with world(migrated_sqlite) as (database, folder):
        assert put_in(database, written(folder, as_csv(UNIT_HEADER, good))).good
        assert state(database) == kept


def test_the_order_of_files_is_nothing(migrated_sqlite: Path) -> None:
    unit_rows = [{"gtin": GTIN, "lot": "C3", "serial": "S1", "expiry": "", "disposition": ""}]
    texts = {
        "products": PRODUCTS,
        "batches": f"gtin,lot,expiry\n{GTIN},C3,2028-12-31\n",
        "units": as_csv(UNIT_HEADER, unit_rows),
        "alerts": f"authority,kind,gtin,lot\nFDA,falsified,{GTIN},C3\n",
    }
    states = []
    for order in permutations(texts):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(migrated_sqlite, folder / "test.db")
            database = Database(f"sqlite:///{folder / 'test.db'}")
            assert put_in(database, *[written(folder, texts[each], each) for each in order]).committed
            states.append(state(database))
            database.close()
    assert all(each == states[0] for each in states)


COLUMNS = {
    "products": "gtin name manufacturer gs1_prefix contact strengths national_numbers markets complete",
    "batches": "gtin lot expiry made released status markets quantity quality recall_class recall_reason",
    "units": "gtin lot serial expiry disposition",
    "alerts": "authority kind product gtin lot expiry serial serial_prefix lot_issued reported source_url detail",
}
cells = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=30),
    st.sampled_from(
        [GTIN, "A1", "B2", "S1", "12/2028", "recalled", "yes", "9506", "PZN:1", "TR", "a|b;c|d", "7"]
    ),
    st.sampled_from(["Ostrelind", "x" * 300, "https://example.org", "10/2024-12/2024", "falsified", "1E+33"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_text_is_taken_or_refused_and_never_an_error(
    database: Database, tmp_path: Path, data: st.DataObject
) -> None:
    """Also what the database itself would choke on; all on one database, which a dry run leaves as it was."""
    prepared(database, tmp_path)
    names = COLUMNS[data.draw(st.sampled_from(sorted(COLUMNS)))].split()
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, cells)), min_size=1, max_size=5))
    before = everything(database)
    content = as_csv(names, rows)
    (file,) = put_in(database, written(tmp_path, content), dry_run=True, keep_good=True).files
    if file.error is None:
        filled = sum(any(cell.strip() for cell in row.values()) for row in rows)
        rows_of_the_list = file.new + file.changed + file.unchanged + file.refused
        assert rows_of_the_list + len(file.notes.no_rows) == filled
    assert everything(database) == before

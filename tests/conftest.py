"""Fixtures of all tests: real databases of both kinds, the shared corpora, the application; and the markers."""

import asyncio
import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings

from service.accounts.credentials import passwords
from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.core.services import services_of
from tests import figures, memory
from tests.compiled import compiled_once
from tests.filled_databases import Fill, FilledDatabases
from tests.postgres import Postgres

# The budgets are switched on by the tests of them; everything else asks as often as it likes.
os.environ.setdefault("VIALCHECK_RATE_LIMIT", "off")

# What a test does not place itself is kept away from the records of this checkout.
if "VIALCHECK_DATA" not in os.environ:
    os.environ["VIALCHECK_DATA"] = tempfile.mkdtemp(prefix="vialcheck-tests-")
    atexit.register(shutil.rmtree, os.environ["VIALCHECK_DATA"], ignore_errors=True)

# Files of tests lie in memory; those of a test that passed are removed after it (pyproject.toml).
if "PYTEST_DEBUG_TEMPROOT" not in os.environ and (room := memory.folder()):
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(room)

# No test asserts a time: a law holds on a machine that is busy with other things too.
settings.register_profile("vialcheck", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fuzz", settings.get_profile("vialcheck"), max_examples=1000)
# Mutants are many: each is asked the same few examples, so that what kills one today kills it tomorrow.
settings.register_profile(
    "mutants", settings.get_profile("vialcheck"), max_examples=50, derandomize=True, database=None
)
settings.load_profile("vialcheck")

CORPORA = Path(
    os.environ.get("VIALCHECK_CORPORA") or Path(__file__).resolve().parents[1].parent / "shared" / "corpora"
)


BROWSER_TESTS = Path(__file__).parent / "browser"
POSTGRES_FIXTURES = {"postgres", "migrated_postgres"}
ASKED_FOR = ("chaos", "conformance", "fuzz")
"""Markers of suites that take minutes: they run only where `-m` names them."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser (by folder) and what needs PostgreSQL (by fixture, or a fixture's parameter).

    Leaves out the long suites that the run did not ask for.
    """
    for item in items:
        if item.path.is_relative_to(BROWSER_TESTS):
            item.add_marker(pytest.mark.browser)
        callspec = getattr(item, "callspec", None)  # of a parametrised test alone
        parameters = callspec.params.values() if callspec else ()
        if "postgresql" in parameters or not POSTGRES_FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.postgres)
    unasked = [name for name in ASKED_FOR if name not in config.option.markexpr]
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in unasked)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(optionalhook=True)  # pytest-xdist's
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many processes run tests: one for each core; half as many more where they wait for others.

    No process of a test of a browser, or of a service that is started, had work in a quarter of its time.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores if "not browser" in config.option.markexpr else cores + (cores + 1) // 2


def pytest_configure() -> None:
    """Look for no garbage while 12,000 tests are collected, which stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for it again, and never among what was collected."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests measured."""
    figures.show(terminalreporter)


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> figures.Say:
    """Takes figures that a person wants to see at the end of the run."""
    return figures.sayer(record_property)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real data beside the repository; its tests skip where it is absent, except in CI."""
    if not CORPORA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI has the shared corpora, and they are not at {CORPORA}")
        pytest.skip(f"no shared corpora at {CORPORA}")
    return CORPORA


@pytest.fixture(scope="session")
def shared_cases() -> Path:
    """The folder of questions as people put them, beside the corpora; skips and fails as `corpora` does."""
    folder = CORPORA.parent / "cases"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"CI has the shared cases, and they are not at {folder}")
        pytest.skip(f"no shared cases at {folder}")
    return folder


@pytest.fixture(autouse=True)
def without_the_loop_of_a_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Lets a test run loops of its own: the browser of this process leaves its loop running between its tests."""
    if request.node.get_closest_marker("browser"):
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture(scope="session", autouse=True)
def compiled_for_all_tests() -> Iterator[None]:
    """Templates, rules of addresses and SQL are compiled once in a run."""
    with compiled_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[PasswordHasher]:
    """Argon2id with the least work while tests run; gives the hasher as it is shipped."""
    with pytest.MonkeyPatch.context() as patch:
        shipped = passwords._HASHER
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield shipped


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file to copy from: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.close()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The name of an empty, migrated PostgreSQL database to copy from."""
    database = Database(postgres.create("template_vialcheck"))
    database.migrate()
    database.close()
    return "template_vialcheck"


@pytest.fixture(scope="session")
def filled_databases(tmp_path_factory: pytest.TempPathFactory) -> FilledDatabases:
    """Databases with the records that the marker `filled_by` names."""
    return FilledDatabases(tmp_path_factory.mktemp("filled"))


def _fill_of(request: pytest.FixtureRequest) -> Fill | None:
    marker = request.node.get_closest_marker("filled_by")
    return marker.args[0] if marker else None


@pytest.fixture
def sqlite_url(
    request: pytest.FixtureRequest, migrated_sqlite: Path, filled_databases: FilledDatabases, tmp_path: Path
) -> str:
    """An SQLite file of its own for each test: empty and migrated, or with the records of `filled_by`."""
    fill = _fill_of(request)
    path = tmp_path / "vialcheck.db"
    shutil.copy(filled_databases.sqlite(migrated_sqlite, fill) if fill else migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own for each test, once of each kind: empty, or with the records of `filled_by`."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    template: str = request.getfixturevalue("migrated_postgres")
    server: Postgres = request.getfixturevalue("postgres")
    fill = _fill_of(request)
    if fill:
        filled: FilledDatabases = request.getfixturevalue("filled_databases")
        template = filled.postgres(server, template, fill)
    url = server.create_from(template)
    yield url
    server.drop(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The whole application on an empty database."""
    application = create_app(Settings(database_url=database_url))
    application.testing = True
    yield application
    services_of(application).close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()

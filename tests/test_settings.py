"""Settings: a name that is spelt wrong is named, and not left out in silence."""

import logging
from pathlib import Path

import pytest

from service import resources
from service.errors import RefusedError
from service.settings import Settings, load, misspelt


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _ in misspelt():
        monkeypatch.delenv(name)
    monkeypatch.delenv("VIALCHECK_DATA")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("VIALCHECK_PROXYS", "VIALCHECK_PROXIES"),
        ("VIALCHECK_DATABASE", "VIALCHECK_DATABASE_URL"),
        ("vialcheck_databaseurl", "VIALCHECK_DATABASE_URL"),
        ("VIALCHECK_XYZZY", ""),  # nothing is near
    ],
)
def test_a_name_that_is_no_setting_is_named(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(name, "1")
    assert misspelt() == [(name, meant)]
    with caplog.at_level(logging.WARNING):
        load()
    assert name in caplog.text
    assert meant in caplog.text


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_name_that_is_one_is_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"VIALCHECK_{name.upper()}", "1")
    monkeypatch.setenv(f"vialcheck_{name}", "1")
    assert misspelt() == []


@pytest.mark.parametrize("kinds", ["clinic", "everybody", "manufacturer;regulator"])
def test_who_may_invite_clinics_is_read_strictly(kinds: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIALCHECK_CLINIC_INVITERS", kinds)
    with pytest.raises(RefusedError, match="CLINIC_INVITERS"):
        load()


def started_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    return load()


def test_the_records_are_in_one_place_wherever_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a checkout beside the code; else in the platform's folder."""
    here, there = (started_in(tmp_path / name, monkeypatch) for name in ("one", "two"))
    assert here == there
    assert here.data == Path(__file__).parents[1] / "data"
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "site-packages" / "service")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    here, there = (started_in(tmp_path / name, monkeypatch) for name in ("one", "two"))
    assert here == there
    assert here.data == tmp_path / "share" / "vialcheck"
    assert here.database_url == f"sqlite:///{here.data}/vialcheck.db"
    assert here.files == here.data / "files"
    assert here.secret_file == here.data / "vialcheck.key"


def test_what_a_container_sets_to_nothing_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIALCHECK_DATA", str(tmp_path))
    monkeypatch.setenv("VIALCHECK_DATABASE_URL", "")
    monkeypatch.setenv("VIALCHECK_FILES", "")
    assert load().database_url == f"sqlite:///{tmp_path}/vialcheck.db"
    assert load().files == tmp_path / "files"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("", "vialcheck.db"),  # records of a version whose default was data/ in the folder of the start
        ("postgresql://a@b/c", "vialcheck.key"),  # likewise the key; a new one would open no secret
        ("sqlite:///nowhere/vialcheck.db", ""),  # whichever folder it is started in
    ],
)
def test_no_empty_database_and_no_new_key_takes_the_place_of_one_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, kept: str
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "site-packages" / "service")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    if url:
        monkeypatch.setenv("VIALCHECK_DATABASE_URL", url)
    if kept:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / kept).write_text("x")
    with pytest.raises(RefusedError, match="VIALCHECK_DAT"):
        load()
    assert list(tmp_path.rglob("*.db")) == [tmp_path / "data" / kept for _ in "x" if kept == "vialcheck.db"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "SMTP_URL", "OIDC_CLIENT_SECRET"])
def test_a_secret_may_be_in_a_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As container engines hand them over; its name is a setting, and it is never shown."""
    monkeypatch.delenv("VIALCHECK_DATABASE_URL", raising=False)
    secret = (
        "postgresql://a:hidden@b/c"
        if name == "DATABASE_URL"
        else "smtp://a:hidden@b"
        if name == "SMTP_URL"
        else "hidden" * 8
    )
    file = tmp_path / "secret"
    file.write_text(f"{secret}\n")
    monkeypatch.setenv(f"VIALCHECK_{name}_FILE", str(file))
    assert misspelt() == []
    assert getattr(load(), name.lower()) == secret
    assert "hidden" not in str(list(load().described()))
    monkeypatch.setenv(f"VIALCHECK_{name}", secret)
    with pytest.raises(RefusedError, match="beside it"):
        load()
    monkeypatch.delenv(f"VIALCHECK_{name}")
    file.unlink()
    with pytest.raises(RefusedError, match=f"{name}_FILE"):
        load()

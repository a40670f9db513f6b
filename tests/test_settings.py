"""Settings: a name that is spelt wrong is named, and not left out in silence."""

import logging

import pytest

from service.errors import RefusedError
from service.settings import Settings, load, misspelt


@pytest.fixture(autouse=True)
def _no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, _ in misspelt():
        monkeypatch.delenv(name)


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

"""The files that are not code are found, in a checkout and in a wheel."""

from pathlib import Path

import pytest

from service import resources

CHECKOUT = Path(__file__).resolve().parents[1]


def test_in_a_checkout_they_lie_at_its_top() -> None:
    assert resources.templates_folder() == CHECKOUT / "templates"
    assert resources.seed_folder() == CHECKOUT / "seed"


def test_in_a_wheel_they_lie_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "service"
    (package / "templates").mkdir(parents=True)
    (package / "seed").mkdir()
    (tmp_path / "templates").mkdir()  # a folder of the same name beside the package is somebody else's
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.templates_folder() == package / "templates"
    assert resources.seed_folder() == package / "seed"

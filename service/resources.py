"""Paths of files that are not code: templates and seed.

In a wheel they are inside the package (`service/templates`, `service/seed`; see force-include in
pyproject.toml). In a checkout they are at its top, where people look for them.
"""

from pathlib import Path

from platformdirs import user_data_path

_PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """Return the folder of the Jinja templates."""
    return _folder("templates")


def seed_folder() -> Path:
    """Return the folder of the import files that an empty database is filled with."""
    return _folder("seed")


def data_folder() -> Path:
    """Return the folder of the records where none is set: beside the code in a checkout, else the platform's
    for this user. It does not depend on the folder that a command is started in.
    """
    if (_PACKAGE.parent / "pyproject.toml").is_file():
        return _PACKAGE.parent / "data"
    return Path(user_data_path("vialcheck", appauthor=False))


def _folder(name: str) -> Path:
    """Return the packaged folder where there is one, else the checkout's."""
    packaged = _PACKAGE / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name

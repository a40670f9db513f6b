"""The pinned description of the JSON interface. `python -m tests.web.api.contract` writes it anew."""

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask

from service.app import create_app
from service.settings import Settings
from service.storage.database import Database
from service.web.api.operations import describe
from service.web.core.services import services_of

ROOT = Path(__file__).parents[3]
PINNED, CHANGELOG = ROOT / "docs" / "api" / "openapi.json", ROOT / "CHANGELOG.md"


def application() -> Flask:
    """The application with all its routes."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/vialcheck.db"
        database = Database(url)
        database.migrate()
        database.close()
        app = create_app(Settings(database_url=url, rate_limit="off"))
        services_of(app).close()
        return app


def without_version(description: dict[str, Any]) -> dict[str, Any]:
    """The description without the release's number, as JSON reads it back."""
    plain: dict[str, Any] = json.loads(json.dumps(description))
    del plain["info"]["version"]
    return plain


def pinned(description: dict[str, Any]) -> str:
    """How it is written into the file."""
    return json.dumps(description, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def fingerprint(path: Path) -> str:
    """Eight characters that stand for the file's contents."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


if __name__ == "__main__":
    PINNED.parent.mkdir(parents=True, exist_ok=True)
    PINNED.write_text(pinned(without_version(describe(application()))), encoding="utf-8")
    print(f"CHANGELOG.md has to name: openapi {fingerprint(PINNED)}")

"""The JSON interface is a promise: `docs/api/openapi.json` is it, and CHANGELOG.md names what changes in it.

To change the interface: change the code, run `python -m tests.web.api.contract`, which writes the file anew,
and say in CHANGELOG.md what is different, with the new fingerprint of the file.
"""

import json
from pathlib import Path

from service.web.api.operations import describe
from tests.web.api.contract import CHANGELOG, PINNED, application, fingerprint, pinned, without_version


def test_the_interface_is_the_pinned_one() -> None:
    """Run `python -m tests.web.api.contract` where the change is meant."""
    assert without_version(describe(application())) == json.loads(PINNED.read_text())


def test_the_changelog_names_the_pinned_interface() -> None:
    assert f"openapi {fingerprint(PINNED)}" in CHANGELOG.read_text(), (
        "CHANGELOG.md has to say what changed in the interface, with this fingerprint: "
        f"openapi {fingerprint(PINNED)}"
    )


def test_a_change_is_noticed(tmp_path: Path) -> None:
    """The negative control: one more status is another interface."""
    changed = json.loads(PINNED.read_text())
    changed["paths"]["/api/v1/verifications"]["post"]["responses"]["299"] = {"description": "another"}
    other = tmp_path / "openapi.json"
    other.write_text(pinned(changed))
    assert fingerprint(other) != fingerprint(PINNED)
    assert without_version(describe(application())) != changed

"""docs/verdicts.md is the specification: each reason has its section, and each example does what it says."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.authenticity.evidence import Asker
from service.authenticity.reasons import Action, ReasonCode
from service.cli.verify import verify
from service.registry.import_jobs import import_files
from service.storage.audit import AuditActor
from service.storage.database import Database
from service.verification.question import Channel, Question, RequestOrigin
from service.verification.service import VerificationService
from service.web.core.i18n import translation
from service.web.text import headline, verdict_title
from tests.docs.pages import ROOT, Page

PAGE = ROOT / "docs" / "verdicts.md"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""The demonstration records are true then (seed/README.md)."""

SECTIONS: dict[str, str] = dict(
    re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", Page.of(PAGE).whole, re.MULTILINE | re.DOTALL)
)
EXAMPLES = [
    (code, line.strip())
    for code, body in SECTIONS.items()
    for line in body.splitlines()
    if line.startswith("    vialcheck verify ")
]


def test_each_reason_has_its_section_and_each_section_a_reason() -> None:
    assert set(SECTIONS) == set(map(str, ReasonCode))


@pytest.mark.parametrize("code", ReasonCode)
def test_a_section_says_when_which_action_and_by_which_rule(code: ReasonCode) -> None:
    body = SECTIONS[code]
    assert actions_of(body), code
    for title in ("Action", "When", "Rule"):
        assert re.search(rf"^\*\*{title}:\*\* \S", body, re.MULTILINE), (code, title)
    assert "vialcheck verify" in body or "Example:" in body, code


def actions_of(body: str) -> set[str]:
    """The actions that a section names in its first line."""
    line = re.search(r"^\*\*Action:\*\* (.*)$", body, re.MULTILINE)
    return set(re.findall(r"\w+", line[1])) & set(map(str, Action)) if line else set()


@pytest.fixture(scope="module")
def service(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VerificationService]:
    """The demonstration records."""
    path = tmp_path_factory.mktemp("docs") / "seed.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    database = Database(f"sqlite:///{path}")
    lists = sorted((ROOT / "seed").glob("*.csv"))
    assert import_files.run(database, lists, who=AuditActor("tests"), reason="the demonstration records").good
    made = VerificationService(database, read_clock=lambda: NOW)
    yield made
    made.close()
    database.close()


@pytest.mark.parametrize(("code", "command"), EXAMPLES)
def test_an_example_gives_its_reason(service: VerificationService, code: str, command: str) -> None:
    """The command is read by the command itself; its answer has the reason, with an action of the section."""
    fields = verify.make_context("verify", shlex.split(command)[2:]).params
    asker = Asker.CLINIC if fields.pop("clinic") else Asker.PATIENT
    for name in ("record", "as_json"):
        fields.pop(name)
    verdict = service.preview(Question(**fields, asker=asker), RequestOrigin(Channel.CLI)).verdict
    found = {str(each.severity) for each in verdict.reasons if each.code == code}
    assert found, [str(each.code) for each in verdict.reasons]
    assert found <= actions_of(SECTIONS[code])


def test_the_example_of_the_readme_is_what_a_terminal_prints(service: VerificationService) -> None:
    """Its first two lines: the title, and the reason."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(
        r"^    \$ vialcheck verify \"(.+)\" --market (\w\w)\n((?:    .*\n)+)", readme, re.MULTILINE
    )
    assert found is not None
    question = Question(scan=found[1], market=found[2])
    verdict = service.preview(question, RequestOrigin(Channel.CLI)).verdict
    said = (
        verdict_title(verdict, Asker.PATIENT, translation()),
        headline(verdict, Asker.PATIENT, translation()),
    )
    assert " ".join(found[3].split()) == " ".join(said)

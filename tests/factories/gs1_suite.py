"""GS1's resolver test suite, as GS1 publishes it: fetched when it is run, and never kept in this repository.

`CONFORMANCE` names a folder with Git repositories that were brought before, called as on GitHub, and
`description-file-schema.json`; without it they are cloned.
"""

import json
import os
import shutil
import subprocess
import tarfile
import urllib.request
from pathlib import Path

import pytest

SUITE = "gs1/GS1DL-resolver-testsuite"
_LINKSET, _VOCABULARY = "gs1/linkset", "gs1/WebVoc"
_SCHEMA = "https://ref.gs1.org/standards/resolver/1.2.0/description-file-schema"
_AJV = "ajv-dist@8.17.1"


def needs(program: str) -> str:
    """The program's path; skips without it."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"GS1's resolver suite needs {program}, which is not installed here")
    return path


class Gs1Suite:
    """The files of the suite and of what it refers to, below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, repository: str, name: str) -> bytes:
        """One file of a repository's newest commit; skips where it cannot be fetched."""
        own = self._repository(repository)
        return subprocess.run(
            [needs("git"), "-C", str(own), "show", f"HEAD:{name}"], check=True, capture_output=True
        ).stdout

    def _repository(self, name: str) -> Path:
        brought = os.environ.get("CONFORMANCE")
        if brought:
            return Path(brought) / name.partition("/")[2]
        own = self.folder / name.partition("/")[2]
        if not own.exists():
            address = f"https://github.com/{name}"
            clone = [needs("git"), "clone", "--quiet", "--bare", "--depth", "1", address, str(own)]
            done = subprocess.run(clone, check=False, env=os.environ | {"GIT_TERMINAL_PROMPT": "0"})
            if done.returncode:
                pytest.skip(f"{address} cannot be fetched here, and CONFORMANCE names no folder that has it")
        return own

    def ajv(self) -> bytes:
        """The schema validator that the suite's page loads."""
        packed = subprocess.run(
            [needs("npm"), "pack", "--silent", _AJV],
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
        )
        if packed.returncode:
            pytest.skip(f"npm cannot fetch {_AJV} here")
        with tarfile.open(self.folder / packed.stdout.strip()) as package:
            found = package.extractfile("package/dist/ajv7.min.js")
            assert found
            return found.read()

    def linkset_schema(self) -> bytes:
        """GS1's JSON schema of linksets."""
        return self.file(_LINKSET, "gs1-linkset-schema.json")

    def description_schema(self) -> bytes:
        """GS1's JSON schema of resolver description files."""
        brought = os.environ.get("CONFORMANCE")
        if brought:
            return (Path(brought) / "description-file-schema.json").read_bytes()
        try:
            with urllib.request.urlopen(_SCHEMA, timeout=30) as answer:
                content: bytes = answer.read()
        except OSError:
            pytest.skip(f"{_SCHEMA} cannot be fetched here")
        return content

    def link_types(self) -> bytes:
        """The ratified link types, by their names, from the vocabulary."""
        graph = json.loads(self.file(_VOCABULARY, "v1.16/gs1Voc.jsonld").decode("utf-8-sig"))["@graph"]
        return json.dumps(
            {each["@id"].partition(":")[2]: {} for each in graph if _is_link_type(each)}
        ).encode()


def _is_link_type(term: dict[str, object]) -> bool:
    above = term.get("rdfs:subPropertyOf", [])
    several = above if isinstance(above, list) else [above]
    return any(isinstance(each, dict) and each.get("@id") == "gs1:linkType" for each in several)

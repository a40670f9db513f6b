"""Brings what the tests need beside Python's packages, a Chromium and strace: `python tests/get_tools.py`.

Chromium's headless shell takes two thirds of the time of the whole browser, which opens a window for each person; the
whole one alone asks whether a page may use the camera. Where Debian's packages can be installed both are; else a
Chromium on the path is used, or Playwright's own download.
Says in one line what it did; exit status 1 when no way led to a browser. Without strace (which is Linux's) the tests
that look at the order of system calls are skipped, and fail in CI.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def on_path(*names: str) -> str | None:
    """The first of the programs that is on the path, or None."""
    return next(filter(None, map(shutil.which, names)), None)


def from_playwright() -> str | None:
    """The Chromium that Playwright downloaded before, or None."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 (slow, and seldom needed)

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def find(*, whole: bool = False) -> str | None:
    """A Chromium to drive, or None; `whole`: not its shell."""
    return on_path(*(WHOLE if whole else (SHELL, *WHOLE))) or from_playwright()


def ways() -> list[list[str]]:
    """The commands that may bring a browser here, one way after the other."""
    playwright = [sys.executable, "-m", "playwright", "install", "chromium"]
    return [*([apt(f"{SHELL} {WHOLE[0]}")] if may_install() else []), *([] if find() else [playwright])]


def may_install() -> bool:
    """Whether Debian's packages can be installed here."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt(package: str) -> list[str]:
    """The command that installs one of Debian's packages."""
    return ["sh", "-c", f"apt-get update -qq && apt-get install -y -qq {package}"]


def main() -> int:
    """Find a browser or fetch one; and strace, where that is easy."""
    if shutil.which("strace") is None and may_install():
        print("No strace for the tests of what is on disk yet; installing it", flush=True)
        subprocess.run(apt("strace"), check=False, stdin=subprocess.DEVNULL)
    if shutil.which(SHELL) and find(whole=True):
        return 0
    for command in ways():
        print(f"Not all of Chromium for the browser tests yet; trying: {' '.join(command)}", flush=True)
        done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
        if done.returncode == 0 and (path := find()):
            print(f"Chromium: {path}")
            return 0
    if find():
        return 0
    print("No Chromium could be had. Install one so that it is on the path, then try again.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())

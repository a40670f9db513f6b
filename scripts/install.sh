#!/bin/sh
# Makes .venv and installs one lock into it, then this project: scripts/install.sh run|dev
# PYTHON=... chooses the interpreter. Everything that is installed is pinned and hashed.
set -eu
cd "$(dirname "$0")/.."

lock=requirements/$1.txt
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

stop() {
    printf '%s\n' "vialcheck: $*" >&2
    exit 1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        "$PYTHON" -c "$new_enough" 2>/dev/null || stop "PYTHON=$PYTHON is not a Python 3.11 or newer."
        printf '%s' "$PYTHON"
        return
    fi
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        # a name on the path may be a shim without a Python behind it: run it, do not only look for it
        if "$candidate" -c "$new_enough" 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    found=$(python3 --version 2>&1) || found="none"
    stop "Python 3.11 or newer is needed (found: $found). Install one, or name it: make run PYTHON=/path/to/python3"
}

if ! .venv/bin/python -c "$new_enough; import pip" 2>/dev/null; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        stop "$python has no venv module (Debian and Ubuntu: apt install python3-venv). Install it and try again."
    printf '%s\n' "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv || stop "the virtual environment .venv could not be made; see above."
fi

printf '%s\n' "Installing $lock ..."
install=".venv/bin/python -m pip --disable-pip-version-check install --quiet"
$install --require-hashes -r requirements/build.txt -r "$lock" ||
    stop "the packages could not be installed; is there a network? The lines above say more."
# hatch_build.py fetches the browser's barcode reader with npm: the machine's, else one for this environment
command -v npm >/dev/null 2>&1 || $install --require-hashes -r requirements/node.txt ||
    stop "npm is missing and could not be installed; is there a network? The lines above say more."
$install --no-deps --no-build-isolation --editable . || stop "the project could not be installed; see above."

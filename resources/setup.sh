#!/usr/bin/env bash
# Makes the virtual environment of a checkout. Usage: setup.sh PYTHON VENV
set -euo pipefail
python=$1
venv=$2

say() { printf '== %s\n' "$*"; }

if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    for other in python3.13 python3.12 python3.11; do
        if "$other" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then python=$other; break; fi
    done
fi
if ! "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
    say "Assent needs Python 3.11, 3.12 or 3.13. Name one with: make PYTHON=/path/to/python3.11"
    exit 1
fi

say "setting up $venv with $("$python" --version)"
if ! "$python" -m venv "$venv"; then
    say "the venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"
    exit 1
fi
say "installing the packages pinned in constraints.txt (a minute or two)"
"$venv/bin/pip" install --quiet --constraint constraints.txt --editable '.[dev]'

say "checking that Qt starts"
if ! QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])'; then
    libraries="libegl1 libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libxkbcommon0"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "system libraries are missing; installing $libraries"
        apt-get update -qq
        # shellcheck disable=SC2086
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $libraries
        QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c 'from PySide6.QtWidgets import QApplication; QApplication([])'
    else
        say "Qt could not start: system libraries are missing. On Debian and Ubuntu:"
        say "  sudo apt-get install $libraries"
        exit 1
    fi
fi
say "ready"

#!/bin/sh
# Makes .venv with everything the program, its tests and its checks need. Called by make; safe to call again.
set -eu
cd "$(dirname "$0")/.."

# What Qt loads at run time and a bare Debian or Ubuntu lacks; a font, or every letter is a box.
LIBRARIES="libpulse0 libegl1 libgl1 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1 libdbus-1-3 libfontconfig1 fonts-dejavu-core"

say() { printf '%s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON_FOR_VENV:-} python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 &&
            "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "No Python 3.11, 3.12 or 3.13 found. Install one (on Debian: apt-get install python3 python3-venv) and run make again."
    exit 1
}

missing_packages() {
    wanted=$LIBRARIES
    if ! "$1" -c 'import ensurepip' 2>/dev/null; then
        wanted="$wanted python3-venv"
    fi
    for package in $wanted; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
    done
}

install_libraries() {
    command -v apt-get >/dev/null 2>&1 || return 0
    missing=$(missing_packages "$1")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        sudo=
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo="sudo -n"
    else
        say "These system packages are missing, and installing them needs a password. Run this, then make again:"
        say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing"
        exit 1
    fi
    say "Installing system packages: $missing"
    # shellcheck disable=SC2086 # both are lists of words
    $sudo apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -q --no-install-recommends $missing >/dev/null
}

python=$(find_python)
install_libraries "$python"
[ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip --disable-pip-version-check install -q uv
    uv=.venv/bin/uv
fi
# Compiled once, here: where Python may not write bytecode, every process would compile torch anew, for seconds.
say "Installing Python packages into .venv (a few minutes and about 6 GB the first time)"
install() { "$uv" pip install -q --compile-bytecode --python .venv/bin/python "$@"; }
install --editable ".[cluster,onnx]" --group dev
# Words without a transcript are an extra: where its packages cannot be had, all else works.
install --editable ".[speech]" || say "The speech recogniser could not be installed; videos without a transcript get no words until make finds its packages."
say "Ready."

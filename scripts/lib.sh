# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts share: source it first. It moves to the root of the repository.

set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "error: $*"
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# A terminal gets one line that is written over; a log gets whole lines.
progress() {
    if [ -t 2 ]; then
        printf '\r\033[K%s' "$*" >&2
    else
        say "$*"
    fi
}
progress_end() { if [ -t 2 ]; then printf '\r\033[K' >&2; fi; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# quiet WHAT COMMAND...: run it with its output kept back; on failure show what it said.
quiet() {
    local what=$1 started=$SECONDS status=0
    shift
    progress "$what ..."
    "$@" >"$scratch/quiet" 2>&1 </dev/null || status=$?
    progress_end
    if [ "$status" -ne 0 ]; then
        tail -n 200 "$scratch/quiet" >&2
        say "error: $what failed (status $status); the lines above say why"
        return "$status"
    fi
    if [ ! -t 2 ] && [ $((SECONDS - started)) -ge 2 ]; then
        say "$what: $((SECONDS - started)) s"
    fi
}

# What `build` compiles; empty: all.
targets=()

# build FOLDER MESON-OPTION...: configure FOLDER unless it is, and compile what has changed. The
# stamp tells a folder that stands for another place or other options, which is begun again, from
# one that a developer configured by hand, which is used as it is.
build() {
    local folder=$1 stamp
    shift
    stamp=$(printf '%s\n' "$PWD" "${CC-}" "${CFLAGS-}" "${LDFLAGS-}" "$@")
    if [ -e "$folder" ] && [ ! -w "$folder" ]; then
        fail "$folder belongs to another user: remove it, or run this as the user who made it"
    fi
    if [ ! -e "$folder/build.ninja" ] ||
        { [ -e "$folder/stamp" ] && [ "$(cat "$folder/stamp")" != "$stamp" ]; }; then
        rm -rf -- "$folder"
        quiet "configuring $folder" meson setup "$folder" "$@" || exit 1
        printf '%s\n' "$stamp" >"$folder/stamp"
    fi
    if [ -t 1 ] && [ -t 2 ]; then
        NINJA_STATUS='building [%f/%t] ' ninja -C "$folder" "${targets[@]}" >&2 || fail "building $folder failed"
    else
        quiet "building $folder" ninja -C "$folder" "${targets[@]}" || exit 1
    fi
}

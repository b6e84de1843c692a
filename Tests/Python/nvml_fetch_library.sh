#!/bin/sh
# Fetches the vendor's own libnvidia-ml from Debian's non-free component into a cache folder and prints its path.
#
# usage: nvml_fetch_library.sh CACHE
#
# It needs no GPU and no driver, installs nothing, and leaves the machine's package lists alone. Exits with 3, and says
# why, where it cannot be had. The library stays in the cache; it is never part of the project.
set -eu
mkdir -p "$1"
cache=$(cd "$1" && pwd)

found() { find "$cache/root" -name 'libnvidia-ml.so.[0-9]*.*' -type f 2>/dev/null | head -n 1; }
skip() { echo "$1" >&2; exit 3; }

if [ -z "$(found)" ]; then
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || skip "this machine has no apt"
    lists=$cache/apt
    mkdir -p "$lists/sources" "$lists/state/lists/partial" "$lists/cache/archives/partial"
    # The machine's own sources, with the component changed.
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        sed 's/^Components:.*/Components: non-free/' "$file" > "$lists/sources/$(basename "$file")"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ -f "$file" ] || continue
        sed -nE 's/^(deb +(\[[^]]*\] +)?[^ ]+ +[^ ]+) .*/\1 non-free/p' "$file" > "$lists/sources/$(basename "$file" .list).list"
    done
    private() {
        apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$lists/sources" \
            -o Dir::State::lists="$lists/state/lists" -o Dir::Cache="$lists/cache" \
            -o APT::Update::Post-Invoke-Success::= -o APT::Sandbox::User=root "$@"
    }
    private update >"$lists/update.log" 2>&1 || true
    (cd "$lists" && private download libnvidia-ml1 >"$lists/download.log" 2>&1) \
        || skip "apt has no libnvidia-ml1: $(tail -n 1 "$lists/download.log")"
    dpkg -x "$lists"/libnvidia-ml1_*.deb "$cache/root"
fi
found | grep . || skip "libnvidia-ml1 holds no library"

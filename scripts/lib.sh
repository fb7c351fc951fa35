# shellcheck shell=bash
# What the scripts share. To be sourced; sets `root`, the folder of the package.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

say() { printf '%s\n' "$*" >&2; }

# A headline, with the seconds since the script began.
step() { printf '\n== %s (%ds)\n' "$*" "$SECONDS" >&2; }

# fail MESSAGE [STATUS]
fail() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit "${2:-1}"
}

have() { command -v "$1" >/dev/null 2>&1; }

require_swift() {
    have swift || fail "there is no Swift toolchain: install Swift 6.2 or later, see https://www.swift.org/install" 69
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
    case $version in
    [0-5].* | 6.[01]) fail "Swift $version is too old: install 6.2 or later, see https://www.swift.org/install" 69 ;;
    esac
}

# Prints the comment at the head of the script: its manual.
manual() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }

# Builds the command line tool and sets `swarmctl` to its path. A debug build: it is there in half the time.
build_swarmctl() {
    local begin=$SECONDS log
    if [ ! -d "$root/.build" ]; then
        say "building swarmctl; the first time this takes some minutes (it fetches a few Swift packages too)"
    else
        say "building swarmctl"
    fi
    log=$(mktemp)
    if [ -t 2 ]; then
        swift build --package-path "$root" --product swarmctl >&2 || fail "the build failed"
    elif ! swift build --package-path "$root" --product swarmctl >"$log" 2>&1; then
        tail -n 50 "$log" >&2
        fail "the build failed; all it said is in $log"
    fi
    rm -f "$log"
    swarmctl=$(swift build --package-path "$root" --show-bin-path)/swarmctl
    export swarmctl
    say "built in $((SECONDS - begin)) s"
}

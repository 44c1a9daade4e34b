#!/bin/sh
# docker/packages.sh KIND... - installs what docker/packages-KIND.txt names and is missing.
#
# Says nothing and asks no network when everything is there. Needs root, or sudo.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if ! command -v apt-get >/dev/null; then
    echo "This is not Debian: make sure that what $here/packages-*.txt name is there." >&2
    exit 0
fi

missing=
for kind in "$@"; do
    for package in $(sed 's/#.*//' "$here/packages-$kind.txt"); do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        *" installed") ;;
        *) missing="$missing $package" ;;
        esac
    done
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
        echo "As root, please: apt-get install$missing" >&2
        exit 1
    fi
fi
echo "installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
    $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 </dev/null || {
        tail -n 20 "$log" >&2
        echo "$* failed" >&2
        exit 1
    }
}
run apt-get -q update
# shellcheck disable=SC2086 # one word a package
run apt-get -q -y install --no-install-recommends $missing

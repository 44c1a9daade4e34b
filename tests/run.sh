#!/bin/sh
# tests/run.sh - everything that is checked before a change is accepted, from a bare clone on.
#
#   sh tests/run.sh          installs what is missing (Debian), builds, tests; about 15 minutes
#
# 1. dev:      gcc with ASan and UBSan; all tests
# 2. release:  gcc, what users run; all tests
# 3. clang:    the same, compiled by the second compiler; warnings are errors; unit tests
# 4. fuzz:     every fuzz target for a few seconds on its corpus, with libFuzzer
# The last line says how many tests passed and failed. Exit status 0: none failed.
set -eu
cd "$(dirname "$0")/.."

jobs=$(nproc 2>/dev/null || echo 2)
fuzz_seconds=5
began=$(date +%s)
passed=0 failed=0 broken=

say() { printf '\n== %s (%s s)\n' "$*" "$(($(date +%s) - began))"; }

# Builds $1 with the preset of that name, or of name $2 and further options.
build() {
    folder=build/$1 preset=${2:-$1}
    shift
    [ $# -eq 0 ] || shift
    say "building $folder"
    cmake -G Ninja --preset "$preset" -B "$folder" -DHY_TESTS=ON "$@" >"$log" 2>&1 &&
        ninja -C "$folder" -j "$jobs" >"$log" 2>&1 && return
    grep -v '^\[[0-9]*/[0-9]*\] Building' "$log" | tail -n 60
    broken="$broken $folder"
    return 1
}

# Runs ctest in build/$1 and adds to the counts; a test that ctest calls skipped is neither.
check() {
    folder=build/$1
    shift
    say "testing $folder"
    ctest --test-dir "$folder" -j "$jobs" --output-on-failure --no-tests=error "$@" \
        </dev/null 2>&1 | tee "$log" | grep -v -E '^ +Start +[0-9]+:' || true
    grep -q 'tests passed' "$log" || broken="$broken $folder"
    ok=$(grep -c -E '^ *[0-9]+/[0-9]+ Test .* Passed ' "$log" || true)
    bad=$(grep -c -E '^ *[0-9]+/[0-9]+ Test .*(\*\*\*|Failed)' "$log" || true)
    skip=$(grep -c -E '^ *[0-9]+/[0-9]+ Test .*\*\*\*Skipped' "$log" || true)
    passed=$((passed + ok)) failed=$((failed + bad - skip))
}

fuzz() {
    say "fuzzing, $fuzz_seconds s each"
    for target in build/fuzz/tests/fuzz/fuzz_*; do
        [ -f "$target" ] && [ -x "$target" ] || continue
        noun=${target##*/fuzz_}
        mkdir -p "build/fuzz/found/$noun"
        if "$target" -max_total_time="$fuzz_seconds" -timeout=20 -print_final_stats=0 \
            -artifact_prefix="build/fuzz/found/$noun-" \
            "build/fuzz/found/$noun" "tests/fuzz/corpus/$noun" >"$log" 2>&1 </dev/null; then
            echo "fuzz_$noun: nothing found"
            passed=$((passed + 1))
        else
            echo "fuzz_$noun: found something"
            tail -n 40 "$log"
            failed=$((failed + 1))
        fi
    done
}

# Debian 12 has SDKs from before AWS_ENDPOINT_URL; a newer one beside them, when one can be had.
newer_sdk() {
    [ -x build/sdk/bin/aws ] && return
    say "fetching a newer AWS SDK"
    rm -rf build/sdk
    if ! python3 -m venv build/sdk >"$log" 2>&1 ||
        ! build/sdk/bin/pip install -q boto3 awscli >"$log" 2>&1 </dev/null; then
        tail -n 2 "$log"
        echo "not to be had: the tests with AWS_ENDPOINT_URL alone are skipped"
        rm -rf build/sdk
    fi
}

sh docker/packages.sh build run test
mkdir -p build
log=$(mktemp)
trap 'rm -f "$log"' EXIT
newer_sdk

build dev && check dev -LE release_only || true
build release && check release || true
# Without link-time optimisation: with clang it wants a linker plugin of its own.
build clang release -DCMAKE_C_COMPILER=clang -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=OFF &&
    check clang -LE e2e || true
build fuzz && fuzz || true

say "done"
[ -z "$broken" ] || echo "could not be built or run:$broken"
echo "$passed passed, $failed failed"
[ -z "$broken" ] && [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

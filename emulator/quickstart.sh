#!/bin/sh
# emulator/quickstart.sh - from a bare clone to enriched clicks in a folder, in one command.
#
#   sh emulator/quickstart.sh          builds, replays the recorded clicks, shows what arrived
#   sh emulator/quickstart.sh --keep   the same, and leaves hydrant running on port 4573
#
# On Debian; missing packages (docker/packages-*.txt) are installed, as root or with sudo. What it
# writes is in build/ and .hydrant/quickstart/.
set -eu
cd "$(dirname "$0")/.."

keep=no port=0
case "$#:${1-}" in
0:) ;;
1:--keep) keep=yes port=4573 ;;
*)
    echo "usage: sh emulator/quickstart.sh [--keep]" >&2
    exit 2
    ;;
esac

data=.hydrant/quickstart
hydrant=build/release/emulator/hydrant
firedrill=build/release/harness/firedrill
pids=
log=

say() { printf '\n%s\n' "$*"; }
fail() {
    echo "quickstart: $*" >&2
    [ -z "$log" ] || tail -n 20 "$log" >&2
    exit 1
}
stop() {
    trap - EXIT
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    wait
}

# start NAME PROGRAM ARGUMENT...: in the background; $url is what it says it listens on.
start() {
    name=$1 log=$data/$1.log url=
    shift
    # Ctrl-C is for this script, which then stops what it started; with --keep, for nobody.
    nohup "$@" >"$data/$name.out" 2>"$log" </dev/null &
    pid=$! pids="$! $pids"
    while [ -z "$url" ]; do
        kill -0 "$pid" 2>/dev/null || fail "$name did not start:"
        sleep 0.05
        url=$(sed -n 's/^listening on //p' "$data/$name.out")
    done
    log=
}

say "1. Packages"
sh docker/packages.sh build run
echo "all there"

say "2. Building (build/release)"
mkdir -p build
log=build/quickstart.log
[ -f build/release/build.ninja ] || cmake -G Ninja --preset release -DHY_TESTS=OFF >"$log" 2>&1 ||
    fail "cmake failed:"
ninja -C build/release hydrant firedrill enrich >"$log" 2>&1 || fail "the build failed:"
log=
"$hydrant" --version

say "3. The click pipeline"
if [ -f "$data/pids" ] && kill -0 $(cat "$data/pids") 2>/dev/null; then
    fail "the last one is still running; stop it with: kill $(cat "$data/pids")"
fi
rm -rf "$data"
mkdir -p "$data"
trap stop EXIT
trap 'exit 130' INT TERM
start creatures "$firedrill" stub --listen 127.0.0.1:0 fixtures/clicks/creatures.json
echo "the creature service that the transform asks: $url"
cat >"$data/config.json" <<CONFIG
{
  "buckets": ["clicks-bucket"],
  "functions": [{
    "FunctionName": "enrich", "Runtime": "python3.11", "Handler": "enrich.handler",
    "Code": "$PWD/fixtures/clicks", "Timeout": 60, "Environment": { "MYSFITS_API": "$url" }
  }],
  "streams": [{
    "DeliveryStreamName": "clicks",
    "ExtendedS3DestinationConfiguration": {
      "RoleARN": "arn:aws:iam::123456789012:role/firehose",
      "BucketARN": "arn:aws:s3:::clicks-bucket",
      "ProcessingConfiguration": { "Enabled": true, "Processors": [{
        "Type": "Lambda", "Parameters": [{ "ParameterName": "LambdaArn",
        "ParameterValue": "arn:aws:lambda:us-east-1:123456789012:function:enrich" }]
      }] }
    }
  }]
}
CONFIG
start hydrant "$hydrant" --listen "127.0.0.1:$port" --data "$data" --config "$data/config.json"
echo "hydrant, with the delivery stream clicks: $url"
"$firedrill" replay --endpoint "$url" --speed max --batch 100 fixtures/clicks/clicks.jsonl ||
    fail "the replay failed"

say "4. What arrived (in $data/buckets/clicks-bucket)"
python3 - "$url" <<'FLUSH'
import json
import sys
import urllib.request

# The buffers are due in five minutes; this is for those who do not want to wait.
answer = json.load(urllib.request.urlopen(
    sys.argv[1] + "/_hydrant/flush", data=b'{"stream":"clicks"}'))
for made in answer["objects"]:
    print("%(key)s\n    %(records)d records, %(bytes)d bytes" % made)
FLUSH
echo
find "$data/buckets/clicks-bucket" -type f ! -path '*processing-failed*' | sort |
    head -n 1 | xargs head -n 3
echo
python3 fixtures/clicks/check_golden.py "$data/buckets/clicks-bucket" ||
    fail "that is not what fixtures/clicks/golden.jsonl says"

if [ "$keep" = yes ]; then
    echo "$pids" >"$data/pids"
    trap - EXIT
    say "hydrant goes on at $url. Try, in this terminal:

    export AWS_ENDPOINT_URL=$url AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any
    export AWS_DEFAULT_REGION=us-east-1
    aws --endpoint-url $url firehose list-delivery-streams

and stop it with:  kill $pids"
else
    stop
    say "All stopped. With --keep it stays on port 4573. README.md says how to go on."
fi

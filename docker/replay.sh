#!/bin/sh
# docker/replay.sh - what compose.yaml's `replay` does: sends the recorded clicks, then asks for a
# flush, so that the objects are there when it ends and not when the buffers are due.
set -eu
firedrill replay --endpoint http://127.0.0.1:4573 --speed max --batch 100 \
    /fixtures/clicks/clicks.jsonl
exec python3 - <<'FLUSH'
import json
import urllib.request

answer = json.load(urllib.request.urlopen(
    "http://127.0.0.1:4573/_hydrant/flush", data=b'{"stream":"clicks"}'))
for made in answer["objects"]:
    print("%(bucket)s/%(key)s: %(records)d records, %(bytes)d bytes" % made)
FLUSH

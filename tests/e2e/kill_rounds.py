#!/usr/bin/env python3
"""kill_rounds.py - an acknowledged record survives kill -9 and is there exactly once.

    kill_rounds.py [--rounds N] [--seed S] [--durability process|power]

Each round starts hydrant on the folder of the last, puts without pause from four connections into
three streams (as it is; gzip; through a Python transform), kills hydrant with SIGKILL at a random
moment, in every fourth round once more while it recovers, starts it again and flushes. Then every
acknowledged record must be in its bucket exactly once, no record may be there twice, in this round
or in a later one, no temporary file may be left and no child process.
"""
import argparse
import gzip
import os
import random
import sys
import tempfile
import time
import uuid

import hydrant
from load import Load, missing_and_repeated

STREAMS = ("plain", "packed", "shouted")
MARK = "HYDRANT_E2E_" + uuid.uuid4().hex

SHOUT = '''
import base64


def handler(event, context):
    return {"records": [
        {"recordId": record["recordId"], "result": "Ok",
         "data": base64.b64encode(base64.b64decode(record["data"]).upper()).decode()}
        for record in event["records"]]}
'''


def make(folder, durability):
    with open(os.path.join(folder, "shout.py"), "w", encoding="utf-8") as file:
        file.write(SHOUT)
    small = (1, 0)  # due at once, so that objects are in the making at any moment
    return hydrant.Hydrant(hydrant.config(
        hydrant.stream("plain", "plain", buffering=small),
        hydrant.stream("packed", "packed", buffering=(1, 1), CompressionFormat="GZIP"),
        hydrant.stream("shouted", "shouted", function="shout", buffering=small),
        buckets=STREAMS,
        functions=[{"FunctionName": "shout", "Runtime": "python3.11", "Timeout": 60,
                    "Handler": "shout.handler", "Code": folder, "Environment": {MARK: "1"}}]),
        ["--log", "warn", "--durability", durability])


def children():
    """Processes that carry our mark in their environment: the transform's."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/environ" % pid, "rb") as file:
                if MARK.encode() in file.read():
                    found.append(pid)
        except OSError:
            pass
    return found


def no_children(within=5):
    end = time.monotonic() + within
    while children() and time.monotonic() < end:
        time.sleep(0.02)
    return not children()


def take_records(emulator, stream):
    """All records in the stream's bucket; the objects are removed, as a reader may do."""
    records = []
    for key, data in emulator.objects(stream).items():
        if key.startswith("processing-failed/"):
            raise AssertionError("%s: %r" % (key, data[:500]))
        data = gzip.decompress(data) if key.endswith(".gz") else data
        if not data.endswith(b"\n"):
            raise AssertionError("%s does not end with a whole record" % key)
        records += [line.lower() for line in data.splitlines(keepends=True)]
        os.remove(os.path.join(emulator.buckets, stream, key))
    return records


def check(emulator, load, seen):
    """`seen` are the records of all rounds so far; none may come again."""
    for stream in STREAMS:
        records = take_records(emulator, stream)
        missing, repeated = missing_and_repeated(load.acknowledged[stream], records)
        again = [record for record in records if record in seen[stream]]
        if missing or repeated or again:
            raise AssertionError(
                "%s: %d acknowledged, %d delivered; missing %d %r, twice %d %r, once more %d %r" % (
                    stream, len(load.acknowledged[stream]), len(records), len(missing),
                    missing[:3], len(repeated), repeated[:3], len(again), again[:3]))
        seen[stream].update(records)
    if emulator.temporaries():
        raise AssertionError("left behind: %r" % emulator.temporaries())


def one_round(emulator, number, chance, seen):
    emulator.start()
    load = Load(emulator.port, STREAMS, "r%d" % number)
    time.sleep(chance.uniform(0, 0.4))
    emulator.kill()
    load.stop()
    if load.refusals:
        raise AssertionError("refused: %r" % load.refusals[:3])
    if number % 4 == 3:
        emulator.start()
        time.sleep(chance.uniform(0, 0.05))
        emulator.kill()
    if not no_children():
        raise AssertionError("a killed hydrant left %r" % children())
    emulator.start()
    for stream in STREAMS:
        emulator.flush(stream)
    check(emulator, load, seen)
    emulator.stop()
    return sum(map(len, load.acknowledged.values())), load.sent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--durability", default="process")
    args = parser.parse_args()
    print("seed %d" % args.seed, flush=True)
    chance = random.Random(args.seed)
    seen = {stream: set() for stream in STREAMS}
    acknowledged = sent = 0
    with tempfile.TemporaryDirectory(prefix="hydrant-e2e-") as folder:
        emulator = make(folder, args.durability)
        try:
            for number in range(args.rounds):
                counts = one_round(emulator, number, chance, seen)
                acknowledged, sent = acknowledged + counts[0], sent + counts[1]
                if sys.stdout.isatty() or number % 20 == 19:
                    print("%d rounds" % (number + 1), flush=True)
        except BaseException:
            print("in round %d, %s" % (number, emulator.folder), flush=True)
            print(emulator.log()[-4000:])
            raise
        finally:
            emulator.close()
    print("%d rounds: %d records sent, %d acknowledged, each of those there exactly once" % (
        args.rounds, sent, acknowledged))
    if acknowledged == 0:
        sys.exit("nothing was ever acknowledged: this tested nothing")


if __name__ == "__main__":
    main()

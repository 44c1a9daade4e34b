"""A Kinesis data stream as source: kinesalite (from npm) put to by boto3, read by hydrant.

Skipped, saying why, where npm, node or boto3 is not to be had.
"""
import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

import hydrant

try:
    import boto3
    import botocore.config
except ImportError:
    boto3 = None

ARN = "arn:aws:kinesis:%s:%s:stream/clicks-in" % (hydrant.REGION, hydrant.ACCOUNT)
STREAM = "clicks-in"
MAGIC = b"\xf3\x89\x9a\xc2"


def install(folder):
    """None, or why there is no kinesalite."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "npm and node are needed for kinesalite"
    ready = os.environ.get("HYDRANT_KINESALITE")
    if ready:
        os.symlink(os.path.join(ready, "node_modules"), os.path.join(folder, "node_modules"))
        return None
    try:
        done = subprocess.run(["npm", "install", "kinesalite@3", "--no-audit", "--no-fund"],
                              cwd=folder, capture_output=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        return "npm cannot reach its registry (90 s)"
    return None if done.returncode == 0 else "npm install kinesalite: %s" % done.stderr[-300:]


def varint(number):
    out = b""
    while number > 0x7f:
        out += bytes([number & 0x7f | 0x80])
        number >>= 7
    return out + bytes([number])


def member(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def aggregate(records):
    """As the Kinesis Producer Library packs (key, data)."""
    keys = sorted({key for key, _ in records})
    body = b"".join(member(1, key.encode()) for key in keys)
    for key, data in records:
        body += member(3, varint(1 << 3) + varint(keys.index(key)) + member(3, data))
    return MAGIC + body + hashlib.md5(body).digest()


class Kinesis(hydrant.Test):
    @classmethod
    def setUpClass(cls):
        if boto3 is None:
            raise unittest.SkipTest("boto3 is not installed")
        cls.npm = tempfile.mkdtemp(prefix="hydrant-kinesalite-")
        cls.addClassCleanup(shutil.rmtree, cls.npm, ignore_errors=True)
        why = install(cls.npm)
        if why is not None:
            raise unittest.SkipTest(why)

    def setUp(self):
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as probe:
            port = probe.getsockname()[1]
        self.endpoint = "http://127.0.0.1:%d" % port
        cli = os.path.join(self.npm, "node_modules", "kinesalite", "cli.js")
        server = subprocess.Popen(
            ["node", cli, "--port", str(port), "--createStreamMs", "20", "--updateStreamMs", "20",
             "--deleteStreamMs", "20"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        self.assertIn(b"Listening", server.stdout.readline())
        self.client = boto3.client(
            "kinesis", endpoint_url=self.endpoint, region_name=hydrant.REGION,
            aws_access_key_id="a", aws_secret_access_key="b",
            config=botocore.config.Config(retries={"max_attempts": 8}))
        self.client.create_stream(StreamName=STREAM, ShardCount=2)
        self.wait_active()

    def wait_active(self):
        self.poll(lambda: self.client.describe_stream(StreamName=STREAM)[
            "StreamDescription"]["StreamStatus"] == "ACTIVE")

    def poll(self, is_so, seconds=60):
        ends = time.monotonic() + seconds
        while not is_so():
            self.assertLess(time.monotonic(), ends, "it did not happen")
            time.sleep(0.05)

    def begin(self, *options, functions=(), **destination):
        request = hydrant.stream(**destination)
        request["DeliveryStreamType"] = "KinesisStreamAsSource"
        request["KinesisStreamSourceConfiguration"] = {
            "KinesisStreamARN": ARN, "RoleARN": "arn:aws:iam::%s:role/r" % hydrant.ACCOUNT}
        config = hydrant.config(request, functions=functions)
        config["kinesis"] = {"Endpoint": self.endpoint}
        return self.hydrant(config, options)

    def put(self, first, count):
        """Records "N\n"."""
        for begin in range(first, first + count, 100):
            answer = self.client.put_records(StreamName=STREAM, Records=[
                {"Data": b"%d\n" % n, "PartitionKey": "key-%d" % n}
                for n in range(begin, min(begin + 100, first + count))])
            self.assertEqual(answer["FailedRecordCount"], 0)

    def numbers(self, emulator):
        lines = b"".join(emulator.objects("clicks-bucket").values()).split()
        return sorted(int(line) for line in lines)

    def counters(self, emulator):
        return hydrant.expect(200, emulator.control("GET", "streams/clicks"))["counters"]

    def wait_read(self, emulator, count):
        self.poll(lambda: self.counters(emulator)["data_read_records"] >= count)

    def test_records_arrive_and_puts_are_refused(self):
        self.put(-100, 100)  # before the stream was there: not read
        time.sleep(0.05)
        emulator = self.begin("--clock", "manual", buffering=(128, 900))
        described = hydrant.expect(200, emulator.aws(
            "DescribeDeliveryStream", {"DeliveryStreamName": "clicks"}))
        described = described["DeliveryStreamDescription"]
        source = described["Source"]["KinesisStreamSourceDescription"]
        self.assertEqual(described["DeliveryStreamType"], "KinesisStreamAsSource")
        self.assertEqual(source["KinesisStreamARN"], ARN)
        self.assertEqual(source["DeliveryStartTimestamp"], described["CreateTimestamp"])
        self.assertNotIn("DeliveryStreamEncryptionConfiguration", described)
        for operation, body in (("PutRecord", {"Record": {"Data": "eA=="}}),
                                ("PutRecordBatch", {"Records": [{"Data": "eA=="}]})):
            refused = emulator.aws(operation, {"DeliveryStreamName": "clicks", **body})
            self.assertEqual((refused.status, refused.json["__type"], refused.json["message"]), (
                400, "InvalidArgumentException",
                "This operation is not permitted on KinesisStreamAsSource delivery stream type."))
        refused = emulator.aws("StartDeliveryStreamEncryption", {"DeliveryStreamName": "clicks"})
        self.assertEqual(refused.status, 400)

        self.put(0, 300)
        self.wait_read(emulator, 300)  # while the clock stands
        emulator.flush("clicks")
        self.assertEqual(self.numbers(emulator), list(range(300)))
        emulator.stop()
        emulator.start()
        self.put(300, 10)
        self.wait_read(emulator, 10)
        emulator.flush("clicks")
        self.assertEqual(self.numbers(emulator), list(range(310)))
        emulator.stop()

    def test_kill_and_split(self):
        """Every record once, whatever happens to hydrant and to the shards."""
        emulator = self.begin(buffering=(1, 60))
        put = 0
        for turn in range(6):
            self.put(put, 500)
            put += 500
            self.poll(lambda: self.counters(emulator)["data_read_records"] > 0)
            if turn == 2:
                shard = self.client.list_shards(StreamName=STREAM)["Shards"][0]
                keys = shard["HashKeyRange"]
                middle = (int(keys["StartingHashKey"]) + int(keys["EndingHashKey"])) // 2
                self.client.split_shard(StreamName=STREAM, ShardToSplit=shard["ShardId"],
                                        NewStartingHashKey=str(middle))
                self.wait_active()
            if turn % 2 == 1:
                emulator.flush("clicks")
            emulator.kill()
            self.put(put, 100)
            put += 100
            emulator.start()
        self.poll(lambda: emulator.flush("clicks") and len(self.numbers(emulator)) >= put)
        time.sleep(2.5)  # two polls more bring nothing twice
        emulator.flush("clicks")
        self.assertEqual(self.numbers(emulator), list(range(put)))
        emulator.stop()

    def test_aggregates_are_split_and_the_function_is_told(self):
        script = os.path.join(self.folder(), "show.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write("""#!/usr/bin/env python3
import base64, json, sys
event = json.load(sys.stdin)
out = []
for record in event["records"]:
    told = dict(record["kinesisRecordMetadata"], source=event["sourceKinesisStreamArn"],
                data=base64.b64decode(record["data"]).decode())
    out.append({"recordId": record["recordId"], "result": "Ok",
                "data": base64.b64encode(json.dumps(told).encode() + b"\\n").decode()})
json.dump({"records": out}, sys.stdout)
""")
        os.chmod(script, 0o755)
        emulator = self.begin(
            "--clock", "manual", buffering=(128, 900), function="show",
            functions=[{"FunctionName": "show", "Command": [script], "Protocol": "stdio"}])
        packed = aggregate([("a", b"one"), ("b", b"two"), ("a", b"three")])
        first = self.client.put_record(StreamName=STREAM, PartitionKey="p", Data=packed)
        self.client.put_record(StreamName=STREAM, PartitionKey="p", Data=b"plain")
        self.wait_read(emulator, 2)
        emulator.flush("clicks")
        lines = [json.loads(line) for line in
                 b"".join(emulator.objects("clicks-bucket").values()).splitlines()]
        self.assertEqual([(line["data"], line["partitionKey"], line["subsequenceNumber"])
                          for line in lines],
                         [("one", "a", 0), ("two", "b", 1), ("three", "a", 2), ("plain", "p", 0)])
        for line in lines[:3]:
            self.assertEqual((line["sequenceNumber"], line["shardId"], line["source"]),
                             (first["SequenceNumber"], first["ShardId"], ARN))
        self.assertAlmostEqual(lines[0]["approximateArrivalTimestamp"], time.time() * 1000,
                               delta=60000)
        emulator.stop()


class Unconfigured(hydrant.Test):
    def test_refused_with_what_to_do(self):
        emulator = self.hydrant(hydrant.config())
        request = hydrant.stream()
        request["DeliveryStreamType"] = "KinesisStreamAsSource"
        request["KinesisStreamSourceConfiguration"] = {
            "KinesisStreamARN": ARN, "RoleARN": "arn:aws:iam::%s:role/r" % hydrant.ACCOUNT}
        answer = emulator.aws("CreateDeliveryStream", request)
        self.assertEqual((answer.status, answer.json["__type"]), (400, "InvalidArgumentException"))
        self.assertIn('"kinesis": {"Endpoint": "http://HOST:PORT"}', answer.json["message"])
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

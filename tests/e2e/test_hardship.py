"""What goes wrong around hydrant: disks that fill up, clients that misbehave, functions that
vanish, thousands of streams. Nothing acknowledged is lost, and others do not notice."""
import http.client
import json
import os
import random
import socket
import subprocess
import time

import hydrant
from hydrant import expect
from load import missing_and_repeated

MIB = 1024 * 1024
ECHO = """
def handler(event, context):
    return {"records": [{"recordId": record["recordId"], "result": "Ok", "data": record["data"]}
                        for record in event["records"]]}
"""


def echo_function(folder):
    with open(os.path.join(folder, "echo.py"), "w", encoding="utf-8") as file:
        file.write(ECHO)
    return {"FunctionName": "echo", "Runtime": "python3.11", "Handler": "echo.handler",
            "Code": folder, "Timeout": 60}


class SmallDisk:
    """A file system of so many MiB on `folder`, which can be filled and emptied again."""

    def __init__(self, test, folder, mib):
        os.makedirs(folder)
        self.folder, self.filler = folder, os.path.join(folder, "filler")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%dm" % mib, "tmpfs", folder],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            test.skipTest("may not mount a small file system here: " + done.stderr.strip())

    def fill(self, but):
        """Leaves `but` bytes."""
        state = os.statvfs(self.folder)
        file = os.open(self.filler, os.O_WRONLY | os.O_CREAT)
        os.posix_fallocate(file, 0, state.f_bavail * state.f_frsize - but)
        os.close(file)

    def empty(self):
        os.remove(self.filler)

    def unmount(self):
        subprocess.run(["umount", self.folder], check=True)


class FullDisk(hydrant.Test):
    def setUp(self):
        self.acknowledged, self.refused, self.number = [], [], 0
        self.emulator = hydrant.Hydrant(hydrant.config(
            hydrant.stream(buffering=(1, 1), function="echo", retries=0),
            functions=[dict(echo_function(self.folder()), Concurrency=1)]))
        self.addCleanup(self.emulator.close)
        self.addCleanup(self.show_log, self.emulator)

    def small(self, folder, mib):
        disk = SmallDisk(self, folder, mib)
        self.addCleanup(disk.unmount)
        self.addCleanup(self.end)
        return disk

    def end(self):
        if self.emulator.program is not None:
            self.emulator.kill()

    def put(self, batches):
        """Batches of 200 KB; an entry without a RecordId is not acknowledged."""
        for _ in range(batches):
            self.number += 1
            records = [b"%d-%d-%s\n" % (self.number, i, b"x" * 2000) for i in range(100)]
            answer = self.emulator.aws("PutRecordBatch", {
                "DeliveryStreamName": "clicks",
                "Records": [{"Data": hydrant.encode(record)} for record in records]})
            if answer.status != 200:
                self.refused.append(answer)
                continue
            self.acknowledged += [record for record, entry in zip(
                records, answer.json["RequestResponses"]) if "RecordId" in entry]

    def check(self):
        """All that was acknowledged is there, once; also after the next start."""
        for _ in range(2):
            self.emulator.flush("clicks")
            objects = self.emulator.objects("clicks-bucket")
            self.assertEqual([key for key in objects if key.startswith("processing-failed")], [])
            delivered = b"".join(objects.values()).splitlines(keepends=True)
            self.assertEqual(missing_and_repeated(self.acknowledged, delivered), ([], []))
            self.assertEqual(self.emulator.temporaries(), [])
            self.emulator.stop()
            self.emulator.start()
        self.emulator.stop()

    def check_data(self, but):
        disk = self.small(os.path.join(self.emulator.folder, "data"), 12)
        self.emulator.buckets = os.path.join(self.emulator.folder, "buckets")
        self.emulator.options += ["--buckets", self.emulator.buckets]
        self.emulator.start()
        self.put(3)
        self.emulator.flush("clicks")  # the function runs: starting it takes room below --data
        disk.fill(but)
        self.put(20)
        self.assertGreater(len(self.refused), 0)
        for answer in self.refused:
            self.assertEqual((answer.status, answer.json["__type"]),
                             (503, "ServiceUnavailableException"))
        self.assertIn("No space left on device", self.emulator.log())
        refused = len(self.refused)
        disk.empty()
        self.put(3)
        self.assertEqual(len(self.refused), refused)
        self.check()

    def test_nothing_left_for_the_journal(self):
        self.check_data(0)

    def test_some_left_for_the_journal(self):
        self.check_data(MIB)

    def test_nothing_left_for_objects(self):
        self.emulator.buckets = os.path.join(self.emulator.folder, "small")
        disk = self.small(self.emulator.buckets, 12)
        self.emulator.options += ["--buckets", self.emulator.buckets]
        self.emulator.start()
        self.put(3)
        disk.fill(MIB // 4)
        self.put(20)
        while "No space left on device" not in self.emulator.log():
            pass
        self.put(3)
        self.assertEqual(self.refused, [])
        disk.empty()
        self.check()


class Clients(hydrant.Test):
    def setUp(self):
        self.emulator = self.hydrant(hydrant.config(hydrant.stream(buffering=(128, 900))))

    def connect(self):
        made = socket.create_connection(("127.0.0.1", self.emulator.port), timeout=60)
        self.addCleanup(made.close)
        return made

    def test_two_thousand_idle_connections(self):
        idle = [self.connect() for _ in range(2000)]
        for one in idle[::2]:
            one.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        for _ in range(20):
            self.emulator.put("clicks", b"x")
        self.assertEqual(self.emulator.flush("clicks")["records"], 20)
        self.assertLess(self.emulator.stop(), 5)

    def test_garbage(self):
        chance = random.Random(1)
        seeds = [b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Firehose_20150804.PutRecord\r\n"
                 b"Content-Length: 67\r\n\r\n"
                 b'{"DeliveryStreamName":"clicks","Record":{"Data":"aGVsbG8gd29ybGQ="}}',
                 b"POST /_hydrant/flush HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 19\r\n\r\n"
                 b'{"stream":"nobody"}']
        for number in range(300):
            data = bytearray(chance.choice(seeds) if number % 3 else chance.randbytes(300))
            for _ in range(chance.randrange(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            client = self.connect()
            client.sendall(data)
            if number % 2:
                client.shutdown(socket.SHUT_WR)
                try:
                    while client.recv(65536):
                        pass
                except ConnectionResetError:
                    pass
            client.close()
        expect(200, self.emulator.control("GET", "health"))
        self.emulator.stop()

    def test_a_body_of_100_mb(self):
        client = self.connect()
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n"
                       b"X-Amz-Target: Firehose_20150804.PutRecord\r\n\r\n")
        block = b"x" * 65536
        try:
            for _ in range(1600):
                client.sendall(block)
        except (BrokenPipeError, ConnectionResetError):
            pass  # told off before it was all sent
        self.emulator.put("clicks", b"x")
        with open("/proc/%d/status" % self.emulator.program.process.pid, encoding="ascii") as file:
            peak = [int(line.split()[1]) for line in file if line.startswith("VmHWM")]
        if os.path.basename(hydrant.BUILD) == "release":
            self.assertLess(peak[0], 64 * 1024)
        self.emulator.stop()

    def test_a_client_that_does_not_read(self):
        """Its answers back up; the others' do not."""
        client = self.connect()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.setblocking(False)
        question = b"GET /_hydrant/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 100
        sent = 0
        while sent < 8 * MIB:
            try:
                sent += client.send(question)
            except BlockingIOError:
                break
        for _ in range(20):
            self.emulator.put("clicks", b"x")
        self.assertLess(sent, 8 * MIB)
        self.emulator.stop()

    def test_what_is_stopped_in_the_middle(self):
        """Requests of all kinds under way when SIGTERM comes: exit status 0, soon."""
        half = self.connect()
        half.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal")
        waits = http.client.HTTPConnection("127.0.0.1", self.emulator.port)
        self.emulator.put("clicks", b"kept")
        waits.request("POST", "/_hydrant/await", b'{"stream":"clicks","settled":9}')
        while expect(200, self.emulator.control("GET", "streams/clicks"))["waiting"]["calls"] != 1:
            pass
        self.assertLess(self.emulator.stop(), 10)
        self.assertEqual(waits.getresponse().status, 503)
        waits.close()
        self.emulator.start()
        self.assertEqual(self.emulator.flush("clicks")["records"], 1)
        self.emulator.stop()


class Starts(hydrant.Test):
    def run_wrong(self, *options):
        done = subprocess.run(
            [hydrant.HYDRANT, "--listen", "127.0.0.1:0", *options], timeout=30,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout, "")
        return done.returncode, done.stderr

    def test_a_file_in_the_way(self):
        folder = self.folder()
        path = os.path.join(folder, "file")
        with open(path, "w", encoding="utf-8"):
            pass
        data = os.path.join(folder, "data")
        for options in (["--data", path], ["--data", path + "/below"],
                        ["--data", data, "--buckets", path]):
            status, said = self.run_wrong(*options)
            self.assertEqual(status, 1)
            self.assertIn(path, said)
        os.makedirs(os.path.join(data, "buckets"))
        os.rename(path, os.path.join(data, "buckets", "clicks-bucket"))
        status, said = self.run_wrong("--data", data, "--stream", "s", "--bucket", "clicks-bucket")
        self.assertEqual(status, 1)
        self.assertIn("clicks-bucket", said)

    def test_buckets_where_hydrant_keeps_its_own_things(self):
        """`POST reset` empties buckets: no folder of ours may be taken for one."""
        folder = self.folder()
        data = os.path.join(folder, "data")
        for buckets in (folder, data, os.path.join(data, "journal"),
                        os.path.join(data, "spool", "deeper")):
            status, said = self.run_wrong("--data", data, "--buckets", buckets)
            self.assertEqual(status, 2, said)
            self.assertIn("--buckets", said)

    def test_ipv6(self):
        emulator = hydrant.Hydrant(None, ["--stream", "clicks", "--bucket", "clicks-bucket"])
        self.addCleanup(emulator.close)
        emulator.program = hydrant.Program(
            [hydrant.HYDRANT, "--listen", "[::1]:0", "--data",
             os.path.join(emulator.folder, "data"), *emulator.options],
            os.path.join(emulator.folder, "log"))
        self.assertRegex(emulator.url, r"\Ahttp://\[::1\]:\d+\Z")
        connection = http.client.HTTPConnection("::1", emulator.port, timeout=60)
        connection.request("GET", "/_hydrant/health")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        emulator.stop()

    def test_a_function_that_is_gone_at_the_next_start(self):
        code = self.folder()
        emulator = self.hydrant(hydrant.config(
            hydrant.stream(function="echo", retries=0, buffering=(128, 900)),
            functions=[echo_function(code)]))
        emulator.put("clicks", b"waits")
        emulator.stop()
        with open(os.path.join(emulator.folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump(hydrant.config(hydrant.stream(
                function="echo", retries=0, buffering=(128, 900))), file)
        emulator.start()
        self.assertEqual(emulator.flush("clicks")["failed"], 1)
        (key, line), = emulator.objects("clicks-bucket").items()
        self.assertTrue(key.startswith("processing-failed/"), key)
        self.assertEqual(json.loads(line)["errorCode"], "Lambda.ResourceNotFound")
        emulator.stop()

    def test_a_stream_that_the_config_no_longer_names(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream("old", buffering=(128, 900))))
        emulator.put("old", b"waits")
        emulator.stop()
        with open(os.path.join(emulator.folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump(hydrant.config(hydrant.stream("new")), file)
        emulator.start()
        self.assertEqual(expect(200, emulator.aws("ListDeliveryStreams", {}))[
            "DeliveryStreamNames"], ["new", "old"])
        self.assertEqual(emulator.flush("old")["records"], 1)
        emulator.stop()

    def test_streams_come_and_go(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream()))
        for number in range(200):
            name = "s%d" % number
            expect(200, emulator.aws("CreateDeliveryStream", hydrant.stream(name)))
            emulator.put(name, b"discarded")
        for number in range(200):
            expect(200, emulator.aws("DeleteDeliveryStream",
                                     {"DeliveryStreamName": "s%d" % number}))
        emulator.put("clicks", b"kept")
        emulator.stop()
        began = time.monotonic()
        emulator.start()
        self.assertLess(time.monotonic() - began, hydrant.START_S)
        self.assertEqual(expect(200, emulator.aws("ListDeliveryStreams", {}))[
            "DeliveryStreamNames"], ["clicks"])
        self.assertEqual(os.listdir(os.path.join(emulator.folder, "data", "journal")), ["1"])
        self.assertEqual(emulator.flush("clicks")["records"], 1)
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"kept"])
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

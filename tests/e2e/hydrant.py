"""hydrant.py - starts the built hydrant and talks to it; what the end-to-end tests share.

A Hydrant has a folder of its own, listens on a free port, and is stopped by the test that started
it: stop() insists on exit status 0, so a leak that a sanitizer finds is a failure, too. Standard
library only.
"""
import base64
import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("HYDRANT_BUILD", os.path.join(ROOT, "build", "release")))
HYDRANT = os.path.join(BUILD, "emulator", "hydrant")
FIREDRILL = os.path.join(BUILD, "harness", "firedrill")
CLICKS = os.path.join(ROOT, "fixtures", "clicks")
ACCOUNT, REGION = "123456789012", "us-east-1"
START_S = 20  # with sanitizers on a busy machine


class Answer:
    """Status, headers (lower-case names), body; and the body as JSON, read when asked for."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return "%d %r" % (self.status, self.body[:300])


class Program:
    """A program that prints "listening on http://HOST:PORT" as its first line."""

    def __init__(self, argv, log):
        self.log_path = log
        with open(log, "ab") as file:
            # A group of its own: Ctrl-C at a terminal is for the test, which then stops it.
            self.process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=file,
                start_new_session=True)
        line = self.process.stdout.readline().decode()
        found = re.fullmatch(r"listening on (http://(.+):(\d+))\n", line)
        if found is None:
            self.process.kill()
            self.process.wait()
            raise AssertionError("%s said %r first, and exited with %d:\n%s" % (
                argv[0], line, self.process.returncode, self.log()))
        self.url, self.port = found[1], int(found[3])

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def ends(self, timeout=START_S):
        """Waits for the end; the exit status, negative for a signal."""
        try:
            return self.process.wait(timeout)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()


class Hydrant:
    """hydrant on a folder that outlives it: start, stop or kill, start again."""

    def __init__(self, config=None, options=()):
        self.folder = tempfile.mkdtemp(prefix="hydrant-e2e-")
        self.buckets = os.path.join(self.folder, "data", "buckets")
        self.options = list(options)
        self.program = None
        if config is not None:
            path = os.path.join(self.folder, "config.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(config, file, indent=2)
            self.options += ["--config", path]

    def start(self):
        self.program = Program(
            [HYDRANT, "--listen", "127.0.0.1:0", "--data", os.path.join(self.folder, "data"),
             *self.options], os.path.join(self.folder, "log"))
        return self

    @property
    def url(self):
        return self.program.url

    @property
    def port(self):
        return self.program.port

    def signal(self, number):
        self.program.process.send_signal(number)

    def stop(self, timeout=START_S):
        """As asked for, by SIGTERM: ends with 0. How long it took, in seconds."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        status = self.program.ends(timeout)
        if status != 0:
            raise AssertionError("hydrant exited with %d:\n%s" % (status, self.program.log()))
        self.program = None
        return time.monotonic() - began

    def kill(self):
        self.signal(signal.SIGKILL)
        self.program.ends()
        self.program = None

    def close(self):
        """For the test's end, whatever happened: nothing stays behind."""
        if self.program is not None:
            self.program.process.kill()
            self.program.ends()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        """Of all starts."""
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    # ---- asking ----

    def ask(self, method, path, body=None, headers=None, timeout=120):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())

    def aws(self, operation, body, timeout=120):
        """`body` is what becomes JSON, or bytes to be sent as they are."""
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.ask("POST", "/", body, {
            "X-Amz-Target": "Firehose_20150804." + operation,
            "Content-Type": "application/x-amz-json-1.1"}, timeout)

    def put(self, stream, data):
        return expect(200, self.aws("PutRecord", {
            "DeliveryStreamName": stream, "Record": {"Data": encode(data)}}))

    def put_batch(self, stream, records):
        answer = expect(200, self.aws("PutRecordBatch", {
            "DeliveryStreamName": stream, "Records": [{"Data": encode(data)} for data in records]}))
        if answer["FailedPutCount"] != 0:
            raise AssertionError("%d records were refused" % answer["FailedPutCount"])
        return answer

    def control(self, method, call, body=None):
        text = None if body is None else json.dumps(body).encode()
        return self.ask(method, "/_hydrant/" + call, text)

    def flush(self, stream):
        return expect(200, self.control("POST", "flush", {"stream": stream}))

    def settled(self, stream, count):
        """Waits until so many records of the stream are settled."""
        return expect(200, self.control("POST", "await", {
            "stream": stream, "settled": count, "timeout_ms": 60000}))

    def advance(self, by_ms):
        return expect(200, self.control("POST", "clock", {"advance_ms": by_ms}))

    # ---- looking ----

    def objects(self, bucket):
        """Key to bytes, in order of keys, as they lie in the folder."""
        found = {}
        top = os.path.join(self.buckets, bucket)
        for folder, _, names in os.walk(top):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, top)] = file.read()
        return dict(sorted(found.items()))

    def temporaries(self):
        """Files below the buckets' folder that are in no bucket: there are none when all is
        settled."""
        hidden = [name for name in os.listdir(self.buckets) if name.startswith(".")]
        return [os.path.join(folder, name) for top in hidden
                for folder, _, names in os.walk(os.path.join(self.buckets, top))
                for name in names]


class Test(unittest.TestCase):
    """A test case that closes what it starts, and shows hydrant's log when it fails."""

    maxDiff = 2000

    def hydrant(self, config=None, options=()):
        made = Hydrant(config, options)
        self.addCleanup(made.close)
        self.addCleanup(self.show_log, made)
        return made.start()

    def firedrill_stub(self, routes):
        """The URL of a `firedrill stub`."""
        log = tempfile.NamedTemporaryFile(prefix="firedrill-")
        self.addCleanup(log.close)
        program = Program([FIREDRILL, "stub", "--listen", "127.0.0.1:0", routes], log.name)
        self.addCleanup(program.ends)
        self.addCleanup(program.process.terminate)
        return program.url

    def folder(self):
        made = tempfile.mkdtemp(prefix="hydrant-e2e-")
        self.addCleanup(shutil.rmtree, made, ignore_errors=True)
        return made

    def show_log(self, hydrant):
        outcome = getattr(self, "_outcome", None)
        if outcome is not None and not outcome.success:
            print("---- log of hydrant\n%s----" % hydrant.log()[-8000:])


def expect(status, answer):
    if answer.status != status:
        raise AssertionError("expected %d, got %r" % (status, answer))
    return answer.json


def encode(data):
    return base64.b64encode(data).decode()


def function_arn(name):
    return "arn:aws:lambda:%s:%s:function:%s" % (REGION, ACCOUNT, name)


def stream(name="clicks", bucket="clicks-bucket", function=None, retries=None, buffering=None,
           **destination):
    """A CreateDeliveryStream request; `buffering` is (MiB, seconds)."""
    destination.setdefault("RoleARN", "arn:aws:iam::%s:role/firehose" % ACCOUNT)
    destination.setdefault("BucketARN", "arn:aws:s3:::" + bucket)
    if buffering is not None:
        destination["BufferingHints"] = {
            "SizeInMBs": buffering[0], "IntervalInSeconds": buffering[1]}
    if function is not None:
        parameters = {"LambdaArn": function_arn(function)}
        if retries is not None:
            parameters["NumberOfRetries"] = str(retries)
        destination["ProcessingConfiguration"] = {"Enabled": True, "Processors": [{
            "Type": "Lambda", "Parameters": [
                {"ParameterName": key, "ParameterValue": value}
                for key, value in parameters.items()]}]}
    return {"DeliveryStreamName": name, "ExtendedS3DestinationConfiguration": destination}


def config(*streams, functions=(), buckets=("clicks-bucket",)):
    return {"buckets": list(buckets), "functions": list(functions), "streams": list(streams)}


def main():
    unittest.main(verbosity=2)

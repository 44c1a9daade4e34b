#!/usr/bin/env python3
"""firedrill as its users meet it: words on the command line in, lines and exit statuses out.

    test_firedrill.py FIXTURES FIREDRILL
"""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

FIXTURES, FIREDRILL = (os.path.abspath(path) for path in sys.argv[1:3])
CLICKS = os.path.join(FIXTURES, "clicks", "clicks.jsonl")
CREATURES = os.path.join(FIXTURES, "clicks", "creatures.json")
ENV = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}

TAKES_ALL = {"routes": [{"method": "POST", "path": "/", "body": {"RecordId": "r"}}]}
REFUSES_ALL = {"routes": [{"method": "POST", "path": "/", "status": 400,
                           "body": {"__type": "ResourceNotFoundException", "message": "No."}}]}


def run(*words, given=None):
    return subprocess.run([FIREDRILL, *words], input=given, capture_output=True, text=True,
                          env=ENV, check=False)


class Stub:
    """`firedrill stub` on a free port, with the routes of a file or of a dict."""

    def __init__(self, routes):
        self.file = None
        if isinstance(routes, dict):
            self.file = tempfile.NamedTemporaryFile("w", suffix=".json")
            json.dump(routes, self.file)
            self.file.flush()
        self.path = self.file.name if self.file else routes

    def __enter__(self):
        self.process = subprocess.Popen([FIREDRILL, "stub", "--listen", "127.0.0.1:0", self.path],
                                        stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        assert first.startswith("listening on http://127.0.0.1:"), first
        self.url = first.split()[2]
        return self

    def end(self, number):
        self.process.send_signal(number)
        status = self.process.wait()
        return status, self.process.stdout.read()

    def __exit__(self, *exception):
        if self.process.poll() is None:
            self.end(signal.SIGTERM)
        self.process.stdout.close()
        if self.file:
            self.file.close()


def get(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


class Words(unittest.TestCase):
    def test_help_and_version(self):
        for words in (["--help"], ["replay", "--help"], ["stub", "--help"]):
            ended = run(*words)
            self.assertEqual((ended.returncode, ended.stderr), (0, ""), words)
            self.assertTrue(ended.stdout.startswith("usage: firedrill "), words)
        self.assertRegex(run("--version").stdout, r"\Afiredrill \d+\.\d+\.\d+\n\Z")

    def test_mistakes_are_one_sentence_and_status_2(self):
        for words, sentence in (
                ([], "which command? see firedrill --help"),
                (["rpelay"], "unknown command rpelay; see firedrill --help"),
                (["replay"], "replay needs FILE...; see firedrill replay --help"),
                (["replay", "--speed", "fast", CLICKS],
                 "--speed must be original, max or xN, e.g. x60"),
                (["replay", "--endpoint", "localhost:1", CLICKS],
                 "--endpoint must be a URL that begins with http:// or https://"),
                (["replay", "--batch", "501", CLICKS],
                 "--batch must be a number from 1 to 500, not '501'"),
                (["replay", "--access-key", "AKID", CLICKS],
                 "--access-key and --secret-key go together"),
                (["replay", "/nowhere.jsonl"], "/nowhere.jsonl: No such file or directory"),
                (["stub"], "stub needs FILE; see firedrill stub --help"),
                (["stub", "a", "b"], "stub takes only FILE; see firedrill stub --help"),
                (["stub", "--listen", "8080", CREATURES],
                 "--listen must be HOST:PORT, not '8080'"),
                (["stub", "/nowhere.json"], "/nowhere.json: No such file or directory")):
            ended = run(*words)
            line = ended.stderr.splitlines()[-1] if ended.stderr else ""
            self.assertEqual((ended.returncode, line), (2, "firedrill: " + sentence), words)


class Stubs(unittest.TestCase):
    def test_creatures(self):
        with Stub(CREATURES) as stub:
            with open(CREATURES, encoding="utf-8") as file:
                routes = json.load(file)["routes"]
            for route in routes:
                status, headers, body = get(stub.url + route["path"].replace("{id}", "nobody"))
                self.assertEqual((status, json.loads(body)), (route["status"], route["body"]))
                self.assertEqual(headers["Content-Type"], "application/json")
            status, headers, body = get(stub.url + "/mysfits", "HEAD")
            self.assertEqual((status, body), (200, b""))
            self.assertEqual(get(stub.url + "/nowhere")[0], 404)
            self.assertEqual(get(stub.url + "/mysfits", "PUT")[0], 405)

    def test_signals_end_it_well_even_with_a_client_connected(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with Stub(CREATURES) as stub:
                host, port = stub.url[len("http://"):].split(":")
                with socket.create_connection((host, int(port))):
                    get(stub.url + "/")
                    self.assertEqual(stub.end(number), (0, ""))

    def test_a_taken_port_is_told(self):
        with Stub(CREATURES) as stub:
            ended = run("stub", "--listen", stub.url[len("http://"):], CREATURES)
            self.assertEqual((ended.returncode, ended.stdout), (1, ""))
            self.assertRegex(ended.stderr, r"firedrill: .*in use")


class Replays(unittest.TestCase):
    def numbers(self, text):
        return {line[:13].strip(): line[13:].strip() for line in text.splitlines()}

    def test_all_clicks(self):
        with Stub(TAKES_ALL) as stub:
            ended = run("replay", "--endpoint", stub.url, "--speed", "max", CLICKS)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        told = self.numbers(ended.stdout)
        self.assertEqual((told["events"], told["records"], told["acknowledged"], told["failed"]),
                         ("1,200", "1,200", "1,200", "0"))

    def test_original_speed_takes_its_time(self):
        with Stub(TAKES_ALL) as stub:
            given = "".join('{"at_ms":%d,"stream":"s","data":{}}\n' % at for at in (0, 150, 300))
            ended = run("replay", "--endpoint", stub.url, "-", given=given)
        self.assertEqual(ended.returncode, 0)
        self.assertGreaterEqual(float(self.numbers(ended.stdout)["seconds"]), 0.3)

    def test_the_endpoint_of_the_environment(self):
        with Stub(TAKES_ALL) as stub:
            for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_FIREHOSE"):
                ended = subprocess.run([FIREDRILL, "replay", "--speed", "max", CLICKS],
                                       capture_output=True, env={**ENV, name: stub.url},
                                       check=False)
                self.assertEqual((ended.returncode, ended.stderr), (0, b""), name)

    def test_quiet(self):
        with Stub(TAKES_ALL) as stub:
            ended = run("replay", "--endpoint", stub.url, "--speed=max", "--quiet", CLICKS)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "", ""))

    def test_refused_events_are_named_up_to_a_point(self):
        with Stub(REFUSES_ALL) as stub:
            ended = run("replay", "--endpoint", stub.url, "--speed", "max", "--window", "1", CLICKS)
        lines = ended.stderr.splitlines()
        self.assertEqual((ended.returncode, len(lines)), (1, 21))
        self.assertEqual(lines[0], "firedrill: %s:1: ResourceNotFoundException: No." % CLICKS)
        self.assertEqual(lines[20], "firedrill: and 1180 more failures like these")
        self.assertEqual(self.numbers(ended.stdout)["failed"], "1,200")

    def test_a_mistake_in_a_file(self):
        with Stub(TAKES_ALL) as stub:
            ended = run("replay", "--endpoint", stub.url, "-",
                        given='{"at_ms":0,"stream":"s","data":{}}\n{"at_ms":0,"daat":{}}\n')
        self.assertEqual((ended.returncode, ended.stderr),
                         (2, 'firedrill: (standard input):2: unknown member "daat"\n'))

    def test_nobody_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
            url = "http://127.0.0.1:%d" % unused.getsockname()[1]
            ended = run("replay", "--endpoint", url, "--retries", "1", "--speed", "max", CLICKS)
        self.assertEqual((ended.returncode, ended.stderr),
                         (3, "firedrill: nobody answers at %s\n" % url))


class Golden(unittest.TestCase):
    """fixtures/clicks/check_golden.py"""

    def check(self, lines, errors, *words):
        """What it says of a bucket with those lines, the second half in gzip and out of order."""
        with tempfile.TemporaryDirectory() as bucket:
            half = len(lines) // 2
            for key, data in (("p/2026/b", b"".join(lines[:half])),
                              ("p/2026/a", gzip.compress(b"".join(lines[half:]))),
                              ("p/.unfinished", b"half of a line"),
                              ("p/processing-failed/2026/a", b"".join(errors))):
                path = os.path.join(bucket, key)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)
            program = os.path.join(FIXTURES, "clicks", "check_golden.py")
            ended = subprocess.run([sys.executable, program, bucket, *words],
                                   capture_output=True, text=True, check=False)
            return ended.returncode, ended.stdout

    def test_differences_are_found(self):
        with open(os.path.join(FIXTURES, "clicks", "golden.jsonl"), "rb") as file:
            lines = file.readlines()
        with open(os.path.join(FIXTURES, "clicks", "golden-errors.jsonl"), "rb") as file:
            errors = file.readlines()
        cut = lines[:-1] + [lines[-1].rstrip(b"\n")]
        for name, status, said, arguments in (
                ("the same", 0, "lines: all 1189 are there", (lines, errors)),
                ("of one prefix", 0, "failed records: all 10", (lines, errors, "--prefix", "p/")),
                ("twice", 0, "lines: all 2378 are there",
                 (lines * 2, errors * 2, "--times", "2")),
                ("one missing", 1, "missing: 1\n", (lines[1:], errors)),
                ("one twice", 1, "not expected: 1\n", (lines + lines[:1], errors)),
                ("no line feed at the end", 1, "missing: 1\n", (cut, errors)),
                ("an error too few", 1, "failed records: 10 expected, 9 found",
                 (lines, errors[1:])),
                ("nothing of that prefix", 1, "1189 expected, 0 found",
                 (lines, errors, "--prefix", "q/"))):
            ended = self.check(*arguments)
            self.assertEqual(ended[0], status, name)
            self.assertIn(said, ended[1], name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

#!/usr/bin/env python3
"""The example transforms of fixtures/clicks give the same bytes, and those are the golden ones.

    test_transforms.py FIXTURES FIREDRILL ENRICH

Each is run the way it is made for: enrich.py and enrich.mjs as handlers, `enrich` as a program
that is started once and as one that stays, `bootstrap` against a Runtime API. The creature
service is `firedrill stub`.
"""

import base64
import http.server
import importlib
import json
import os
import subprocess
import sys
import threading
import unittest

FIXTURES, FIREDRILL, ENRICH = (os.path.abspath(path) for path in sys.argv[1:4])
CLICKS = os.path.join(FIXTURES, "clicks")

NODE_RUNNER = """
const { handler } = await import(process.argv[1]);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
console.log = console.error;
process.stdout.write(JSON.stringify(await handler(JSON.parse(Buffer.concat(chunks)))));
"""


def b64(data):
    return base64.b64encode(data).decode("ascii")


def fixture_bytes(line):
    """A fixture line's data. The objects of clicks.jsonl are compact, but for their blanks."""
    event = json.loads(line)
    if "data_base64" in event:
        return base64.b64decode(event["data_base64"])
    return json.dumps(event["data"], ensure_ascii=False, separators=(",", ":")).encode()


def event_of(datas):
    return {"invocationId": "i", "region": "us-east-1", "deliveryStreamArn":
            "arn:aws:firehose:us-east-1:123456789012:deliverystream/clicks",
            "records": [{"recordId": "%056d" % i, "approximateArrivalTimestamp": 1495072949453,
                         "data": b64(data)} for i, data in enumerate(datas)]}


def load(name):
    with open(os.path.join(CLICKS, name), "rb") as file:
        return file.read().splitlines(keepends=True)


def runtime_api(event):
    """A Runtime API that hands out one event. Returns (server, what was posted, an Event)."""
    posted, done = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status, body, headers=()):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self):
            if posted:
                return self.answer(403, b"{}")
            self.answer(200, json.dumps(event).encode(),
                        [("Lambda-Runtime-Aws-Request-Id", "8d1c"),
                         ("Lambda-Runtime-Deadline-Ms", "4000000000000")])

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            posted.append((self.path, body))
            self.answer(202, b'{"status":"OK"}\n')
            done.set()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, posted, done


class Transforms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stub = subprocess.Popen(
            [FIREDRILL, "stub", "--listen", "127.0.0.1:0", os.path.join(CLICKS, "creatures.json")],
            stdout=subprocess.PIPE, text=True)
        first = cls.stub.stdout.readline()
        assert first.startswith("listening on http://127.0.0.1:"), first
        cls.env = dict(os.environ, MYSFITS_API=first.split()[2])
        os.environ["MYSFITS_API"] = cls.env["MYSFITS_API"]
        sys.path.insert(0, CLICKS)
        sys.dont_write_bytecode = True
        enrich = importlib.import_module("enrich")
        enrich.print = lambda *words: None  # its log would bury the test's own words
        cls.handler = staticmethod(enrich.handler)
        cls.datas = [fixture_bytes(line) for line in load("clicks.jsonl")]
        cls.event = event_of(cls.datas)
        cls.reply = cls.handler(cls.event, None)

    @classmethod
    def tearDownClass(cls):
        cls.stub.terminate()
        status = cls.stub.wait()
        cls.stub.stdout.close()
        assert status == 0, "firedrill stub ended with %d" % status

    def run_program(self, argv, given, env=None):
        return subprocess.run(argv, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=env or self.env, check=False)

    def replies(self, argv, events):
        given = "".join(json.dumps(event) + "\n" for event in events).encode()
        ended = self.run_program(argv, given)
        self.assertEqual(ended.returncode, 0, ended.stderr.decode())
        return [json.loads(line) for line in ended.stdout.splitlines()]

    def test_python_gives_the_golden_lines(self):
        lines = [base64.b64decode(record["data"])
                 for record in self.reply["records"] if record["result"] == "Ok"]
        self.assertEqual(lines, load("golden.jsonl"))

    def test_python_fails_the_golden_errors_and_drops_the_empty_one(self):
        records = self.reply["records"]
        failed = [(i + 1, record["data"]) for i, record in enumerate(records)
                  if record["result"] == "ProcessingFailed"]
        errors = [json.loads(line) for line in load("golden-errors.jsonl")]
        self.assertEqual(failed, [(error["line"], error["rawData"]) for error in errors])
        dropped = [i for i, record in enumerate(records) if record["result"] == "Dropped"]
        self.assertEqual(dropped, [self.datas.index(b"")])

    def test_program_started_once_gives_the_same(self):
        self.assertEqual(self.replies([ENRICH], [self.event]), [self.reply])

    def test_program_that_stays_gives_the_same(self):
        halves = [event_of(self.datas[:600]), event_of(self.datas[600:])]
        expected = [self.handler(half, None) for half in halves]
        self.assertEqual(self.replies([ENRICH], halves), expected)

    def test_node_gives_the_same(self):
        argv = ["node", "--input-type=module", "-e", NODE_RUNNER,
                os.path.join(CLICKS, "enrich.mjs")]
        self.assertEqual(self.replies(argv, [self.event]), [self.reply])

    def test_bootstrap_gives_the_same(self):
        server, posted, done = runtime_api(self.event)
        env = dict(self.env, AWS_LAMBDA_RUNTIME_API="127.0.0.1:%d" % server.server_port)
        runtime = subprocess.Popen([os.path.join(CLICKS, "bootstrap")], env=env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertTrue(done.wait(60))
        runtime.wait()  # the API refuses it a second event
        server.shutdown()
        server.server_close()
        self.assertEqual(posted[0][0], "/2018-06-01/runtime/invocation/8d1c/response")
        self.assertEqual(json.loads(posted[0][1]), self.reply)

    def test_odd_records_are_judged_alike_by_all(self):
        known = b'"mysfitId":"0d1f8a52-6f0e-4c1b-9a57-21c0f2a9b7e1"'
        user = b'{"userId":"%s",' + known + b"}"
        odd = [user % text for text in (
            b"\\u0001\\u007f \x7f", "é\u2028\U0001f98a".encode(), b"\\ud83e\\udd8a", b"\\ud83e",
            b"\\/\\b\\f\\n\\r\\t\\\\\\\"", b"a\nb", b"a\tb", b"\xed\xa0\x80", b"\xc0\x80", b"\\x")]
        odd += [b"\xef\xbb\xbf" + user % b"bom", user % b"end" + b"x", user % b"nul" + b"\0",
                b" \r\n\t" + user % b"blank" + b"\n", b"\x01" + user % b"x", b"null", b'"userId"',
                b'{"userId":"first","userId":"last",' + known + b"}",
                b'{"userId":null,' + known + b"}", b'{"userId":"u","mysfitId":""}',
                b'{"userId":"u","mysfitId":".."}', b'{"userId":"u","mysfitId":"%2e\\u00e9/"}']
        event = event_of(odd)
        reply = self.handler(event, None)
        results = [record["result"] for record in reply["records"]]
        self.assertEqual(results.count("Ok"), 6, results)
        self.assertEqual(self.replies([ENRICH], [event]), [reply])
        argv = ["node", "--input-type=module", "-e", NODE_RUNNER,
                os.path.join(CLICKS, "enrich.mjs")]
        self.assertEqual(self.replies(argv, [event]), [reply])

    def test_without_the_service_the_whole_event_fails(self):
        env = dict(self.env, MYSFITS_API="http://127.0.0.1:1")
        given = (json.dumps(self.event) + "\n").encode()
        ended = self.run_program([ENRICH], given, env)
        self.assertEqual((ended.returncode, ended.stdout), (1, b""))
        script = "import enrich,json,sys; enrich.handler(json.load(sys.stdin), None)"
        ended = self.run_program([sys.executable, "-c", script], given,
                                 dict(env, PYTHONPATH=CLICKS, PYTHONDONTWRITEBYTECODE="1"))
        self.assertIn(b"ConnectionRefusedError", ended.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])

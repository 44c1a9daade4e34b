"""One transform, seven ways to run it: the same objects from each.

The recorded clicks go through the enrichment as a Python handler in a folder, the same in a zip, a
Node handler, a custom runtime, a program for every event, a program that stays, and a URL. All
must give the golden lines, in the clicks' order, and fail the same records.
"""
import base64
import contextlib
import http.server
import importlib.util
import json
import os
import shutil
import threading
import unittest
import zipfile

import hydrant

ENRICH = os.path.join(hydrant.BUILD, "fixtures", "enrich")
BATCH = 400


def read_lines(name):
    with open(os.path.join(hydrant.CLICKS, name), "rb") as file:
        return file.read().splitlines(keepends=True)


def record_of(line):
    """The bytes of a recorded click: an object is sent as it stands in the file."""
    event = json.loads(line)
    if "data_base64" in event:
        return base64.b64decode(event["data_base64"])
    return json.dumps(event["data"], separators=(",", ":"), ensure_ascii=False).encode()


class Invoke(http.server.BaseHTTPRequestHandler):
    """The Invoke API, as far as hydrant uses it, around a Python handler."""

    protocol_version = "HTTP/1.1"
    handler = None

    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps(self.handler(event, None)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def invoke_server(api):
    os.environ["MYSFITS_API"] = api
    spec = importlib.util.spec_from_file_location("enrich", os.path.join(hydrant.CLICKS,
                                                                         "enrich.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    Invoke.handler = staticmethod(module.handler)
    with http.server.HTTPServer(("127.0.0.1", 0), Invoke) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield "http://127.0.0.1:%d/2015-03-31/functions/enrich/invocations" % (
                server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


class Kinds(hydrant.Test):
    def setUp(self):
        self.api = self.firedrill_stub(os.path.join(hydrant.CLICKS, "creatures.json"))

    def run_clicks(self, **function):
        """The stream's bucket after all clicks went through `function`."""
        if "Url" not in function:
            function["Environment"] = {"MYSFITS_API": self.api}
        emulator = self.hydrant(hydrant.config(
            hydrant.stream(function="enrich", retries=0),
            functions=[{"FunctionName": "enrich", "Timeout": 60, **function}]))
        records = [record_of(line) for line in read_lines("clicks.jsonl")]
        for at in range(0, len(records), BATCH):
            emulator.put_batch("clicks", records[at:at + BATCH])
        answer = emulator.flush("clicks")
        objects = emulator.objects("clicks-bucket")
        self.assertEqual(emulator.temporaries(), [])
        emulator.stop()
        self.check(answer, objects, len(records))

    def check(self, answer, objects, count):
        good = b"".join(data for key, data in objects.items()
                        if not key.startswith("processing-failed/"))
        failed = b"".join(data for key, data in objects.items()
                          if key.startswith("processing-failed/"))
        golden = read_lines("golden.jsonl")
        golden_errors = read_lines("golden-errors.jsonl")
        self.assertEqual(good.splitlines(keepends=True), golden)
        self.assertEqual([json.loads(line)["rawData"] for line in failed.splitlines()],
                         [json.loads(line)["rawData"] for line in golden_errors])
        self.assertEqual({key: answer[key] for key in ("records", "failed", "dropped")}, {
            "records": count, "failed": len(golden_errors),
            "dropped": count - len(golden) - len(golden_errors)})
        self.assertEqual(sorted((made["key"], made["bytes"]) for made in answer["objects"]),
                         sorted((key, len(data)) for key, data in objects.items()))

    def test_python_in_a_folder(self):
        self.run_clicks(Runtime="python3.11", Handler="enrich.handler", Code=hydrant.CLICKS)

    def test_python_in_a_zip(self):
        path = os.path.join(self.folder(), "enrich.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(os.path.join(hydrant.CLICKS, "enrich.py"), "enrich.py")
        self.run_clicks(Runtime="python3.11", Handler="enrich.handler", Code=path)

    @unittest.skipUnless(shutil.which("node"), "there is no node")
    def test_node(self):
        self.run_clicks(Runtime="nodejs18.x", Handler="enrich.handler", Code=hydrant.CLICKS)

    def test_a_custom_runtime(self):
        self.run_clicks(Runtime="provided.al2023", Handler="ignored", Code=hydrant.CLICKS)

    def test_a_program_for_every_event(self):
        self.run_clicks(Command=[ENRICH], Protocol="stdio")

    def test_a_program_that_stays(self):
        self.run_clicks(Command=[ENRICH], Protocol="ndjson")

    def test_a_program_without_a_word_about_it(self):
        self.run_clicks(Command=[ENRICH])

    def test_a_url(self):
        with invoke_server(self.api) as url:
            self.run_clicks(Url=url)


RUBY = """
require 'base64'
def shout(event:, context:)
  { records: event['records'].map { |r|
    { recordId: r['recordId'], result: 'Ok',
      data: Base64.strict_encode64(Base64.decode64(r['data']).upcase) } } }
end
"""

SHELL = """#!/bin/sh
# Answers every record as it came, with nothing but jq.
exec jq -c '{records: [.records[] | {recordId, result: "Ok", data}]}'
"""


class Others(hydrant.Test):
    """What is not written four times in fixtures/."""

    def run_words(self, **function):
        emulator = self.hydrant(hydrant.config(
            hydrant.stream(function="words", retries=0),
            functions=[{"FunctionName": "words", "Timeout": 60, **function}]))
        emulator.put_batch("clicks", [b"one ", b"two ", b"three"])
        emulator.flush("clicks")
        emulator.stop()
        return b"".join(emulator.objects("clicks-bucket").values())

    def script(self, name, text):
        path = os.path.join(self.folder(), name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    @unittest.skipUnless(shutil.which("ruby"), "there is no ruby")
    def test_ruby(self):
        code = os.path.dirname(self.script("words.rb", RUBY))
        self.assertEqual(self.run_words(Runtime="ruby3.1", Handler="words.shout", Code=code),
                         b"ONE TWO THREE")

    @unittest.skipUnless(shutil.which("jq"), "there is no jq")
    def test_a_shell_script(self):
        self.assertEqual(self.run_words(Command=[self.script("words.sh", SHELL)]),
                         b"one two three")

    def test_the_one_line_stream(self):
        code = os.path.dirname(self.script("shout.py", (
            "import base64\n"
            "def handler(event, context):\n"
            "    return {'records': [{'recordId': r['recordId'], 'result': 'Ok', 'data':\n"
            "        base64.b64encode(base64.b64decode(r['data']).upper()).decode()}\n"
            "        for r in event['records']]}\n")))
        emulator = self.hydrant(None, ["--stream", "clicks", "--bucket", "some-bucket",
                                       "--transform", code + "/shout.handler"])
        emulator.put("clicks", b"loud")
        emulator.flush("clicks")
        emulator.stop()
        self.assertEqual(list(emulator.objects("some-bucket").values()), [b"LOUD"])


if __name__ == "__main__":
    hydrant.main()

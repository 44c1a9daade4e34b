"""The command line and the config file, when they are wrong: one line that says what and where."""
import json
import os
import re
import subprocess

import hydrant

GOOD_STREAM = json.dumps(hydrant.stream())

# name, the file's text, what must stand on stderr (FILE is the file's name)
WRONG_FILES = [
    ("no JSON", '{\n  "buckets": [,]\n}', r"FILE:2: .*JSON"),
    ("stops short", '{\n  "buckets": ["a-bucket"]\n', r"FILE:\d+: .*JSON"),
    ("no object", '[]\n', r"FILE:1: .*object"),
    ("unknown member", '{\n  "buckets": [],\n  "bukets": []\n}', r"FILE:3: bukets: unknown member"),
    ("wrong type", '{\n\n  "buckets": "one"\n}', r"FILE:3: buckets: must be a list"),
    ("a bucket's name", '{"buckets": ["No_Bucket"]}', r"No_Bucket"),
    ("unknown member of a function",
     '{"functions": [{\n"FunctionName": "f",\n"Comand": ["true"]}]}',
     r"FILE:3: Comand: unknown member"),
    ("a function without a name", '{"functions": [\n{"Command": ["true"]}]}',
     r"FILE:2: functions: FunctionName is missing"),
    ("a function with two ways", '{"functions": [{"FunctionName": "f", "Command": ["true"],\n'
     '"Url": "http://127.0.0.1/"}]}', r"FILE:1: f: needs exactly one"),
    ("a timeout out of range",
     '{"functions": [{"FunctionName": "f",\n"Command": ["true"], "Timeout": 901}]}',
     r"FILE:2: Timeout: must be a whole number, 1 to 900"),
    ("a folder that is not there",
     '{"functions": [{"FunctionName": "f", "Runtime": "python3.11",\n'
     '"Handler": "a.b", "Code": "nowhere"}]}', r"FILE:2: Code: .*nowhere"),
    ("a stream that the service refuses",
     '{"buckets": ["clicks-bucket"],\n"streams": [\n%s]}' % GOOD_STREAM.replace(
         '"RoleARN"', '"CompressionFormat": "LZ4", "RoleARN"'),
     r"FILE:3: .*compressionFormat.*enum value set"),
    ("a stream without a name", '{"streams": [{\n}]}', r"FILE:1: .*deliveryStreamName"),
]

WRONG_WORDS = [
    (["--prot"], r"unknown option --prot"),
    (["--listen", "nowhere"], r"--listen"),
    (["--listen", "127.0.0.1:65536"], r"--listen"),
    (["--listen"], r"--listen"),
    (["--clock", "fast"], r"--clock"),
    (["--clock", "x0"], r"--clock"),
    (["--durability", "none"], r"--durability"),
    (["--seed", "-1"], r"--seed"),
    (["--log", "loud"], r"--log"),
    (["word"], r"word"),
    (["--bucket", "a-bucket"], r"--stream"),
    (["--stream", "clicks"], r"--bucket"),
    (["--stream", "clicks", "--bucket", "a-bucket", "--transform", "/nowhere/at/all"],
     r"/nowhere/at/all"),
    (["--stream", "clicks", "--bucket", "a-bucket", "--buffer-interval", "901"],
     r"clicks.*900"),
    (["--config", "/nowhere/at/all.json"], r"/nowhere/at/all\.json"),
]


class Wrong(hydrant.Test):
    def run_wrong(self, options):
        """(exit status, stdout, stderr) of a hydrant that must end by itself."""
        data = os.path.join(self.folder(), "data")
        done = subprocess.run(
            [hydrant.HYDRANT, "--listen", "127.0.0.1:0", "--data", data, *options], timeout=30,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_config_files(self):
        for name, text, said in WRONG_FILES:
            with self.subTest(name):
                path = os.path.join(self.folder(), "hydrant.json")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                status, out, err = self.run_wrong(["--config", path])
                self.assertEqual((status, out), (2, ""), err)
                self.assertRegex(err, said.replace("FILE", re.escape(path)))

    def test_the_command_line(self):
        for options, said in WRONG_WORDS:
            with self.subTest(" ".join(options)):
                status, out, err = self.run_wrong(options)
                self.assertEqual((status, out), (2, ""), err)
                self.assertRegex(err, said)

    def test_help_and_version(self):
        status, out, err = self.run_wrong(["--help"])
        self.assertEqual((status, err), (0, ""))
        self.assertIn("--listen HOST:PORT", out)
        status, out, err = self.run_wrong(["--version"])
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"\Ahydrant \d+\.\d+\.\d+\n\Z")

    def test_what_cannot_be_had(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream()))
        status, out, err = self.run_wrong(["--listen", "127.0.0.1:%d" % emulator.port])
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"address already in use.*127\.0\.0\.1:%d" % emulator.port)
        status, out, err = self.run_wrong(["--data", os.path.join(emulator.folder, "data")])
        self.assertEqual((status, out), (1, ""))
        self.assertRegex(err, r"is in use by another process")
        emulator.put("clicks", b"unharmed")
        emulator.stop()


class Right(hydrant.Test):
    def test_paths_are_relative_to_the_file(self):
        folder = self.folder()
        os.mkdir(os.path.join(folder, "code"))
        with open(os.path.join(folder, "code", "up.py"), "w", encoding="utf-8") as file:
            file.write("def handler(event, context):\n    return {}\n")
        path = os.path.join(folder, "hydrant.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(hydrant.config(hydrant.stream(function="up"), functions=[
                {"FunctionName": "up", "Runtime": "python3.11", "Handler": "up.handler",
                 "Code": "code"}]), file)
        emulator = self.hydrant(None, ["--config", path])
        emulator.stop()

    def test_a_second_start_changes_what_the_file_changes(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream(buffering=(5, 300))))
        emulator.put("clicks", b"before,")
        emulator.stop()
        with open(os.path.join(emulator.folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump(hydrant.config(hydrant.stream(buffering=(5, 300), Prefix="new/")), file)
        emulator.start()
        description = hydrant.expect(200, emulator.aws("DescribeDeliveryStream", {
            "DeliveryStreamName": "clicks"}))["DeliveryStreamDescription"]
        self.assertEqual(description["VersionId"], "2")
        self.assertEqual(description["DeliveryStreamStatus"], "ACTIVE")
        emulator.put("clicks", b"after")
        emulator.flush("clicks")
        objects = emulator.objects("clicks-bucket")
        self.assertEqual(sorted(b"".join(objects.values()).replace(b",", b"")),
                         sorted(b"beforeafter"))
        self.assertTrue(any(key.startswith("new/") for key in objects), list(objects))
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

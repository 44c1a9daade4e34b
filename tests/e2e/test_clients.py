"""The clients that people use: the AWS command line and boto3, Debian's and newer ones."""
import json
import os
import re
import shutil
import subprocess
import sys

import hydrant

HERE = os.path.dirname(os.path.abspath(__file__))
SDK = os.path.join(hydrant.ROOT, "build", "sdk", "bin")  # tests/run.sh puts a newer one there
ENDPOINT_URL_SINCE = (1, 31)  # botocore: AWS_ENDPOINT_URL is read since then


def pythons():
    """Interpreters that have boto3, with the version of their botocore."""
    found = {}
    for path in ("/usr/bin/python3", os.path.join(SDK, "python3"), sys.executable):
        if os.path.exists(path):
            done = subprocess.run(
                [path, "-c", "import boto3, botocore; print(botocore.__version__)"],
                capture_output=True, text=True, check=False)
            if done.returncode == 0:
                found.setdefault(tuple(map(int, done.stdout.split(".")[:2])), path)
    return found


def command_lines():
    """Programs called aws, with their version."""
    found = {}
    for path in ("/usr/bin/aws", os.path.join(SDK, "aws"), shutil.which("aws")):
        if path is not None and os.path.exists(path):
            done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
            version = re.match(r"aws-cli/(\d+)\.(\d+)", done.stdout + done.stderr)
            if done.returncode == 0 and version is not None:
                found.setdefault((int(version[1]), int(version[2])), path)
    return found


def reads_endpoint_url(aws_version):
    return aws_version >= (2, 13) or (aws_version[0] == 1 and aws_version >= (1, 29))


class Clients(hydrant.Test):
    def setUp(self):
        self.emulator = self.hydrant(hydrant.config(hydrant.stream(buffering=(128, 900))))
        self.home = self.folder()

    def client(self, argv, url_in_environment=False):
        """Runs a client that knows nothing but what it is told here."""
        environment = {"PATH": os.environ["PATH"], "HOME": self.home, "LANG": "C.UTF-8",
                       "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any",
                       "AWS_DEFAULT_REGION": hydrant.REGION, "AWS_PAGER": ""}
        if url_in_environment:
            environment["AWS_ENDPOINT_URL"] = self.emulator.url
        return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=120,
                              check=False)

    def delivered(self):
        self.emulator.flush("clicks")
        data = b"".join(self.emulator.objects("clicks-bucket").values())
        shutil.rmtree(os.path.join(self.emulator.buckets, "clicks-bucket"))
        os.mkdir(os.path.join(self.emulator.buckets, "clicks-bucket"))
        return data

    # ---- boto3 ----

    def check_boto3(self, path, options, url_in_environment):
        done = self.client([path, os.path.join(HERE, "sdk_client.py"), "clicks", *options],
                           url_in_environment)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(said["hints"], {"SizeInMBs": 1, "IntervalInSeconds": 900})
        name = "Value at '%s' failed to satisfy constraint: Member must have length less than or"
        self.assertEqual({key: error[:2] + error[3:] for key, error in said["errors"].items()}, {
            "unknown stream": ["ResourceNotFoundException", "ResourceNotFoundException", 400],
            "501 records": ["ValidationException", "ClientError", 400],
            "too large": ["ValidationException", "ClientError", 400],
            "over 4 MiB": ["InvalidArgumentException", "InvalidArgumentException", 400],
            "name taken": ["ResourceInUseException", "ResourceInUseException", 400]})
        self.assertIn(name % "records", said["errors"]["501 records"][2])
        self.assertIn(name % "record.data", said["errors"]["too large"][2])
        expected = b"".join(b"%03d\n" % i for i in range(500)) + "snowman \u2603\n".encode()
        self.assertEqual(self.delivered(), expected)

    def test_boto3_with_an_endpoint_url(self):
        if not pythons():
            self.skipTest("no boto3 (python3-boto3)")
        for version, path in pythons().items():
            with self.subTest("botocore %d.%d" % version):
                self.check_boto3(path, ["--endpoint-url", self.emulator.url], False)
        self.emulator.stop()

    def test_boto3_with_only_the_environment(self):
        newer = {v: path for v, path in pythons().items() if v >= ENDPOINT_URL_SINCE}
        if not newer:
            self.skipTest("no boto3 that reads AWS_ENDPOINT_URL")
        for version, path in newer.items():
            with self.subTest("botocore %d.%d" % version):
                self.check_boto3(path, [], True)
        self.emulator.stop()

    # ---- the command line ----

    def check_aws(self, version, path, options, url_in_environment):
        def aws(*words):
            return self.client([path, "firehose", *words, *options], url_in_environment)
        # What a blob looks like on the command line: version 2 takes base64, version 1 text.
        data = "aGVsbG8=" if version[0] >= 2 else "hello"
        done = aws("put-record", "--delivery-stream-name", "clicks", "--record",
                   json.dumps({"Data": data}))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("RecordId", json.loads(done.stdout))
        done = aws("put-record-batch", "--delivery-stream-name", "clicks", "--records",
                   json.dumps([{"Data": data}] * 3))
        self.assertEqual(json.loads(done.stdout)["FailedPutCount"], 0, done.stderr)
        done = aws("list-delivery-streams")
        self.assertEqual(json.loads(done.stdout)["DeliveryStreamNames"], ["clicks"])
        done = aws("describe-delivery-stream", "--delivery-stream-name", "clicks")
        self.assertEqual(json.loads(done.stdout)["DeliveryStreamDescription"][
            "DeliveryStreamStatus"], "ACTIVE", done.stderr)
        done = aws("put-record", "--delivery-stream-name", "nobody", "--record",
                   json.dumps({"Data": data}))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("(ResourceNotFoundException) when calling the PutRecord operation: Firehose "
                      "nobody under account %s not found." % hydrant.ACCOUNT, done.stderr)
        self.assertEqual(self.delivered(), b"hello" * 4)

    def test_aws_with_an_endpoint_url(self):
        if not command_lines():
            self.skipTest("no aws (awscli)")
        for version, path in command_lines().items():
            with self.subTest("aws-cli %d.%d" % version):
                self.check_aws(version, path, ["--endpoint-url", self.emulator.url], False)
        self.emulator.stop()

    def test_aws_with_only_the_environment(self):
        newer = {v: path for v, path in command_lines().items() if reads_endpoint_url(v)}
        if not newer:
            self.skipTest("no aws that reads AWS_ENDPOINT_URL")
        for version, path in newer.items():
            with self.subTest("aws-cli %d.%d" % version):
                self.check_aws(version, path, [], True)
        self.emulator.stop()


if __name__ == "__main__":
    hydrant.main()

"""The commands of README.md, run as they stand there: only the port, the program's place and the
data folder are others. README cannot rot unnoticed."""
import json
import os
import re
import shlex
import shutil
import subprocess

import hydrant
import test_clients

ADDRESS = "http://127.0.0.1:4573"
BUILT = "build/release/emulator/hydrant"
JS = os.path.join(hydrant.ROOT, "build", "js")


def readme():
    with open(os.path.join(hydrant.ROOT, "README.md"), encoding="utf-8") as file:
        return file.read()


def blocks():
    """The code that is set off by four blanks, block by block."""
    found, block = [], []
    for line in readme().splitlines() + ["end"]:
        if line.startswith("    "):
            block.append(line[4:])
        elif block:
            found.append("\n".join(block))
            block = []
    return found


def block_with(start):
    block, = [one for one in blocks() if one.startswith(start)]
    return block


class Readme(hydrant.Test):
    def line(self, start):
        """hydrant as the line with this start says."""
        line, = [one for block in blocks() for one in block.splitlines() if one.startswith(start)]
        words = [word for word in shlex.split(line)[1:] if word != "..."]
        if "--stream" not in words:
            words += ["--stream", "clicks", "--bucket", "clicks-bucket"]
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(hydrant.ROOT)
        return self.hydrant(None, words)

    def run_shell(self, emulator, text, **environment):
        text = text.replace(ADDRESS, emulator.url)
        done = subprocess.run(
            ["sh", "-ec", text], capture_output=True, text=True, timeout=120, check=False,
            cwd=hydrant.ROOT, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": self.folder(), "LANG": "C.UTF-8",
                 "AWS_PAGER": "", **environment})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def delivered(self, emulator):
        emulator.flush("clicks")
        return b"".join(emulator.objects("clicks-bucket").values())

    def credentials(self, emulator):
        lines = [one for one in block_with("export AWS_ENDPOINT_URL").splitlines()
                 if one.startswith("export ")]
        return dict(word.split("=", 1) for line in lines for word in
                    line.replace(ADDRESS, emulator.url).split()[1:])

    def test_the_stream_in_one_line_and_the_command_line(self):
        """Its transform shouts."""
        emulator = self.line(BUILT)
        version2 = {v: path for v, path in test_clients.command_lines().items() if v >= (2,)}
        if not version2:
            self.skipTest("no aws of version 2 (awscli)")
        version, path = max(version2.items())
        text = block_with("export AWS_ENDPOINT_URL")
        if not test_clients.reads_endpoint_url(version):
            text = re.sub(r"^(aws .*)$", r'\1 --endpoint-url "$AWS_ENDPOINT_URL"', text,
                          flags=re.MULTILINE)
        folder = self.folder()
        os.symlink(path, os.path.join(folder, "aws"))
        said = self.run_shell(emulator, text, PATH=folder + ":" + os.environ["PATH"])
        self.assertIn("RecordId", said)
        self.assertIn('"DeliveryStreamStatus": "ACTIVE"', said)
        self.assertEqual(self.delivered(emulator), b"HELLO")
        emulator.stop()

    def test_boto3(self):
        emulator = self.line(BUILT)
        newer = {v: path for v, path in test_clients.pythons().items()
                 if v >= test_clients.ENDPOINT_URL_SINCE}
        if not newer:
            self.skipTest("no boto3 that reads AWS_ENDPOINT_URL")
        for path in newer.values():
            self.run_shell(emulator, '"$PYTHON" -c "$CODE"', PYTHON=path,
                           CODE=block_with("import boto3"), **self.credentials(emulator))
        self.assertEqual(self.delivered(emulator), b"HELLO\n" * 500 * len(newer))
        emulator.stop()

    def test_javascript(self):
        if shutil.which("npm") is None:
            self.skipTest("no npm")
        package = os.path.join(JS, "node_modules", "@aws-sdk", "client-firehose")
        if not os.path.exists(package):
            os.makedirs(JS, exist_ok=True)
            done = subprocess.run(
                ["npm", "install", "--no-audit", "--no-fund", "--prefix", JS,
                 "@aws-sdk/client-firehose"], stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=240, check=False)
            if done.returncode != 0:
                shutil.rmtree(JS, ignore_errors=True)
                self.skipTest("the AWS SDK for JavaScript is not to be had")
        emulator = self.line(BUILT)
        script = os.path.join(JS, "readme.mjs")
        with open(script, "w", encoding="utf-8") as file:
            file.write(block_with("import {") + "\n")
        self.run_shell(emulator, 'node "$SCRIPT"', SCRIPT=script, **self.credentials(emulator))
        self.assertEqual(self.delivered(emulator), b"HELLO\n")
        emulator.stop()

    def test_flush(self):
        emulator = self.line(BUILT)
        block = block_with("curl -X POST %s/_hydrant/flush" % ADDRESS)
        command, shown = block.splitlines()
        emulator.put("clicks", b"hello\n")
        said = json.loads(self.run_shell(emulator, command))
        shown = json.loads(shown)
        self.assertEqual(list(said), list(shown))
        self.assertEqual(list(said["objects"][0]), list(shown["objects"][0]))
        for answer in (said, shown):
            answer["objects"][0].pop("key")
        self.assertEqual(said, shown)
        emulator.stop()

    def test_the_clock(self):
        emulator = self.line("hydrant --clock manual")
        emulator.put("clicks", b"hello\n")
        command, = [line for block in blocks() for line in block.splitlines()
                    if line.startswith("curl") and "/clock" in line]
        self.assertIn("now_ms", json.loads(self.run_shell(emulator, command)))
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"hello\n"])
        emulator.stop()

    def test_every_option_is_one(self):
        known = subprocess.run([hydrant.HYDRANT, "--help"], capture_output=True, text=True,
                               check=True).stdout
        known = set(re.findall(r"--[a-z][a-z-]+", known))
        said = [line for block in blocks() for line in block.splitlines()
                if re.match(r"(\S+/)?hydrant ", line)]
        prose = "\n".join(line for line in readme().splitlines() if not line.startswith("    "))
        said += [code for code in re.findall(r"`([^`\n]+)`", prose)
                 if re.match(r"(hydrant )?--", code)]
        options = set(re.findall(r"--[a-z][a-z-]+", "\n".join(said)))
        self.assertGreater(len(options), 5)
        self.assertEqual(options - known, {"--endpoint-url"})  # the AWS command line's

    def test_files_that_it_names_are_there(self):
        for path in re.findall(r"\]\(([^)#]+)\)", readme()) + [
                "docker/clicks.json", "emulator/quickstart.sh", "docker/compose.yaml"]:
            if "://" not in path:
                self.assertTrue(os.path.exists(os.path.join(hydrant.ROOT, path)), path)
            self.assertIn(path, readme())


if __name__ == "__main__":
    hydrant.main()

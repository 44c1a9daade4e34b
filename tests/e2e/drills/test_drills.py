#!/usr/bin/env python3
"""firedrill run and init as their users meet them: files in, TAP, reports and statuses out.

    test_drills.py ROOT FIREDRILL HYDRANT
"""

import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT, FIREDRILL, HYDRANT = (os.path.abspath(path) for path in sys.argv[1:4])
ENV = {name: value for name, value in os.environ.items()
       if not name.startswith(("GITHUB_", "GITLAB_", "AWS_"))}
PLAIN = {"options": ["--stream", "clicks", "--bucket", "shop"]}
PUT = {"put": {"stream": "clicks", "data": '{"user":"ann","price":5}\n'}}
FLUSH = {"flush": "clicks"}


def tree_hash(top):
    """Of all names and bytes below a folder."""
    digest = hashlib.sha256()
    for folder, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                digest.update(os.path.relpath(path, top).encode() + b"\0" + file.read() + b"\0")
    return digest.hexdigest()


class Drills(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="drills-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, drill):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(drill if isinstance(drill, str) else json.dumps(drill, indent=1))
        return path

    def firedrill(self, *words, env=None):
        return subprocess.run([FIREDRILL, *words], capture_output=True, text=True, check=False,
                              env={**ENV, "TMPDIR": self.folder, **(env or {})})

    def run_drills(self, *words, env=None):
        return self.firedrill("run", "--hydrant", HYDRANT, *words, env=env)

    def play(self, expect, *words, steps=(PUT, FLUSH), given=None, env=None):
        path = self.write("drill.json", {"name": "one # drill", "given": given or PLAIN,
                                         "steps": list(steps), "expect": expect})
        return self.run_drills(path, *words, env=env)

    def left(self):
        return [name for name in os.listdir(self.folder) if name.startswith("firedrill-")]

    # ---- what it says ----

    def test_a_drill_that_passes(self):
        ended = self.play({"objects": 1})
        self.assertRegex(ended.stdout,
                         r"\ATAP version 13\n1\.\.1\nok 1 - one   drill \(\d+ ms\)\n\Z")
        self.assertRegex(ended.stderr, r"\A1 drill: 1 passed, 0 failed, \d+\.\d\d s\n\Z")
        self.assertEqual((ended.returncode, self.left()), (0, []))

    def test_a_drill_that_fails_leaves_its_folder(self):
        ended = self.play({"objects": 2})
        self.assertEqual(ended.returncode, 1)
        self.assertRegex(ended.stdout, r"\nnot ok 1 - ")
        self.assertRegex(ended.stdout, r"# \S+/drill\.json:\d+: objects: expected 2, got 1\n")
        folder = re.search(r"# its folder, .*: (\S+)\n", ended.stdout)[1]
        for name in ("hydrant.log", "data/buckets/shop"):
            self.assertTrue(os.path.exists(os.path.join(folder, name)), name)

    def test_keep(self):
        self.assertEqual(self.play({"objects": 1}, "--keep").returncode, 0)
        self.assertEqual(len(self.left()), 1)

    def test_results_are_in_order_whatever_ends_first(self):
        self.write("a.json", {"name": "slow", "steps": [{"shell": "sleep 0.5"}]})
        self.write("b.json", {"name": "quick", "steps": []})
        ended = self.run_drills("-j", "2", self.folder)
        self.assertRegex(ended.stdout, r"1\.\.2\nok 1 - slow .*\nok 2 - quick .*\n\Z")

    def test_differences(self):
        line = {"user": "ann", "price": 5}
        for name, records, said in (
                ("a field", {"lines": [{"user": "bob", "price": 5}]},
                 'field user\n#         expected "bob"\n#         got      "ann"\n'),
                ("a field that is not there", {"lines": [{**line, "more": 1}]},
                 "field more\n#         expected 1\n#         got      nothing\n"),
                ("a field that is too much", {"lines": [{"user": "ann"}]},
                 "field price\n#         expected nothing\n#         got      5\n"),
                ("where it came from", {"lines": [{"user": "ann", "price": 6}]},
                 "put by drill.json:"),
                ("missing", {"lines": [line, {"user": "bob"}]}, "record 2 is missing"),
                ("surplus", {"lines": []}, "record 1 was not expected, in shop/2026/"),
                ("surplus in a set", {"lines": [], "as": "set"}, "record 1 was not expected"),
                ("nearest in a set", {"lines": [{"user": "ann", "price": 6}], "as": "set"},
                 "field price\n#         expected 6\n#         got      5\n"),
                ("a pattern", {"lines": [line], "match": {"user": "^b"}},
                 'field user\n#         expected "^b"\n#         got      "ann"\n'),
                ("too far off", {"lines": [{"user": "ann", "price": 5.2}], "tolerance": 0.1},
                 "field price\n#         expected 5.2\n#         got      5\n")):
            ended = self.play({"records": records})
            self.assertEqual(ended.returncode, 1, name)
            self.assertIn(said, ended.stdout, name)

    def test_what_rules_allow(self):
        for name, records in (
                ("numbers by value", {"lines": [{"price": 5.0, "user": "ann"}]}),
                ("a field left out", {"lines": [{"user": "ann"}], "ignore": ["price"]}),
                ("only some fields", {"lines": [{"user": "ann", "x": 1}], "only": ["user"]}),
                ("a pattern", {"lines": [{"user": "", "price": 5}], "match": {"user": "^a"}}),
                ("near enough", {"lines": [{"user": "ann", "price": 5.05}], "tolerance": 0.1}),
                ("near enough, that field",
                 {"lines": [{"user": "ann", "price": 5.05}], "tolerance": {"price": 0.1}}),
                ("text as it is", {"lines": ['{"user":"ann","price":5}']})):
            ended = self.play({"records": records})
            self.assertEqual((ended.returncode, name), (0, name), ended.stdout)

    def test_other_expectations_that_fail(self):
        for expect, said in (
                ({"objects": [{"key": "2027/*"}]}, 'no object fits {"key":"2027/*"}'),
                ({"objects": [{"bytes": 7}]}, "bytes: expected 7, got 25"),
                ({"objects": [{"text": "x"}]}, 'text: expected "x", got "{"user"'),
                ({"objects": [{"encoding": "gzip"}]}, 'encoding: expected "gzip"'),
                ({"objects": [{"sha256": "00"}]}, 'sha256: expected "00", got "'),
                ({"objects": []}, "was not expected"),
                ({"objects": [{"count": 0}]}, "expected none like this"),
                ({"error_records": 1}, "error records: expected 1, got 0"),
                ({"error_records": [{"code": "x"}]}, "expected 1, got 0"),
                ({"invocations": 1}, "invocations: expected 1, got 0"),
                ({"counters": {"clicks": {"incoming_records": {"min": 2}}}},
                 'incoming_records: expected {"min":2}, got 1'),
                ({"counters": {"nobody": {}}}, "there is no stream nobody"),
                ({"counters": {"clicks": {"x": 1}}}, "there is no counter x"),
                ({"metrics": {"nothing": 1}}, "there is no metric nothing"),
                ({"requests": [{"stub": "nobody"}]}, "there is no stub nobody"),
                ({"log": [{"has": "no such line"}]}, 'no line fits "no such line"'),
                ({"log": [{"has": "("}]}, "is not a regular expression")):
            ended = self.play(expect)
            self.assertEqual(ended.returncode, 1, expect)
            self.assertIn(said, re.sub(r"\s+", " ", ended.stdout), expect)

    def test_steps_that_fail(self):
        for step, said in (
                ({"put": {"stream": "nobody", "data": ""}},
                 "expected a success, got 400: {\"__type\":\"ResourceNotFoundException\""),
                ({"put": {"stream": "clicks", "data": "", "expect": {"error": "X"}}},
                 "expected an error, got 200"),
                ({"put": {"stream": "nobody", "data": "", "expect": {"error": "X"}}},
                 'error: expected "X", got "ResourceNotFoundException"'),
                ({"http": {"path": "/_hydrant/health", "expect": {"body": {"status": "ill"}}}},
                 'body: expected {'),
                ({"put": {"stream": "clicks", "data": "${stub.nobody}"}},
                 "there is no stub nobody"),
                ({"shell": "exit 3"}, "ended with status 3, not with status 0"),
                ({"shell": {"command": "echo no", "output": "yes"}}, 'output: expected "yes"'),
                ({"shell": {"command": "echo hm; sleep 60", "timeout": 50}},
                 "the command took longer than 50 ms: hm"),
                ({"replay": {"file": "nowhere.jsonl"}}, "nowhere.jsonl: No such file"),
                ({"await": {"stream": "clicks", "settled": 9, "timeout": 20}}, "got 408")):
            ended = self.play({}, steps=[step])
            self.assertEqual(ended.returncode, 1, step)
            self.assertIn(said, ended.stdout, step)

    def test_a_failed_step_is_the_last(self):
        ended = self.play({}, steps=[{"shell": "exit 1"}, {"shell": "touch was-here"}])
        self.assertEqual(ended.returncode, 1)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "was-here")))

    def test_a_hydrant_that_goes_away(self):
        ended = self.play({}, steps=[PUT, {"shell": "kill -9 $HYDRANT_PID"}, FLUSH])
        self.assertEqual(ended.returncode, 1)
        self.assertIn("hydrant ended by signal 9", ended.stdout)

    # ---- mistakes ----

    def test_mistakes_are_told_with_their_line_and_nothing_is_run(self):
        good = {"name": "n", "steps": []}
        for drill, said in (
                ('{"name":"n",\n"steps":[}', "drill.json:2: not JSON: "),
                ([], "drill.json:1: a drill is an object"),
                ({"name": "n"}, 'drill.json:1: a drill needs the member "steps"'),
                ({**good, "expcet": {}}, 'drill.json:4: unknown member "expcet" of a drill; '
                                         "known are name, given, steps, expect"),
                ({**good, "name": 1}, 'drill.json:2: member "name": must be a string'),
                ({**good, "steps": [{}]}, "a step has exactly one of replay, put, "),
                ({**good, "steps": [{"jump": 1}]}, 'unknown member "jump" of a step'),
                ({**good, "steps": [{"advance": "soon"}]}, 'member "advance": must be whole'),
                ({**good, "steps": [{"put": {"stream": "s"}}]}, "put has one of "),
                ({**good, "steps": [{"put": {"stream": "s", "records": [1]}}]},
                 'member "records": must hold only a string or an object'),
                ({**good, "steps": [{"replay": {"file": "f", "speed": "x2"}}]},
                 'member "speed": must be one of: recorded max'),
                ({**good, "given": {"clock": "late"}}, 'member "clock": must be real'),
                ({**good, "given": {"config": {}, "config_file": ""}}, "has both"),
                ({**good, "given": {"stubs": {"s": {"routes": [{"pth": "/"}]}}}},
                 'unknown member "pth" of a route'),
                ({**good, "expect": {"records": {"as": "bag"}}}, "must be one of: sequence set"),
                ('{"name":"n","name":"m","steps":[]}', 'member "name" stands there twice')):
            ended = self.run_drills(self.write("drill.json", drill))
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), drill)
            self.assertIn(said, ended.stderr, drill)

    def test_wrong_usage(self):
        self.write("no-drill.txt", "")
        for words, said in ((["run"], "run needs FILE..."), (["run", "-j", "0", "x"], "-j must"),
                            (["run", "/nowhere.json"], "No such file"),
                            (["run", self.folder], "no drills"),
                            (["run", "--endpoint", "http://x", "x"], "--endpoint needs")):
            ended = self.firedrill(*words)
            self.assertEqual((ended.returncode, ended.stdout), (2, ""), words)
            self.assertIn(said, ended.stderr, words)

    def test_a_hydrant_that_does_not_start(self):
        ended = self.play({}, given={"config": {"colour": "red"}})
        self.assertEqual(ended.returncode, 3)
        self.assertIn("colour", ended.stdout)
        path = self.write("drill.json", {"name": "n", "steps": []})
        self.assertEqual(self.firedrill("run", "--hydrant", "/nowhere", path).returncode, 3)

    # ---- reports ----

    def test_junit(self):
        report = os.path.join(self.folder, "junit.xml")
        self.write("a.json", {"name": 'good "&<', "steps": []})
        self.write("b.json", {"name": "bad", "steps": [], "expect": {"objects": 1}})
        self.assertEqual(self.run_drills("--junit", report, self.folder).returncode, 1)
        suite = xml.etree.ElementTree.parse(report).getroot().find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("2", "1"))
        good, bad = suite.findall("testcase")
        self.assertEqual((good.get("name"), good.find("failure")), ('good "&<', None))
        self.assertIn("objects: expected 1, got 0", bad.find("failure").get("message"))
        self.assertTrue(bad.get("file").endswith("/b.json"))

    def test_annotations_for_github(self):
        ended = self.play({"objects": 2}, env={"GITHUB_ACTIONS": "true"})
        self.assertRegex(ended.stdout, r"\n::error file=\S+/drill\.json,line=\d+,"
                                       r"title=one # drill::\S+: objects: expected 2, got 1%0A")
        self.assertNotIn("::error", self.play({"objects": 2}).stdout)

    def test_colours_only_where_they_are_seen(self):
        wrong = {"records": {"lines": [{"user": "bob", "price": 5}]}}
        self.assertNotIn("\033", self.play(wrong).stdout)
        self.assertIn('\033[32m"bob"\033[0m', self.play(wrong, env={"GITLAB_CI": "1"}).stdout)

    # ---- golden files ----

    def test_update(self):
        golden = self.write("golden.jsonl", '{"user":"bob"}\n')
        expect = {"records": {"golden": "golden.jsonl"}}
        self.assertEqual(self.play(expect).returncode, 1)
        ended = self.play(expect, "--update")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertIn("# rewritten:\n# %s: 1 records\n" % golden, ended.stdout)
        with open(golden, encoding="utf-8") as file:
            self.assertEqual(file.read(), '{"user":"ann","price":5}\n')
        ended = self.play(expect, "--update")
        self.assertEqual((ended.returncode, "rewritten" in ended.stdout), (0, False))

    # ---- time and chance ----

    def test_the_same_drill_twice_gives_the_same_bytes(self):
        drill = os.path.join(ROOT, "fixtures", "drills", "an_hour_of_clicks.json")
        hashes = set()
        for _ in range(2):
            ended = self.run_drills("--keep", drill)
            self.assertEqual(ended.returncode, 0, ended.stdout)
            folder = re.search(r"# its folder, .*: (\S+)\n", ended.stdout)[1]
            hashes.add(tree_hash(os.path.join(folder, "data", "buckets")))
        self.assertEqual(len(hashes), 1)

    @unittest.skipUnless("release" in HYDRANT, "a matter of the release build")
    def test_an_hour_takes_less_than_two_seconds(self):
        """Of processor time, firedrill, hydrant and Python together: others use this machine, too,
        and nearly nothing of it is waiting."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = self.run_drills(os.path.join(ROOT, "fixtures", "drills", "an_hour_of_clicks.json"))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual(ended.returncode, 0, ended.stdout)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        self.assertTrue(0 < used < 2, used)

    def test_a_broken_transform_is_told_by_record_field_values_and_line(self):
        shutil.copytree(os.path.join(ROOT, "fixtures", "clicks"),
                        os.path.join(self.folder, "clicks"))
        os.mkdir(os.path.join(self.folder, "drills"))
        drill = shutil.copy(os.path.join(ROOT, "fixtures", "drills", "an_hour_of_clicks.json"),
                            os.path.join(self.folder, "drills"))
        path = os.path.join(self.folder, "clicks", "enrich.py")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        broken = text.replace("return json.dumps(line)",
                              'line["kind"] = line.pop("species")\n    return json.dumps(line)')
        self.assertNotEqual(text, broken)
        with open(path, "w", encoding="utf-8") as file:
            file.write(broken)
        ended = self.run_drills(drill)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("records: 1189 expected, 1189 found, 1189 of them wrong", ended.stdout)
        self.assertRegex(ended.stdout, r"record 1 differs \(golden\.jsonl:1, put by "
                                       r"clicks\.jsonl:1\), in clicks-bucket/2026/01/01/00/\S+:1\n"
                                       r"#       field species\n"
                                       r'#         expected "Paper Wren"\n'
                                       r"#         got      nothing\n"
                                       r"#       field kind\n"
                                       r"#         expected nothing\n"
                                       r'#         got      "Paper Wren"\n')

    # ---- a hydrant that runs already ----

    def test_endpoint(self):
        data = os.path.join(self.folder, "data")
        process = subprocess.Popen(
            [HYDRANT, "--listen", "127.0.0.1:0", "--data", data, "--stream", "clicks",
             "--bucket", "shop", "--clock", "manual", "--log", "error"], stdout=subprocess.PIPE,
            text=True)
        with process:
            url = process.stdout.readline().split()[2]
            words = ["--endpoint", url, "--buckets", os.path.join(data, "buckets")]
            for _ in range(2):
                ended = self.play({"objects": 1}, *words)
                self.assertEqual(ended.returncode, 0, ended.stdout)
            ended = self.play({}, *words, steps=[{"kill": True}])
            self.assertIn("is not ours to stop", ended.stdout)
            process.terminate()
        self.assertEqual(process.returncode, 0)

    # ---- init and the README ----

    def test_init(self):
        top = os.path.join(self.folder, "mine")
        self.assertEqual(self.firedrill("init", top).returncode, 0)
        ended = self.run_drills(os.path.join(top, "first_drill.json"))
        self.assertEqual(ended.returncode, 0, ended.stdout)
        again = self.firedrill("init", top)
        self.assertEqual((again.returncode, again.stdout), (1, ""))
        self.assertIn("is there already; nothing was written", again.stderr)

    def test_the_drills_of_the_readme(self):
        os.symlink(os.path.join(ROOT, "fixtures"), os.path.join(self.folder, "fixtures"))
        with open(os.path.join(ROOT, "harness", "README.md"), encoding="utf-8") as file:
            blocks = re.findall(r"\n\n((?:    .*\n)+)", file.read())
        drills = [block for block in blocks if block.lstrip().startswith('{\n      "name"')]
        self.assertEqual(len(drills), 10)
        paths = [self.write("%02d.json" % i, drill) for i, drill in enumerate(drills)]
        ended = self.run_drills("-j", "2", *paths)
        self.assertEqual(ended.returncode, 0, ended.stdout)

    def test_fixtures_are_named_by_their_rules(self):
        folder = os.path.join(ROOT, "fixtures", "drills")
        names = []
        for name in os.listdir(folder):
            if name.endswith(".json"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    names.append(json.load(file)["name"])
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])

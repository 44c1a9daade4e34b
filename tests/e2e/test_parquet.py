"""Parquet, read back by somebody else: pyarrow, which knows nothing of our writer.

Rows of every type, drawn by a seeded generator, go through to_parquet (tests/unit/convert) in
every combination of codec, page version and dictionary, and must come back equal, null by null;
then one million clicks, beside pyarrow's own writer. Then through hydrant, with what cannot be
converted in the error output. pyarrow is fetched into the build folder when it is not installed;
without it nothing is read back, which is most of this.
"""
import base64
import contextlib
import datetime
import decimal
import http.client
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import hydrant

VENV = os.path.join(hydrant.BUILD, "pyarrow")
TO_PARQUET = os.path.join(hydrant.BUILD, "tests", "unit", "convert", "to_parquet")

try:
    import pyarrow
    import pyarrow.json
    import pyarrow.parquet
except ImportError:
    pyarrow = None

TABLE = {"DatabaseName": "web", "Name": "all", "StorageDescriptor": {"Columns": [
    {"Name": name, "Type": kind} for name, kind in (
        ("yes", "boolean"), ("tiny", "tinyint"), ("small", "smallint"), ("medium", "int"),
        ("big", "bigint"), ("real", "float"), ("wide", "double"), ("text", "string"),
        ("some", "varchar(5)"), ("few", "char(4)"), ("bytes", "binary"), ("day", "date"),
        ("at", "timestamp"), ("cents", "decimal(9,2)"), ("money", "decimal(18,4)"),
        ("huge", "decimal(38,10)"), ("place", "struct<x:int,name:string,in:struct<deep:date>>"),
        ("tags", "array<string>"), ("grid", "array<array<int>>"), ("word", "string"),
        ("props", "map<string,int>"),
        ("odd", "map<int,array<struct<a:double,b:map<string,timestamp>>>>"),
        ("never", "struct<a:int>"))]}}
EPOCH = datetime.datetime(1970, 1, 1)
WORDS = ["", "a", "click", "Ünïcode", "鳥の歌", "\"quoted\" \\ \n\t", "🦊", "x" * 300]


class Drawn:
    """A row: as JSON has it, and as pyarrow must give it back."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def integer(self, bits):
        edges = (-2 ** (bits - 1), 2 ** (bits - 1) - 1, 0, -1)
        number = self.random.choice(edges + (self.random.getrandbits(bits - 1),))
        return number, number

    def real(self):
        number = struct.unpack("<f", struct.pack("<f", self.random.uniform(-1e6, 1e6)))[0]
        return number, number

    def wide(self):
        number = self.random.choice((
            0.5, -1e300, 5e-324, 1e22, 123456789.123456789, self.random.uniform(-1, 1),
            float(self.random.getrandbits(60))))
        return number, number

    def text(self, cut=None):
        word = self.random.choice(WORDS) + str(self.random.randrange(5))
        return word, word if cut is None else word[:cut]

    def day(self):
        day = datetime.date(1, 1, 1) + datetime.timedelta(self.random.randrange(3652059))
        return day.isoformat(), day

    def instant(self):
        at = EPOCH + datetime.timedelta(microseconds=self.random.randrange(-10 ** 15, 4 * 10 ** 15))
        at = at.replace(year=max(1678, min(2261, at.year)))  # what 64 bits of nanoseconds reach
        form = self.random.randrange(4)
        if form == 0:
            return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), at
        if form == 1:
            return at.strftime("%Y-%m-%d %H:%M:%S.%f"), at
        at = EPOCH + datetime.timedelta(milliseconds=self.random.randrange(10 ** 12, 2 * 10 ** 12))
        if form == 2:
            return (at - EPOCH) // datetime.timedelta(milliseconds=1), at
        at = at.replace(microsecond=0)
        return (at - EPOCH) // datetime.timedelta(seconds=1), at

    def number(self, precision, scale):
        digits = self.random.randrange(10 ** self.random.randrange(1, precision + 1))
        exact = decimal.Decimal(digits).scaleb(-scale, decimal.Context(prec=50))
        exact = -exact if digits and self.random.random() < .5 else exact
        return format(exact, "f"), exact

    def array(self, draw, most=4):
        pairs = [self.maybe(draw) for _ in range(self.random.randrange(most))]
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def fields(self, **draws):
        """A struct; what is missing in the JSON is null."""
        source, result = {}, {}
        for name, draw in draws.items():
            value, result[name] = self.maybe(draw)
            if value is not None or self.random.random() < .5:
                source[name] = value
        return source, result

    def map(self, keys, draw):
        source, result = {}, []
        for key in self.random.sample(keys, self.random.randrange(len(keys))):
            value, back = self.maybe(draw)
            source[str(key)] = value
            result.append((key, back))
        return source, result

    def maybe(self, draw):
        return (None, None) if self.random.random() < .2 else draw()

    def row(self):
        def odd():
            return self.fields(a=self.wide, b=lambda: self.map(["k", "l", "é"], self.instant))
        return self.fields(
            yes=lambda: (True, True) if self.random.random() < .5 else (False, False),
            tiny=lambda: self.integer(8), small=lambda: self.integer(16),
            medium=lambda: self.integer(32), big=lambda: self.integer(64), real=self.real,
            wide=self.wide, text=self.text, some=lambda: self.text(5),
            few=lambda: (("ab  ", "ab"), ("abcdef", "abcd"))[self.random.randrange(2)],
            bytes=lambda: (lambda pair: (pair[0], pair[1].encode()))(self.text()), day=self.day,
            at=self.instant, cents=lambda: self.number(9, 2), money=lambda: self.number(18, 4),
            huge=lambda: self.number(38, 10),
            place=lambda: self.fields(x=lambda: self.integer(32), name=self.text,
                                      **{"in": lambda: self.fields(deep=self.day)}),
            tags=lambda: self.array(self.text),
            grid=lambda: self.array(lambda: self.array(lambda: self.integer(32))),
            word=lambda: self.random.choice((("a", "a"), ("b", "b"))),
            props=lambda: self.map(["p", "q", "r", ""], lambda: self.integer(32)),
            odd=lambda: self.map([1, -2, 3], lambda: self.array(odd)),
            never=lambda: (None, None))


@unittest.skipIf(pyarrow is None, "pyarrow is not installed and could not be fetched")
class Parquet(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hydrant-parquet-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def convert(self, table, lines, *options):
        """The file, and what to_parquet says of it."""
        with open(self.path("table.json"), "w", encoding="utf-8") as file:
            json.dump(table, file)
        with open(self.path("in.jsonl"), "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))
        done = subprocess.run([TO_PARQUET, self.path("table.json"), self.path("in.jsonl"),
                               self.path("out.parquet"), *options], stdout=subprocess.PIPE,
                              check=True)
        return pyarrow.parquet.ParquetFile(self.path("out.parquet")), json.loads(done.stdout)

    def columns(self, lines, columns, *options):
        table = {"DatabaseName": "d", "TableName": "t",
                 "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()]}
        file, report = self.convert(table, lines, *options)
        return file.read().to_pylist(), report["failures"]

    def test_every_type_and_every_way_to_write_it(self):
        drawn = Drawn(1)
        rows = [drawn.row() for _ in range(1500)]
        lines = [json.dumps(row[0], ensure_ascii=i % 2 == 0) for i, row in enumerate(rows)]
        for codec, version, dictionary in itertools.product(
                ("none", "snappy", "gzip"), ("1", "2"), ("0", "1")):
            with self.subTest(codec=codec, version=version, dictionary=dictionary):
                file, report = self.convert(
                    TABLE, lines, "codec=" + codec, "version=" + version,
                    "dictionary=" + dictionary, "page=2000", "block=90000")
                self.assertEqual((report["rows"], report["failures"]), (len(rows), []))
                self.assertGreater(file.metadata.num_row_groups, 1)
                for i, (got, row) in enumerate(zip(file.read().to_pylist(), rows)):
                    self.assertEqual(got, row[1], lines[i])
                self.check_statistics(file, [row[1] for row in rows])

    def check_statistics(self, file, rows):
        first = 0
        for g in range(file.metadata.num_row_groups):
            group = file.metadata.row_group(g)
            chunk = {group.column(c).path_in_schema: group.column(c)
                     for c in range(group.num_columns)}
            part = rows[first:first + group.num_rows]
            first += group.num_rows
            for name in ("tiny", "medium", "big", "real", "wide", "text", "day", "cents", "money",
                         "huge", "yes"):
                values = [row[name] for row in part if row[name] is not None]
                stats = chunk[name].statistics
                self.assertEqual(stats.null_count, len(part) - len(values))
                self.assertEqual((stats.min, stats.max), (
                    (min(values), max(values)) if name != "text" else
                    (min(values, key=str.encode), max(values, key=str.encode))), name)
            self.assertFalse(chunk["at"].statistics.has_min_max)
        self.assertEqual(first, len(rows))

    def test_metadata(self):
        file, _ = self.convert(TABLE, ["{}"])
        self.assertEqual(file.metadata.created_by, "hydrant version 0.1.0")
        self.assertEqual(file.metadata.metadata, {b"written.by": b"to_parquet"})
        self.assertEqual(file.metadata.format_version, "1.0")
        self.assertEqual(file.schema.names[:3], ["yes", "tiny", "small"])

    def test_no_rows_is_a_file(self):
        file, _ = self.convert(TABLE, [])
        self.assertEqual(file.read().num_rows, 0)
        self.assertEqual(len(file.schema_arrow.names), len(TABLE["StorageDescriptor"]["Columns"]))

    def test_a_record_is_converted_whole_or_not_at_all(self):
        rows, failures = self.columns(
            ['{"n":1}{"n":2} {"n":3}', '{"n":4,"s":"new"}{"n":"x"}', '{"n":5', "[{}]", " ",
             '{"n":6,"l":[1,2,"x"]}', '{"n":7,"N":8}', '{"n":9}'],
            {"n": "int", "s": "string", "l": "array<int>"})
        self.assertEqual([row["n"] for row in rows], [1, 2, 3, 9])
        self.assertEqual([row["s"] for row in rows], [None] * 4)
        self.assertEqual(
            [(failure["record"], failure["code"].split(".")[1]) for failure in failures],
            [(1, "MalformedData"), (2, "ParseError"), (3, "ParseError"), (4, "MalformedData"),
             (5, "MalformedData"), (6, "ParseError")])
        begins = {"ParseError": "Encountered malformed JSON.",
                  "MalformedData": "Data does not match the schema."}
        for failure in failures:
            if failure["record"] == 4:
                self.assertEqual(failure["message"],
                                 "The record was empty or contained only whitespace.")
            else:
                begin = begins[failure["code"].split(".")[1]]
                self.assertTrue(failure["message"].startswith(begin), failure)

    def test_openx_options(self):
        columns = {"user_id": "int", "ts": "bigint", "nested": "struct<a_b:int>"}
        line = '{"User.Id":1,"When":2,"nested":{"A.B":3}}'
        self.assertEqual(self.columns([line], columns, "dots=1", "map=ts:when")[0],
                         [{"user_id": 1, "ts": 2, "nested": {"a_b": 3}}])
        self.assertEqual(self.columns([line], columns, "dots=1", "map=ts:when", "case=sensitive"),
                         ([{"user_id": None, "ts": None, "nested": {"a_b": None}}], []))

    def test_hive_timestamps(self):
        lines = ['{"at":"%s"}' % text for text in (
            "17/Nov/2026:10:11:12 +0130", "20261117101112.5", "1795168272123",
            "2026-11-17 10:11:12", "yesterday")]
        rows, failures = self.columns(lines, {"at": "timestamp"}, "rules=hive",
                                      "format=dd/MMM/yyyy:HH:mm:ss Z",
                                      "format=yyyyMMddHHmmss.S", "format=millis")
        at = datetime.datetime(2026, 11, 17, 10, 11, 12)
        self.assertEqual([row["at"] for row in rows], [
            at - datetime.timedelta(minutes=90), at + datetime.timedelta(milliseconds=500),
            EPOCH + datetime.timedelta(milliseconds=1795168272123), at])
        self.assertEqual([failure["record"] for failure in failures], [4])

    def test_nanoseconds(self):
        file, _ = self.convert({"DatabaseName": "d", "Name": "t",
                                "Columns": [{"Name": "at", "Type": "timestamp"}]},
                               ['{"at":"1969-12-31T23:59:59.123456789Z"}'])
        self.assertEqual(file.read()["at"].cast(pyarrow.int64()).to_pylist(), [-876543211])

    def test_a_dictionary_that_grows_too_large(self):
        words = ["%040d" % (i % 60000) for i in range(120000)]
        lines = ['{"w":"%s","few":%d}' % (word, i % 7) for i, word in enumerate(words)]
        file, _ = self.convert({"DatabaseName": "d", "Name": "t", "Columns": [
            {"Name": "w", "Type": "string"}, {"Name": "few", "Type": "int"}]},
            lines, "page=4000")
        self.assertEqual(file.read()["w"].to_pylist(), words)
        group = file.metadata.row_group(0)
        self.assertIn("PLAIN", group.column(0).encodings)
        self.assertNotIn("PLAIN", group.column(1).encodings)
        self.assertEqual(group.column(1).statistics.max, 6)

    def test_a_million_clicks(self):
        draw = random.Random(7)
        mysfits = ["%032x" % draw.getrandbits(128) for _ in range(12)]
        began = EPOCH + datetime.timedelta(days=20000)
        clicks = [(("user%d@example.com" % draw.randrange(50000)), draw.choice(mysfits),
                   began + datetime.timedelta(milliseconds=37 * i), draw.randrange(1000),
                   draw.random(), ["a", "b"][:draw.randrange(3)] if i % 10 else None)
                  for i in range(1000000)]
        names = ("userid", "mysfitid", "at", "x", "score", "tags")
        kinds = ("string", "string", "timestamp", "int", "double", "array<string>")
        lines = ['{"userId":"%s","mysfitId":"%s","at":"%s","x":%d,"score":%r,"tags":%s}' % (
            user, mysfit, at.isoformat(" "), x, score, json.dumps(tags))
            for user, mysfit, at, x, score, tags in clicks]
        table = {"DatabaseName": "web", "Name": "clicks", "StorageDescriptor": {"Columns": [
            {"Name": name, "Type": kind} for name, kind in zip(names, kinds)]}}
        file, report = self.convert(table, lines)
        self.assertEqual((report["rows"], report["failures"]), (len(clicks), []))
        types = (pyarrow.string(), pyarrow.string(), pyarrow.timestamp("ns"), pyarrow.int32(),
                 pyarrow.float64(), pyarrow.list_(pyarrow.string()))
        expected = pyarrow.table({name: pyarrow.array([click[i] for click in clicks], types[i])
                                  for i, name in enumerate(names)})
        got = file.read()
        for name in names:
            # Whole columns; the names inside lists differ, Hive's and Arrow's.
            self.assertTrue(got[name].cast(expected[name].type).equals(expected[name]), name)
        self.compare(report["seconds"])
        self.assertLess(os.path.getsize(self.path("out.parquet")),
                        1.1 * os.path.getsize(self.path("arrow.parquet")))

    def compare(self, seconds):
        """From the same lines, pyarrow's way; on one thread, as ours."""
        began = time.process_time()
        table = pyarrow.json.read_json(
            self.path("in.jsonl"), pyarrow.json.ReadOptions(use_threads=False))
        read = time.process_time()
        pyarrow.parquet.write_table(table, self.path("arrow.parquet"))
        wrote = time.process_time()
        lines, ours, theirs = (os.path.getsize(self.path(name)) for name in (
            "in.jsonl", "out.parquet", "arrow.parquet"))
        print("one million clicks, %.0f MB of JSON:\n"
              "  hydrant  %5.2f s, %5.1f MB/s of JSON, %5.1f MB of Parquet\n"
              "  pyarrow  %5.2f s, %5.1f MB/s of JSON, %5.1f MB of Parquet (%.2f s to read, %.2f s "
              "to write)" % (lines / 1e6, seconds, lines / 1e6 / seconds, ours / 1e6,
                             wrote - began, lines / 1e6 / (wrote - began), theirs / 1e6,
                             read - began, wrote - read))


CLICKS_TABLE = {"DatabaseName": "web", "TableName": "clicks", "Columns": [
    {"Name": "user", "Type": "string"}, {"Name": "n", "Type": "int"}]}


def conversion(**changes):
    """DataFormatConversionConfiguration; a change of None takes the member away."""
    whole = {
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
        "SchemaConfiguration": {"RoleARN": "arn:aws:iam::%s:role/glue" % hydrant.ACCOUNT,
                                "DatabaseName": "web", "TableName": "clicks"}}
    whole.update(changes)
    return {name: value for name, value in whole.items() if value is not None}


def clicks_stream(processors=(), **changes):
    destination = {"DataFormatConversionConfiguration": conversion(**changes)}
    if processors:
        destination["ProcessingConfiguration"] = {"Enabled": True, "Processors": list(processors)}
    return hydrant.stream(buffering=(64, 300), Prefix="data/", ErrorOutputPrefix="bad/",
                          **destination)


class Delivered(hydrant.Test):
    """Through the emulator: what can be converted and what cannot, each exactly once."""

    def start(self, *streams, options=()):
        config = hydrant.config(*streams)
        config["tables"] = [CLICKS_TABLE]
        return self.hydrant(config, options)

    def check(self, emulator, rows, bad):
        """Rows of all data objects and raw data of all error lines, in any order."""
        objects = emulator.objects("clicks-bucket")
        data = {key: body for key, body in objects.items() if key.startswith("data/")}
        errors = {key: body for key, body in objects.items() if key not in data}
        lines = [json.loads(line) for body in errors.values() for line in body.splitlines()]
        self.assertEqual(sorted(base64.b64decode(line["rawData"]) for line in lines), sorted(bad))
        for key in errors:
            self.assertRegex(key, r"\Abad/format-conversion-failed/\d{4}/\d\d/\d\d/\d\d/clicks-1-")
        for key, body in data.items():
            self.assertRegex(key, r"\Adata/\d{4}/\d\d/\d\d/\d\d/clicks-1-[-0-9a-f]+\.parquet\Z")
            self.assertEqual((body[:4], body[-4:]), (b"PAR1", b"PAR1"))
        self.assertEqual(emulator.temporaries(), [])
        if pyarrow is not None:
            got = [row for body in data.values()
                   for row in pyarrow.parquet.read_table(pyarrow.BufferReader(body)).to_pylist()]
            self.assertEqual(sorted(got, key=repr), sorted(rows, key=repr))
        return list(data), lines

    def test_records_as_they_were_put(self):
        emulator = self.start(clicks_stream(), options=["--clock", "manual"])
        now_ms = hydrant.expect(200, emulator.control("GET", "clock"))["now_ms"]
        bad = [b'{"n":"x"}', b"no json", b" "]
        emulator.put_batch("clicks", [b'{"user":"a","n":1}', bad[0], b'{"User":"b"}{"n":3}\n',
                                      bad[1], bad[2], b'{"n":5,"other":[{}]}'])
        emulator.advance(300000)
        rows = [{"user": "a", "n": 1}, {"user": "b", "n": None}, {"user": None, "n": 3},
                {"user": None, "n": 5}]
        data, lines = self.check(emulator, rows, bad)
        self.assertEqual(len(data), 1)
        self.assertEqual(list(lines[0]), [
            "attemptsMade", "arrivalTimestamp", "lastErrorCode", "lastErrorMessage",
            "attemptEndingTimestamp", "rawData", "sequenceNumber", "subSequenceNumber",
            "dataCatalogTable"])
        self.assertEqual([line["lastErrorCode"] for line in lines], [
            "DataFormatConversion." + name for name in (
                "MalformedData", "ParseError", "MalformedData")])
        self.assertEqual((lines[0]["attemptsMade"], lines[0]["arrivalTimestamp"],
                          lines[0]["attemptEndingTimestamp"]), (1, now_ms, now_ms + 300000))
        table = lines[0]["dataCatalogTable"]
        self.assertEqual((table["catalogId"], table["databaseName"], table["tableName"],
                          table["region"], table["versionId"]),
                         (hydrant.ACCOUNT, "web", "clicks", hydrant.REGION, "LATEST"))
        emulator.stop()

    def test_nothing_can_be_converted(self):
        emulator = self.start(clicks_stream())
        emulator.put_batch("clicks", [b"one", b"two"])
        answer = emulator.flush("clicks")
        self.assertEqual((answer["records"], answer["failed"]), (2, 2))
        data, _ = self.check(emulator, [], [b"one", b"two"])
        self.assertEqual(data, [])
        emulator.put("clicks", b'{"n":1}')
        emulator.flush("clicks")
        self.check(emulator, [{"user": None, "n": 1}], [b"one", b"two"])
        emulator.stop()

    def test_parts_of_records(self):
        emulator = self.start(clicks_stream(
            [{"Type": "RecordDeAggregation",
              "Parameters": [{"ParameterName": "SubRecordType", "ParameterValue": "JSON"}]},
             {"Type": "AppendDelimiterToRecord"}]))
        emulator.put_batch("clicks", [b'{"n":1}{"n":"x"}{"n":3}', b'{"n":4}', b'{"n":[]}'])
        emulator.flush("clicks")
        rows = [{"user": None, "n": n} for n in (1, 3, 4)]
        self.check(emulator, rows, [b'{"n":"x"}', b'{"n":[]}'])
        emulator.kill()
        emulator.start()  # all of it is settled: nothing comes again
        emulator.flush("clicks")
        self.check(emulator, rows, [b'{"n":"x"}', b'{"n":[]}'])
        emulator.stop()

    def test_exactly_once_over_kills(self):
        emulator = self.start(clicks_stream())
        rows, bad = [], []
        for i in range(12):
            rows += [{"user": str(i), "n": n} for n in range(200)]
            bad += [b'{"n":"%d-%d"}' % (i, n) for n in range(20)]
            emulator.put_batch("clicks", [
                b'{"user":"%d","n":%d}' % (i, n) for n in range(200)] + bad[-20:])
            flush = threading.Thread(target=self.flush_until_killed, args=(emulator,))
            flush.start()
            time.sleep(random.uniform(0, .03))
            emulator.kill()
            flush.join()
            emulator.start()
        emulator.flush("clicks")
        self.check(emulator, rows, bad)
        emulator.stop()

    def flush_until_killed(self, emulator):
        with contextlib.suppress(OSError, http.client.HTTPException):
            emulator.flush("clicks")

    def test_a_bucket_that_is_not_there_yet(self):
        emulator = self.start(clicks_stream(), options=["--clock", "manual"])
        emulator.put_batch("clicks", [b'{"n":1}', b"bad"])
        bucket = os.path.join(emulator.buckets, "clicks-bucket")
        os.rename(bucket, bucket + "-away")
        emulator.advance(310000)
        os.rename(bucket + "-away", bucket)
        emulator.advance(10000)
        self.check(emulator, [{"user": None, "n": 1}], [b"bad"])
        emulator.stop()

    def test_the_same_bucket_every_time(self):
        def run():
            emulator = self.start(clicks_stream(), options=["--clock", "manual", "--seed", "5"])
            for i in range(5):
                emulator.put_batch("clicks", [b'{"n":%d}' % i, b"bad"])
                emulator.advance(300000)
            emulator.stop()
            return {key.split("-", 7)[-1]: len(body)
                    for key, body in emulator.objects("clicks-bucket").items()}
        self.assertEqual(run(), run())

    def refused(self, emulator, request, sentence):
        request["DeliveryStreamName"] = "other"
        answer = emulator.aws("CreateDeliveryStream", request)
        self.assertEqual((answer.status, answer.json["__type"]), (400, "InvalidArgumentException"))
        self.assertIn(sentence, answer.json["message"])

    def test_what_is_refused(self):
        emulator = self.start()
        self.refused(emulator, clicks_stream(
            OutputFormatConfiguration={"Serializer": {"OrcSerDe": {}}}), "ORC")
        self.refused(emulator, clicks_stream(SchemaConfiguration={
            "RoleARN": "arn:aws:iam::%s:role/glue" % hydrant.ACCOUNT, "DatabaseName": "web",
            "TableName": "visits"}), "Table visits not found in database web. (Service: AWSGlue; "
            "Status Code: 400; Error Code: EntityNotFoundException)")
        self.refused(emulator, clicks_stream(InputFormatConfiguration={"Deserializer": {
            "HiveJsonSerDe": {"TimestampFormats": ["millis", "QQQ"]}}}),
            "One or more SerDe options are invalid for org.apache.hcatalog.data.JsonSerDe: "
            "[Key: timestamp.formats Value: millis,QQQ]")
        self.refused(emulator, clicks_stream(SchemaConfiguration=None),
                     "SchemaConfiguration must not be null")
        emulator.stop()

    def test_serde_options_and_an_update(self):
        emulator = self.start(clicks_stream(
            InputFormatConfiguration={"Deserializer": {"OpenXJsonSerDe": {
                "ColumnToJsonKeyMappings": {"n": "number"}, "CaseInsensitive": False}}},
            OutputFormatConfiguration={"Serializer": {"ParquetSerDe": {
                "Compression": "GZIP", "WriterVersion": "V2", "PageSizeBytes": 65536,
                "EnableDictionaryCompression": False}}}))
        emulator.put("clicks", b'{"number":1,"n":7,"User":"no","user":"yes"}')
        emulator.flush("clicks")
        (key, body), = emulator.objects("clicks-bucket").items()
        self.check(emulator, [{"user": "yes", "n": 1}], [])
        if pyarrow is not None:
            metadata = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(body)).metadata
            self.assertEqual(metadata.row_group(0).column(0).compression, "GZIP")
            self.assertEqual(metadata.format_version, "2.6")
        hydrant.expect(200, emulator.aws("UpdateDestination", {
            "DeliveryStreamName": "clicks", "CurrentDeliveryStreamVersionId": "1",
            "DestinationId": "destinationId-000000000001", "ExtendedS3DestinationUpdate": {
                "DataFormatConversionConfiguration": {"Enabled": False}}}))
        emulator.put("clicks", b"plain")
        emulator.flush("clicks")
        other = [body for name, body in emulator.objects("clicks-bucket").items() if name != key]
        self.assertEqual(other, [b"plain"])
        emulator.stop()

    def test_a_table_that_is_gone(self):
        emulator = self.start(clicks_stream())
        emulator.stop()
        with open(emulator.options[-1], encoding="utf-8") as file:
            config = json.load(file)
        with open(emulator.options[-1], "w", encoding="utf-8") as file:
            json.dump({"buckets": config["buckets"]}, file)
        with self.assertRaisesRegex(AssertionError, "stream clicks cannot be opened: Table clicks "
                                    "not found in database web"):
            emulator.start()


def fetch():
    """Runs this file again with a Python that has pyarrow, if there can be one."""
    python = os.path.join(VENV, "bin", "python")
    if not os.path.exists(os.path.join(VENV, "whole")):
        try:
            for argv in ([sys.executable, "-m", "venv", "--clear", VENV],
                         [python, "-m", "pip", "install", "-q", "pyarrow"]):
                subprocess.run(argv, check=True, timeout=240, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError) as error:
            print("pyarrow: not to be had:", error)
            return
        open(os.path.join(VENV, "whole"), "wb").close()
    os.execv(python, [python, "-B", *sys.argv])


if __name__ == "__main__":
    if pyarrow is None and sys.prefix != VENV:
        fetch()
    unittest.main()

"""What an object is called and how it is packed: prefixes with expressions, time zones, extensions;
each compression read back by a reader that is not ours, in objects of more than ten megabytes."""
import contextlib
import gzip
import io
import json
import os
import random
import re
import sqlite3
import struct
import subprocess
import tempfile
import uuid
import zipfile

import hydrant

NAME = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return number, at


def snappy(data):
    """A raw block: a length, then literals and copies (Snappy's format description)."""
    length, at = varint(data, 0)
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            size = tag >> 2
            if size >= 60:
                extra = size - 59
                size = int.from_bytes(data[at:at + extra], "little")
                at += extra
            out += data[at:at + size + 1]
            at += size + 1
            continue
        if tag & 3 == 1:
            size, back = (tag >> 2 & 7) + 4, tag >> 5 << 8 | data[at]
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            size, back = (tag >> 2) + 1, int.from_bytes(data[at:at + width], "little")
            at += width
        while size > 0:
            piece = out[len(out) - back:len(out) - back + size]
            out += piece
            size -= len(piece)
    assert len(out) == length, (len(out), length)
    return bytes(out)


def xerial(data):
    assert data[:16] == b"\x82SNAPPY\0" + struct.pack(">II", 1, 1), data[:16]
    at, chunks = 16, []
    while at < len(data):
        size, = struct.unpack_from(">I", data, at)
        chunks.append(snappy(data[at + 4:at + 4 + size]))
        at += 4 + size
    assert at == len(data)
    assert all(len(chunk) == 32768 for chunk in chunks[:-1])
    return b"".join(chunks)


def hadoop(data):
    at, blocks = 0, []
    while at < len(data):
        plain, size = struct.unpack_from(">II", data, at)
        blocks.append(snappy(data[at + 8:at + 8 + size]))
        assert len(blocks[-1]) == plain
        at += 8 + size
    assert at == len(data)
    return b"".join(blocks)


def by_gzip(data):
    return subprocess.run(["gzip", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def by_unzip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry, = archive.infolist()
        assert archive.testzip() is None
    assert entry.compress_type == zipfile.ZIP_DEFLATED
    assert str(uuid.UUID(entry.filename)) == entry.filename
    assert entry.date_time == (2026, 1, 1, 0, 0, 0), entry.date_time  # the manual clock's
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(data)
        file.flush()
        return subprocess.run(["unzip", "-p", file.name], stdout=subprocess.PIPE,
                              check=True).stdout


FORMATS = [  # CompressionFormat, extension, Content-Encoding, reader
    ("UNCOMPRESSED", "", "", bytes),
    ("GZIP", ".gz", "gzip", by_gzip),
    ("ZIP", ".zip", "zip", by_unzip),
    ("Snappy", ".snappy", "snappy-java", xerial),
    ("HADOOP_SNAPPY", ".snappy", "hadoop-snappy", hadoop),
]


def records(count):
    """Half of them compress well, half not at all."""
    chance = random.Random(1)
    return [chance.randbytes(50000) if i % 2 else b'{"click":%d,"page":"/shop/cart"}\n' % i * 1500
            for i in range(count)]


class Objects(hydrant.Test):
    def manual(self, *streams, options=(), **more):
        return self.hydrant(hydrant.config(*streams, **more),
                            ["--clock", "manual", "--seed", "7", *options])

    def metadata(self, emulator, key):
        path = os.path.join(emulator.folder, "data", "hydrant.db")
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % path, uri=True)) as database:
            return database.execute("SELECT content_type, content_encoding FROM objects"
                                    " WHERE key = ?", (key,)).fetchone()

    def test_compressions(self):
        data = records(300)
        plain = b"".join(data)
        self.assertGreater(len(plain), 10 * 1024 * 1024)
        emulator = self.manual(*[
            hydrant.stream(name.replace("_", "-"), bucket=name.lower().replace("_", "-"),
                           buffering=(128, 900), CompressionFormat=name)
            for name, _, _, _ in FORMATS],
            buckets=[name.lower().replace("_", "-") for name, _, _, _ in FORMATS])
        for name, extension, encoding, read in FORMATS:
            with self.subTest(name):
                stream = name.replace("_", "-")
                for i in range(0, len(data), 50):
                    emulator.put_batch(stream, data[i:i + 50])
                made, = emulator.flush(stream)["objects"]
                (key, packed), = emulator.objects(stream.lower()).items()
                self.assertRegex(key, NAME + re.escape(extension) + r"\Z")
                self.assertEqual(made["bytes"], len(packed))
                self.assertTrue(read(packed) == plain, "not what was put")
                self.assertEqual(self.metadata(emulator, key),
                                 ("application/octet-stream", encoding))
        emulator.stop()

    def test_an_extension_replaces_the_formats_own(self):
        emulator = self.manual(hydrant.stream(CompressionFormat="GZIP",
                                              FileExtension=".custom.log"))
        emulator.put("clicks", b"hello")
        emulator.flush("clicks")
        (key, packed), = emulator.objects("clicks-bucket").items()
        self.assertRegex(key, NAME + r"\.custom\.log\Z")
        self.assertEqual(gzip.decompress(packed), b"hello")
        self.assertEqual(self.metadata(emulator, key), ("application/octet-stream", "gzip"))
        emulator.stop()

    def test_expressions_and_a_time_zone(self):
        emulator = self.manual(hydrant.stream(
            CustomTimeZone="America/New_York",
            Prefix="!{timestamp:'year='yyyy/EEEE}/!{firehose:random-string}/",
            ErrorOutputPrefix="bad/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd'T'HHxx}/"))
        emulator.put("clicks", b"hello")  # at 2026-01-01T00:00:00Z
        emulator.flush("clicks")
        (key, _), = emulator.objects("clicks-bucket").items()
        self.assertRegex(key, r"\Ayear=2025/Wednesday/[A-Za-z0-9]{11}/"
                              r"clicks-1-2025-12-31-19-00-00-" + NAME + r"\Z")
        emulator.stop()

    def test_a_literal_prefix_is_followed_by_the_zones_date(self):
        emulator = self.manual(hydrant.stream(CustomTimeZone="Asia/Kolkata", Prefix="legacy"))
        emulator.put("clicks", b"hello")
        emulator.flush("clicks")
        (key, _), = emulator.objects("clicks-bucket").items()
        self.assertRegex(key, r"\Alegacy2026/01/01/05/clicks-1-2026-01-01-05-30-00-")
        emulator.stop()

    def test_error_objects_have_their_prefix_and_are_packed_too(self):
        failing = {"FunctionName": "f", "Command": ["false"], "Protocol": "stdio"}
        emulator = self.manual(
            hydrant.stream(function="f", retries=0, CompressionFormat="ZIP",
                           Prefix="data/!{timestamp:yyyy}/",
                           ErrorOutputPrefix="bad/!{firehose:error-output-type}/"),
            functions=[failing])
        emulator.put("clicks", b"hello")
        emulator.flush("clicks")
        (key, packed), = emulator.objects("clicks-bucket").items()
        self.assertRegex(key, r"\Abad/processing-failed/clicks-1-2026-.*\.zip\Z")
        line = json.loads(by_unzip(packed))
        self.assertEqual(line["rawData"], "aGVsbG8=")
        emulator.stop()

    def test_the_same_seed_gives_the_same_bytes(self):
        def run():
            emulator = self.manual(*[
                hydrant.stream(name.replace("_", "-"), CompressionFormat=name,
                               Prefix=name + "/!{firehose:random-string}/", ErrorOutputPrefix="e")
                for name, _, _, _ in FORMATS])
            for name, _, _, _ in FORMATS:
                emulator.put(name.replace("_", "-"), b"hello " * 1000)
                emulator.flush(name.replace("_", "-"))
            emulator.stop()
            return emulator.objects("clicks-bucket")
        first = run()
        self.assertEqual(len(first), len(FORMATS))
        self.assertEqual(first, run())

    def test_a_restart_reads_prefix_and_zone_again(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream(
            CustomTimeZone="Pacific/Kiritimati", Prefix="!{timestamp:VV}/",
            ErrorOutputPrefix="e", buffering=(5, 900))))
        emulator.put("clicks", b"before")
        emulator.stop()
        emulator.start()
        emulator.flush("clicks")
        (key, _), = emulator.objects("clicks-bucket").items()
        self.assertRegex(key, r"\APacific/Kiritimati/clicks-1-")
        emulator.stop()

    def test_an_update_is_for_the_objects_that_begin_after_it(self):
        emulator = self.manual(hydrant.stream(CustomTimeZone="Asia/Tokyo", Prefix="old/"))
        emulator.put("clicks", b"before")
        destination = {"CurrentDeliveryStreamVersionId": "1", "DeliveryStreamName": "clicks",
                       "DestinationId": "destinationId-000000000001"}
        hydrant.expect(200, emulator.aws("UpdateDestination", {
            **destination, "ExtendedS3DestinationUpdate": {
                "CustomTimeZone": "Asia/Kolkata", "CompressionFormat": "HADOOP_SNAPPY",
                "Prefix": "new/!{timestamp:HHmm}/", "ErrorOutputPrefix": "e"}}))
        emulator.put("clicks", b"after")
        emulator.flush("clicks")
        (new, packed), (old, data) = emulator.objects("clicks-bucket").items()
        self.assertRegex(old, r"\Aold/2026/01/01/09/clicks-1-2026-01-01-09-00-00-")
        self.assertEqual(data, b"before")
        self.assertRegex(new, r"\Anew/0530/clicks-2-2026-01-01-05-30-00-.*\.snappy\Z")
        self.assertEqual(hadoop(packed), b"after")
        emulator.stop()

    def test_a_time_zone_that_is_gone_stops_the_start(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream(CustomTimeZone="Asia/Tokyo")))
        emulator.stop()
        path = os.path.join(emulator.folder, "data", "hydrant.db")
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("UPDATE streams SET description ="
                             " replace(description, 'Asia/Tokyo', 'Mars/Olympus')")
            database.commit()
        with self.assertRaisesRegex(AssertionError, "exited with 1:\nhydrant: stream clicks cannot "
                                    "be opened: CustomTimeZone Mars/Olympus is not a time zone"):
            emulator.start()


if __name__ == "__main__":
    hydrant.main()

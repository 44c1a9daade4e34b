"""What Firehose refuses, with the service's own error; and afterwards the server is as before."""
import json
import os

import hydrant
from hydrant import encode

RECORD_MAX = 1024000
BATCH_MAX = 4 * 1024 * 1024
ONE = {"Data": encode(b"x")}


def put(data, name="clicks"):
    return "PutRecord", {"DeliveryStreamName": name, "Record": {"Data": data}}


def batch(records, name="clicks"):
    return "PutRecordBatch", {"DeliveryStreamName": name, "Records": records}


def violation(path, constraint):
    return ("1 validation error detected: Value at '%s' failed to satisfy constraint: "
            "Member must have length %s" % (path, constraint))


def of_bytes(total):
    """Records of at most RECORD_MAX bytes that have `total` bytes together."""
    sizes = [RECORD_MAX] * (total // RECORD_MAX) + [total % RECORD_MAX]
    return [{"Data": encode(b"b" * size)} for size in sizes]


UNKNOWN = "Firehose nobody under account %s not found." % hydrant.ACCOUNT

# name, (operation, body), error, message (None: any)
REFUSED = [
    ("unknown stream, one record", put(encode(b"x"), "nobody"),
     "ResourceNotFoundException", UNKNOWN),
    ("unknown stream, a batch", batch([ONE], "nobody"), "ResourceNotFoundException", UNKNOWN),
    ("501 records", batch([ONE] * 501),
     "ValidationException", violation("records", "less than or equal to 500")),
    ("no records", batch([]),
     "ValidationException", violation("records", "greater than or equal to 1")),
    ("a record of 1,024,001 bytes", put(encode(b"x" * (RECORD_MAX + 1))),
     "ValidationException", violation("record.data", "less than or equal to 1024000")),
    ("the second of a batch is too large",
     batch([ONE, {"Data": encode(b"x" * (RECORD_MAX + 1))}]),
     "ValidationException", violation("records.2.member.data", "less than or equal to 1024000")),
    ("a batch of 4 MiB and one byte", batch(of_bytes(BATCH_MAX + 1)),
     "InvalidArgumentException", "Records size exceeds 4 MB limit"),
    ("broken JSON", ("PutRecord", b'{"DeliveryStreamName":"clicks","Record":{"Data":"eA=='),
     "SerializationException", None),
    ("not JSON at all", ("PutRecord", b"clicks"), "SerializationException", None),
    ("JSON, but no object", ("PutRecord", b"[]"), "SerializationException", None),
    ("something after the JSON", ("PutRecord", json.dumps(put("eA==")[1]).encode() + b"}"),
     "SerializationException", None),
    ("base64 with a foreign character", put("eA=!"), "SerializationException", None),
    ("base64 that stops short", put("eA="), "SerializationException", None),
    ("base64 broken in the last of a batch", batch([ONE, ONE, {"Data": "*"}]),
     "SerializationException", None),
    ("a number for Data", put(7), "SerializationException", None),
    ("a list for DeliveryStreamName", put("eA==", ["clicks"]), "SerializationException", None),
    ("an unknown operation", ("PutRecords", {}), "UnknownOperationException", None),
    ("no Record", ("PutRecord", {"DeliveryStreamName": "clicks"}), "ValidationException",
     "1 validation error detected: Value at 'record' failed to satisfy constraint: "
     "Member must not be null"),
]

ACCEPTED = [
    ("a record of 1,024,000 bytes", put(encode(b"m" * RECORD_MAX)), RECORD_MAX),
    ("500 records", batch([ONE] * 500), 500),
    ("a batch of 4 MiB", batch(of_bytes(BATCH_MAX)), BATCH_MAX),
    ("an empty record", put(""), 0),
]


class Refusals(hydrant.Test):
    def setUp(self):
        self.hydrant_ = self.hydrant(hydrant.config(hydrant.stream(buffering=(128, 900))))

    def bytes_delivered(self):
        self.hydrant_.flush("clicks")
        return b"".join(self.hydrant_.objects("clicks-bucket").values())

    def test_refused(self):
        for name, (operation, body), error, message in REFUSED:
            with self.subTest(name):
                answer = self.hydrant_.aws(operation, body)
                self.assertEqual(answer.status, 400, answer)
                self.assertEqual(answer.json["__type"], error)
                self.assertEqual(answer.headers["x-amzn-errortype"], error)
                self.assertEqual(answer.headers["content-type"], "application/x-amz-json-1.1")
                self.assertIn("x-amzn-requestid", answer.headers)
                if message is not None:
                    self.assertEqual(answer.json["message"], message)
                self.hydrant_.put("clicks", b"<%s>" % name.encode())  # unharmed
        # Nothing of what was refused arrives, not even the good part of a bad batch.
        self.assertEqual(self.bytes_delivered(), b"".join(b"<%s>" % row[0].encode()
                                                          for row in REFUSED))
        self.hydrant_.stop()

    def test_the_other_side_of_each_limit(self):
        for name, (operation, body), length in ACCEPTED:
            with self.subTest(name):
                answer = hydrant.expect(200, self.hydrant_.aws(operation, body))
                self.assertFalse(answer["Encrypted"])
                self.assertEqual(sum(map(len, self.hydrant_.objects("clicks-bucket").values())), 0)
                self.assertEqual(len(self.bytes_delivered()), length)
                for key in self.hydrant_.objects("clicks-bucket"):
                    os.remove(os.path.join(
                        self.hydrant_.buckets, "clicks-bucket", key))
        self.hydrant_.stop()

    def test_a_body_over_the_front_end_limit(self):
        answer = self.hydrant_.aws("PutRecord", b" " * (7 * 1024 * 1024 + 1))
        self.assertEqual((answer.status, answer.body), (413, b""))
        self.hydrant_.put("clicks", b"unharmed")
        self.assertEqual(self.bytes_delivered(), b"unharmed")
        self.hydrant_.stop()


if __name__ == "__main__":
    hydrant.main()

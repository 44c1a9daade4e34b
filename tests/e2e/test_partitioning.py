"""Dynamic partitioning and the processors before it, from Put to the folders: the right record in
the right prefix, the limit of 500 honoured, nothing lost."""
import collections
import gzip
import json
import os
import re

import hydrant

HANDLER = '''
import base64
import json


def handler(event, context):
    out = []
    for record in event["records"]:
        data = json.loads(base64.b64decode(record["data"]))
        data["id"] = record["recordId"][-12:]
        out.append({"recordId": record["recordId"], "result": "Ok",
                    "data": base64.b64encode(json.dumps(data).encode()).decode(),
                    "metadata": {"partitionKeys": {"kind": data["kind"]}}})
    return {"records": out}
'''


def processor(kind, **parameters):
    return {"Type": kind, "Parameters": [
        {"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]}


def query(text):
    return processor("MetadataExtraction", MetadataExtractionQuery=text,
                     JsonParsingEngine="JQ-1.6")


LF = processor("AppendDelimiterToRecord")
LAMBDA = processor("Lambda", LambdaArn=hydrant.function_arn("keys"))
SPLIT = processor("RecordDeAggregation", SubRecordType="JSON")


def partitioned(prefix, *processors, **destination):
    return hydrant.stream(
        Prefix=prefix, ErrorOutputPrefix="errors/!{firehose:error-output-type}/",
        DynamicPartitioningConfiguration={"Enabled": True}, buffering=(64, 60),
        ProcessingConfiguration={"Enabled": True, "Processors": list(processors)}, **destination)


def processed(*processors):
    return hydrant.stream(
        ProcessingConfiguration={"Enabled": True, "Processors": list(processors)})


class Partitioning(hydrant.Test):
    def keys(self):
        code = self.folder()
        with open(os.path.join(code, "keys.py"), "w", encoding="utf-8") as file:
            file.write(HANDLER)
        return {"FunctionName": "keys", "Runtime": "python3.11", "Handler": "keys.handler",
                "Code": code, "Timeout": 60}

    def put_all(self, emulator, records):
        for at in range(0, len(records), 500):
            emulator.put_batch("clicks", records[at:at + 500])

    def by_folder(self, emulator):
        """The records' lines by the folder of their object."""
        found = collections.defaultdict(list)
        for key, data in emulator.objects("clicks-bucket").items():
            found[key.rsplit("/", 1)[0]] += data.rstrip(b"\n").split(b"\n")
        return found

    def test_100000_records_over_2000_keys(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "users/!{partitionKeyFromQuery:user}/", query("{user:.user}"), LF)),
            ("--clock", "manual"))
        expected = collections.defaultdict(list)
        for first in range(0, 2000, 500): # 500 at once are active, and then delivered
            records = []
            for n in range(25000):
                user = "u%d" % (first + n * 7 % 500)
                records.append(b'{"user":"%s","n":%d}' % (user.encode(), n))
                expected["users/" + user].append(records[-1])
            self.put_all(emulator, records)
            emulator.advance(60000)
        self.assertEqual(self.by_folder(emulator), expected)
        self.assertEqual(len(expected), 2000)
        self.assertEqual(emulator.temporaries(), [])
        emulator.stop()

    def test_over_500_partitions_go_to_the_error_output(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "users/!{partitionKeyFromQuery:user}/", query("{user:.user}"), LF)),
            ("--clock", "manual"))
        records = [b'{"user":"u%d","n":%d}' % (n % 2000, n) for n in range(100000)]
        self.put_all(emulator, records)
        emulator.advance(60000)
        found = self.by_folder(emulator)
        errors = [json.loads(line) for line in found.pop("errors/activePartitionExceeded")]
        self.assertEqual(len(found), 500)
        self.assertEqual(set(found), {"users/u%d" % n for n in range(500)}) # who came first
        for folder, lines in found.items():
            self.assertEqual(lines, [record for record in records[int(folder[7:])::2000]])
        self.assertEqual(len(errors), 75000)
        self.assertEqual({line["rawData"] for line in errors},
                         {hydrant.encode(record) for n, record in enumerate(records)
                          if n % 2000 >= 500})
        # They have been delivered: others may become active.
        emulator.put("clicks", records[1999])
        emulator.advance(60000)
        self.assertEqual(self.by_folder(emulator)["users/u1999"], [records[1999]])
        emulator.stop()

    def test_queries(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "!{partitionKeyFromQuery:day}/!{partitionKeyFromQuery:shard}/"
            "!{partitionKeyFromQuery:who}/!{partitionKeyFromQuery:big}/",
            query('{day:.ts|strftime("%Y-%m-%d"), shard:(.n % 4), who:(.who // "nobody" '
                  '| ascii_downcase), big:(.n * 2 + 1 > 10)}'))))
        records = {
            b'{"ts":1565382027,"n":3,"who":"Ann"}': "2019-08-09/3/ann/false",
            b'{"ts":1565382027,"n":11}': "2019-08-09/3/nobody/true",
            b'{"ts":0,"n":8,"who":"Bob","x":"\xc3\xa9"}': "1970-01-01/0/bob/true",
            b'{"ts":"no","n":1}': "errors/metadata-extraction-failed",
        }
        emulator.put_batch("clicks", list(records))
        answer = emulator.flush("clicks")
        self.assertEqual((answer["records"], answer["failed"]), (4, 1))
        found = self.by_folder(emulator)
        for record, folder in records.items():
            if not folder.startswith("errors"):
                self.assertEqual(found[folder], [record])
        self.assertEqual(set(found), set(records.values()))
        emulator.stop()

    def test_what_cannot_be_partitioned(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "!{partitionKeyFromQuery:k}/", query("{k:.k}"))))
        emulator.put_batch("clicks", [b"click", b'{"k":null}', b'{"k":""}', b'{"k":"fine"}'])
        emulator.flush("clicks")
        found = self.by_folder(emulator)
        lines = [json.loads(line) for line in found["errors/metadata-extraction-failed"]]
        self.assertEqual([line["errorMessage"] for line in lines],
                         ["Non JSON record provided"] +
                         ["partitionKeys values must not be null or empty"] * 2)
        for line, record in zip(lines, [b"click", b'{"k":null}', b'{"k":""}']):
            self.assertEqual(list(line), ["rawData", "errorCode", "errorMessage", "attemptsMade",
                                          "arrivalTimestamp", "attemptEndingTimestamp"])
            self.assertEqual(line["rawData"], hydrant.encode(record))
            self.assertEqual(line["errorCode"], "DynamicPartitioning.MetadataExtractionFailed")
            self.assertEqual(line["attemptsMade"], 1)
        self.assertEqual(found["fine"], [b'{"k":"fine"}'])
        emulator.stop()

    def test_keys_from_lambda_and_query_after_splitting(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "!{partitionKeyFromLambda:kind}/!{partitionKeyFromQuery:id}/",
            LF, query("{id:.id}"), LAMBDA, SPLIT), functions=[self.keys()]))
        emulator.put("clicks", b'{"kind":"a"}{"kind":"b"}\n{"kind":"a"}')
        emulator.put("clicks", b'{"kind":"b"}')
        emulator.flush("clicks")
        found = self.by_folder(emulator)
        self.assertEqual({folder: len(lines) for folder, lines in found.items()}, {
            "a/000000000000": 1, "b/000000000001": 1, "a/000000000002": 1, "b/000000000000": 1})
        self.assertEqual(json.loads(found["b/000000000001"][0]),
                         {"kind": "b", "id": "000000000001"})
        emulator.stop()

    def test_everything_survives_a_kill(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "!{partitionKeyFromQuery:k}/", query("{k:.k}"), SPLIT, LF)), ("--clock", "manual"))
        expected = collections.defaultdict(list)
        for n in range(300):
            pieces = [b'{"k":%d,"n":%d}' % (n % 10 + i * 10, n) for i in range(3)]
            emulator.put("clicks", b"".join(pieces))
            for i, piece in enumerate(pieces):
                expected[str(n % 10 + i * 10)].append(piece)
        emulator.kill()
        emulator.start()
        emulator.advance(60000)
        self.assertEqual(self.by_folder(emulator), expected)
        self.assertEqual(emulator.temporaries(), [])
        emulator.stop()


class Processors(hydrant.Test):
    def data(self, emulator):
        return b"".join(data for key, data in emulator.objects("clicks-bucket").items()
                        if re.match(r"\d{4}/", key))

    def test_cloudwatch_logs(self):
        emulator = self.hydrant(hydrant.config(processed(
            processor("Decompression", CompressionFormat="GZIP"),
            processor("CloudWatchLogProcessing", DataMessageExtraction="true"))))
        document = {"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g",
                    "logStream": "s", "subscriptionFilters": ["f"], "logEvents": [
                        {"id": "1", "timestamp": 1, "message": "first \u00e9"},
                        {"id": "2", "timestamp": 2, "message": '{"second":"\\n"}'}]}
        control = dict(document, messageType="CONTROL_MESSAGE")
        packed = [gzip.compress(json.dumps(one).encode(), 6) for one in (document, control)]
        emulator.put_batch("clicks", packed + [b"plain", packed[0][:-1]])
        answer = emulator.flush("clicks")
        self.assertEqual(answer["failed"], 2) # what was dropped was settled before the flush
        self.assertEqual(self.data(emulator),
                         'first \u00e9\n{"second":"\\n"}\n'.encode())
        errors, = (data for key, data in emulator.objects("clicks-bucket").items()
                   if key.startswith("decompression-failed/"))
        lines = [json.loads(line) for line in errors.splitlines()]
        self.assertEqual([line["rawData"] for line in lines],
                         [hydrant.encode(b"plain"), hydrant.encode(packed[0][:-1])])
        for line in lines:
            self.assertNotIn("lambdaARN", line)
            self.assertEqual(line["errorCode"], "Decompression failed.")
            self.assertEqual(line["errorMessage"], "Decompression failed because input data does "
                                                   "not conform to cloudwatch log.")
        emulator.stop()

    def test_delimited_sub_records(self):
        emulator = self.hydrant(hydrant.config(processed(
            LF, processor("RecordDeAggregation", SubRecordType="DELIMITED",
                          Delimiter="IyMjIw=="))))
        emulator.put("clicks", b"a####b")
        emulator.put("clicks", b"####".join([b"c"] * 501)) # too many: whole
        emulator.flush("clicks")
        self.assertEqual(self.data(emulator), b"a\nb\n" + b"####".join([b"c"] * 501))
        emulator.stop()

    def test_what_is_described(self):
        emulator = self.hydrant(hydrant.config(partitioned(
            "!{partitionKeyFromQuery:k}/", query("{k:.k}"), SPLIT,
            processor("AppendDelimiterToRecord", Delimiter="\\n"))))
        described = hydrant.expect(200, emulator.aws("DescribeDeliveryStream", {
            "DeliveryStreamName": "clicks"}))["DeliveryStreamDescription"]
        destination = described["Destinations"][0]["ExtendedS3DestinationDescription"]
        self.assertEqual(destination["DynamicPartitioningConfiguration"],
                         {"Enabled": True, "RetryOptions": {"DurationInSeconds": 300}})
        self.assertEqual(destination["ProcessingConfiguration"]["Processors"], [
            query("{k:.k}"), SPLIT, {"Type": "AppendDelimiterToRecord", "Parameters": []}])
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

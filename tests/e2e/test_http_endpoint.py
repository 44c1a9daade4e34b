"""The HTTP endpoint destination, as firehose.md 6 has it: the protocol, what becomes of a batch
that is not taken, the backup, and a kill at the wrong moment."""
import base64
import json
import os
import subprocess
import time

import hydrant
from receiver import Receiver, answer, hang_up, never

START_MS = 1767225600000  # of the manual clock: 2026-01-01T00:00:00Z
ARN = "arn:aws:firehose:us-east-1:123456789012:deliverystream/hooks"
ROLE = "arn:aws:iam::123456789012:role/firehose"
MANUAL = ["--clock", "manual", "--seed", "7"]


def endpoint(url, retry=None, buffering=(1, 60), key=None, request=None, function=None, s3=None,
             **members):
    """A CreateDeliveryStream request for the stream "hooks"."""
    members["EndpointConfiguration"] = {"Url": url, "Name": "hook"}
    if key is not None:
        members["EndpointConfiguration"]["AccessKey"] = key
    if buffering is not None:
        members["BufferingHints"] = {"SizeInMBs": buffering[0], "IntervalInSeconds": buffering[1]}
    if retry is not None:
        members["RetryOptions"] = {"DurationInSeconds": retry}
    if request is not None:
        members["RequestConfiguration"] = request
    if function is not None:
        members["ProcessingConfiguration"] = {"Enabled": True, "Processors": [{
            "Type": "Lambda", "Parameters": [{"ParameterName": "LambdaArn",
                                              "ParameterValue": hydrant.function_arn(function)}]}]}
    members["S3Configuration"] = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::backup-bucket",
                                  **(s3 or {})}
    return {"DeliveryStreamName": "hooks", "HttpEndpointDestinationConfiguration": members}


class Endpoint(hydrant.Test):
    def receiver(self, *plan, **how):
        made = Receiver(**how)
        made.plan = list(plan)
        self.addCleanup(made.close)
        return made

    def emulator(self, request, functions=(), options=MANUAL):
        return self.hydrant(hydrant.config(request, functions=functions,
                                           buckets=["backup-bucket"]), options)

    def counters(self, emulator):
        return hydrant.expect(200, emulator.control("GET", "streams/hooks"))["counters"]

    def lines(self, emulator, prefix="http-endpoint-failed/"):
        return [json.loads(line) for key, data in emulator.objects("backup-bucket").items()
                if key.startswith(prefix) for line in data.splitlines()]

    def end(self, emulator, receiver):
        self.assertEqual(receiver.faults, [])
        self.assertEqual(emulator.temporaries(), [])
        receiver.over.set()
        emulator.stop()


class Protocol(Endpoint):
    def test_a_request(self):
        receiver = self.receiver()
        emulator = self.emulator(endpoint(receiver.url, key="secret key", request={
            "CommonAttributes": [{"AttributeName": "env", "AttributeValue": "dev"},
                                 {"AttributeName": "who", "AttributeValue": "\"me\""}]}))
        emulator.put_batch("hooks", [b"hello", b"", b"hello world"])
        emulator.advance(59999)
        self.assertEqual(receiver.requests, [])
        emulator.advance(1)
        request, = receiver.requests
        self.assertEqual(request.records, [b"hello", b"", b"hello world"])
        self.assertEqual(request.path, "/hook?to=a%2Fb")
        self.assertEqual(request.text.decode(), (
            '{"requestId":"%s","timestamp":%d,"records":[{"data":"aGVsbG8="},{"data":""},'
            '{"data":"aGVsbG8gd29ybGQ="}]}' % (request.id, START_MS + 60000)))
        self.assertEqual(request.headers["x-amz-firehose-source-arn"], ARN)
        self.assertEqual(request.headers["x-amz-firehose-access-key"], "secret key")
        self.assertEqual(request.headers["x-amz-firehose-common-attributes"],
                         '{"commonAttributes":{"env":"dev","who":"\\"me\\""}}')
        self.assertNotIn("content-encoding", request.headers)
        self.assertEqual(emulator.objects("backup-bucket"), {})
        self.assertEqual(self.counters(emulator)["settled_records"], 3)
        self.end(emulator, receiver)

    def test_what_is_not_configured_is_not_sent(self):
        receiver = self.receiver()
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put("hooks", b"x")
        self.assertEqual(emulator.flush("hooks"), {
            "objects": [], "records": 1, "failed": 0, "dropped": 0})
        request, = receiver.requests
        self.assertNotIn("x-amz-firehose-access-key", request.headers)
        self.assertNotIn("x-amz-firehose-common-attributes", request.headers)
        self.end(emulator, receiver)

    def test_gzip(self):
        receiver = self.receiver()
        emulator = self.emulator(endpoint(receiver.url, request={"ContentEncoding": "GZIP"}))
        emulator.put_batch("hooks", [b"a" * 1000] * 100)
        emulator.flush("hooks")
        request, = receiver.requests
        self.assertEqual(request.headers["content-encoding"], "gzip")
        self.assertEqual(request.records, [b"a" * 1000] * 100)
        self.assertLess(len(request.raw), 10000)
        self.end(emulator, receiver)

    def test_buffers_by_size_and_by_count(self):
        receiver = self.receiver()
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put("hooks", b"x" * 1000000)
        emulator.put("hooks", b"y" * 48576)  # 1 MiB, to the byte
        emulator.settled("hooks", 2)
        for _ in range(20):
            emulator.put_batch("hooks", [b"z"] * 500)
        emulator.settled("hooks", 10002)
        self.assertEqual([len(request.records) for request in receiver.requests], [2, 10000])
        self.end(emulator, receiver)

    def test_self_signed_certificates_are_accepted(self):
        pem = os.path.join(self.folder(), "own.pem")
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
             "/CN=nobody", "-keyout", pem, "-out", pem + ".crt"], capture_output=True)
        if made.returncode != 0:
            self.skipTest("no openssl to make a certificate with")
        with open(pem, "a", encoding="utf-8") as file, \
                open(pem + ".crt", encoding="utf-8") as certificate:
            file.write(certificate.read())
        receiver = self.receiver(certificate=pem)
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put("hooks", b"x")
        emulator.flush("hooks")
        self.assertEqual(receiver.records, [b"x"])
        self.end(emulator, receiver)

    def test_a_transform_in_front(self):
        code = self.folder()
        with open(os.path.join(code, "upper.py"), "w", encoding="utf-8") as file:
            file.write("import base64\n\n\ndef handler(event, context):\n"
                       "    return {'records': [one(r) for r in event['records']]}\n\n\n"
                       "def one(r):\n    data = base64.b64decode(r['data'])\n"
                       "    result = {b'd': 'Dropped', b'f': 'ProcessingFailed'}.get(data, 'Ok')\n"
                       "    return {'recordId': r['recordId'], 'result': result,\n"
                       "            'data': base64.b64encode(data.upper() * 2).decode()}\n")
        receiver = self.receiver(answer(500), answer(500))
        emulator = self.emulator(
            endpoint(receiver.url, function="upper"),
            functions=[{"FunctionName": "upper", "Runtime": "python3.11", "Timeout": 20,
                        "Handler": "upper.handler", "Code": code}])
        emulator.put_batch("hooks", [b"one", b"d", b"two", b"f", b"three"])
        result = emulator.flush("hooks")
        self.assertEqual((result["records"], result["failed"], result["dropped"]), (5, 1, 1))
        for request in receiver.requests:  # records are still apart, at each attempt
            self.assertEqual(request.records, [b"ONEONE", b"TWOTWO", b"THREETHREE"])
        self.assertEqual(len(receiver.requests), 3)
        line, = self.lines(emulator, "processing-failed/")
        self.assertEqual(base64.b64decode(line["rawData"]), b"f")
        self.end(emulator, receiver)


    def test_sub_records_are_records(self):
        receiver = self.receiver(answer(500))
        request = endpoint(receiver.url)
        request["HttpEndpointDestinationConfiguration"]["ProcessingConfiguration"] = {
            "Enabled": True, "Processors": [
                {"Type": "RecordDeAggregation", "Parameters": [
                    {"ParameterName": "SubRecordType", "ParameterValue": "JSON"}]},
                {"Type": "AppendDelimiterToRecord", "Parameters": []}]}
        emulator = self.emulator(request)
        emulator.put("hooks", b'{"a":1}{"b":2} {"c":3}')
        emulator.put("hooks", b'{"d":4}')
        emulator.flush("hooks")
        for sent in receiver.requests:
            self.assertEqual(sent.records, [b'{"a":1}', b'{"b":2}', b'{"c":3}', b'{"d":4}'])
        self.assertEqual(len(receiver.requests), 2)
        self.assertEqual(self.counters(emulator)["settled_records"], 2)
        self.end(emulator, receiver)


class Description(Endpoint):
    def test_defaults_and_no_access_key(self):
        emulator = self.emulator(endpoint("http://127.0.0.1:9/", key="secret", buffering=None))
        shown = hydrant.expect(200, emulator.aws("DescribeDeliveryStream", {
            "DeliveryStreamName": "hooks"}))["DeliveryStreamDescription"]["Destinations"]
        s3 = {"RoleARN": ROLE, "BucketARN": "arn:aws:s3:::backup-bucket",
              "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
              "CompressionFormat": "UNCOMPRESSED",
              "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
              "CloudWatchLoggingOptions": {"Enabled": False}}
        self.assertEqual(shown, [{
            "DestinationId": "destinationId-000000000001",
            "HttpEndpointDestinationDescription": {
                "EndpointConfiguration": {"Url": "http://127.0.0.1:9/", "Name": "hook"},
                "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
                "CloudWatchLoggingOptions": {"Enabled": False},
                "RequestConfiguration": {"ContentEncoding": "NONE"},
                "RetryOptions": {"DurationInSeconds": 300},
                "S3BackupMode": "FailedDataOnly",
                "S3DestinationDescription": s3}}])
        self.assertNotIn("secret", emulator.control("GET", "streams/hooks").body.decode())
        emulator.stop()

    def refusal(self, emulator, request):
        request["DeliveryStreamName"] = "other"
        reply = hydrant.expect(400, emulator.aws("CreateDeliveryStream", request))
        return reply["message"]

    def test_what_is_refused(self):
        emulator = self.emulator(endpoint("https://127.0.0.1:9/"))
        twice = [{"AttributeName": "a", "AttributeValue": value} for value in "12"]
        self.assertEqual(self.refusal(emulator, endpoint(
            "https://x/", request={"CommonAttributes": twice})),
            "Http Endpoint Common Attributes have duplicate name: a")
        self.assertIn("Member must satisfy regular expression pattern: https://.*",
                      self.refusal(emulator, endpoint("ftp://x/")))
        self.assertIn("Member must have value less than or equal to 64",
                      self.refusal(emulator, endpoint("https://x/", buffering=(65, 60))))
        self.assertIn("Member must have value less than or equal to 7200",
                      self.refusal(emulator, endpoint("https://x/", retry=7201)))
        self.assertIn("Secrets Manager", self.refusal(emulator, endpoint(
            "https://x/", SecretsManagerConfiguration={
                "Enabled": True, "SecretARN":
                "arn:aws:secretsmanager:us-east-1:123456789012:secret:s"})))
        emulator.stop()

    def update(self, emulator, status, version, **members):
        return hydrant.expect(status, emulator.aws("UpdateDestination", {
            "DeliveryStreamName": "hooks", "CurrentDeliveryStreamVersionId": version,
            "DestinationId": "destinationId-000000000001", **members}))

    def test_an_update_is_for_later_retries_too(self):
        first, second = self.receiver(), self.receiver()
        first.default = answer(500)
        emulator = self.emulator(endpoint(first.url, key="old"))
        emulator.put("hooks", b"x")
        emulator.advance(60000)
        self.assertEqual(len(first.requests), 1)
        self.update(emulator, 200, "1", HttpEndpointDestinationUpdate={
            "EndpointConfiguration": {"Url": second.url, "AccessKey": "new"}})
        emulator.advance(1200)
        self.assertEqual(len(first.requests), 1)
        request, = second.requests
        self.assertEqual(request.id, first.requests[0].id)
        self.assertEqual(request.headers["x-amz-firehose-access-key"], "new")
        self.update(emulator, 200, "2", HttpEndpointDestinationUpdate={
            "EndpointConfiguration": {"Url": first.url}})  # the key stays
        self.update(emulator, 200, "3", HttpEndpointDestinationUpdate={})  # a no-op: no version
        self.update(emulator, 200, "3", HttpEndpointDestinationUpdate={
            "S3BackupMode": "AllData", "S3Update": {"Prefix": "all/"}})
        first.default = answer()
        emulator.put("hooks", b"y")
        emulator.flush("hooks")
        self.assertEqual(first.requests[-1].headers["x-amz-firehose-access-key"], "new")
        (key, data), = emulator.objects("backup-bucket").items()
        self.assertTrue(key.startswith("all/2026/01/01/00/hooks-4-"), key)
        self.assertEqual(data, b"y")
        self.update(emulator, 200, "4", HttpEndpointDestinationUpdate={
            "S3BackupMode": "FailedDataOnly"})
        emulator.put("hooks", b"z")
        emulator.flush("hooks")
        self.assertEqual(len(emulator.objects("backup-bucket")), 1)
        self.assertEqual(self.counters(emulator)["settled_records"], 3)
        self.end(emulator, first)

    def test_the_type_cannot_be_changed(self):
        emulator = self.emulator(endpoint("https://127.0.0.1:9/"))
        reply = self.update(emulator, 400, "1", ExtendedS3DestinationUpdate={"Prefix": "x"})
        self.assertEqual(reply["message"], "Changing the destination type to or from "
                                           "HttpEndpoint is not supported at this time.")
        emulator.stop()


# What is answered, and the code and message of the error record.
RAW = ("The response received from the specified endpoint is invalid. Contact the owner of the "
       "endpoint to resolve the issue. Response for request %s is not recognized as valid JSON or "
       "has unexpected fields. Raw response received: 200 ")
REFUSED = "Received the following response from the endpoint destination. "
GOOD = RAW + '{"requestId": "%s", "timestamp": 1578090903599}'
INVALID = "HttpEndpoint.InvalidResponseFromDestination"
FAULTS = {
    "status_500": (answer(500, "down"), "HttpEndpoint.DestinationException", REFUSED + "down"),
    "status_500_without_body": (answer(500, ""), "HttpEndpoint.DestinationException",
                                REFUSED + "500"),
    "status_201": (answer(201, "{}"), "HttpEndpoint.DestinationException", REFUSED + "{}"),
    "redirect": (answer(307, "", {"Location": "/elsewhere"}),
                 "HttpEndpoint.DestinationException", REFUSED + "307"),
    "garbage": (answer(200, "garbage"), INVALID, RAW + "garbage"),
    "no_body": (answer(200, ""), INVALID, RAW),
    "wrong_request_id": (answer(requestId="else"), INVALID,
                         RAW + '{"requestId": "else", "timestamp": 1578090903599}'),
    "no_request_id": (answer(requestId=None), INVALID, RAW + '{"timestamp": 1578090903599}'),
    "string_timestamp": (answer(timestamp="1"), INVALID,
                         RAW + '{"requestId": "%s", "timestamp": "1"}'),
    "other_members": (answer(other=1), INVALID, GOOD[:-1] + ', "other": 1}'),
    "content_encoding": (answer(headers={"Content-Encoding": "identity"}), INVALID, GOOD),
    "content_type": (answer(headers={"Content-Type": "text/plain"}), INVALID, GOOD),
    "no_content_length": (answer(headers={"Content-Length": None}), INVALID, GOOD),
    "too_large": (answer(200, " " * 1048577), "HttpEndpoint.ResponseTooLarge", None),
    "hangs_up": (hang_up, "HttpEndpoint.ConnectionReset", None),
}


class Failures(Endpoint):
    def check_fault(self, name):
        behave, code, message = FAULTS[name]
        receiver = self.receiver()
        receiver.default = behave
        emulator = self.emulator(endpoint(receiver.url, retry=3))
        emulator.put("hooks", b"one")
        emulator.advance(10)
        emulator.put("hooks", b"two")
        emulator.advance(59990)
        self.assertEqual(len(receiver.requests), 1)
        self.assertEqual(emulator.objects("backup-bucket"), {})
        emulator.advance(2999)
        self.assertEqual(emulator.objects("backup-bucket"), {})
        emulator.advance(1)  # 3 s after the first failure: the last attempt
        (key, _), = emulator.objects("backup-bucket").items()
        self.assertTrue(key.startswith("http-endpoint-failed/2026/01/01/00/hooks-1-2026-01-01-00-"
                                       "00-00-"), key)
        self.assertEqual(len({request.id for request in receiver.requests}), 1)
        attempts = len(receiver.requests)
        self.assertEqual([request.body["timestamp"] - START_MS for request in
                          (receiver.requests[0], receiver.requests[-1])], [60000, 63000])
        for line, arrived, data in zip(self.lines(emulator), (0, 10), (b"one", b"two"),
                                       strict=True):
            self.assertEqual(list(line), [
                "attemptsMade", "arrivalTimestamp", "errorCode", "errorMessage",
                "attemptEndingTimestamp", "rawData", "subsequenceNumber", "dataId"])
            self.assertEqual((line["attemptsMade"], line["errorCode"]), (attempts, code))
            self.assertEqual(line["arrivalTimestamp"], START_MS + arrived)
            self.assertEqual(line["attemptEndingTimestamp"], START_MS + 63000)
            self.assertEqual(base64.b64decode(line["rawData"]), data)
            self.assertRegex(line["dataId"], r"\A\d{56}\.0\Z")
            if message is not None:
                self.assertEqual(line["errorMessage"],
                                 message.replace("%s", receiver.requests[0].id))
        counters = self.counters(emulator)
        self.assertEqual(counters["settled_records"], 2)
        self.assertEqual(counters["endpoint_failures"], attempts)
        self.assertEqual(counters["endpoint_records"], 0)
        self.end(emulator, receiver)

    def test_pauses_grow_and_the_request_id_stays(self):
        receiver = self.receiver()
        receiver.default = answer(503, "")
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put("hooks", b"x")
        emulator.advance(60000 + 300000)
        times = [request.body["timestamp"] for request in receiver.requests]
        pauses = [after - before for before, after in zip(times, times[1:])]
        for pause, planned in zip(pauses, (1, 2, 4, 8, 16, 32, 64, 120)):
            self.assertGreaterEqual(pause, planned * 850)
            self.assertLessEqual(pause, min(planned * 1150, 120000))
        self.assertEqual(times[-1] - times[0], 300000)
        self.assertNotEqual(pauses[:3], [1000, 2000, 4000])  # there is jitter
        self.assertEqual(self.lines(emulator)[0]["attemptsMade"], len(times))
        self.end(emulator, receiver)

    def test_500_and_then_200(self):
        receiver = self.receiver(answer(500), answer(429), answer(200, "garbage"))
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put("hooks", b"x")
        emulator.advance(120000)
        self.assertEqual(len(receiver.requests), 4)
        self.assertEqual(len({request.id for request in receiver.requests}), 1)
        self.assertEqual(emulator.objects("backup-bucket"), {})
        counters = self.counters(emulator)
        self.assertEqual([counters["endpoint_" + name] for name in (
            "records", "bytes", "requests", "failures", "processed_records", "processed_bytes")],
            [1, 1, 4, 3, 4, 4])
        self.assertIn('hydrant_delivery_to_http_endpoint_records_total'
                      '{delivery_stream_name="hooks"} 1\n',
                      emulator.control("GET", "metrics").body.decode())
        self.end(emulator, receiver)

    def test_no_retries(self):
        receiver = self.receiver(answer(500))
        emulator = self.emulator(endpoint(receiver.url, retry=0))
        emulator.put("hooks", b"x")
        emulator.advance(60000)
        self.assertEqual(len(receiver.requests), 1)
        self.assertEqual(self.lines(emulator)[0]["attemptsMade"], 1)
        emulator.put("hooks", b"y")  # and the stream goes on
        emulator.advance(60000)
        self.assertEqual(receiver.records, [b"x", b"y"])
        self.end(emulator, receiver)

    def test_413_is_final_and_leaves_nothing(self):
        receiver = self.receiver(answer(413, ""))
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put_batch("hooks", [b"x", b"y"])
        self.assertEqual(emulator.flush("hooks"), {
            "objects": [], "records": 2, "failed": 2, "dropped": 0})
        emulator.advance(600000)
        self.assertEqual(len(receiver.requests), 1)
        self.assertEqual(emulator.objects("backup-bucket"), {})
        self.assertEqual(self.counters(emulator)["endpoint_rejected_records"], 2)
        self.assertIn("status 413; 2 records are given up", emulator.log())
        self.end(emulator, receiver)

    def test_nobody_listens(self):
        receiver = self.receiver()
        url = receiver.url
        receiver.close()
        emulator = self.emulator(endpoint(url))
        emulator.put("hooks", b"x")
        began = time.monotonic()
        result = emulator.flush("hooks")  # pauses are skipped, and count all the same
        self.assertLess(time.monotonic() - began, 10)
        self.assertEqual(result["failed"], 1)
        line, = self.lines(emulator)
        self.assertEqual(line["errorCode"], "HttpEndpoint.ConnectionFailed")
        self.assertGreater(line["attemptsMade"], 7)
        emulator.stop()

    def test_other_batches_go_on_meanwhile(self):
        receiver = self.receiver(answer(500))
        emulator = self.emulator(endpoint(receiver.url))
        emulator.put("hooks", b"x")
        emulator.advance(60000)
        emulator.put("hooks", b"z" * 524288)
        emulator.put("hooks", b"z" * 524288)
        emulator.settled("hooks", 2)
        emulator.advance(2000)
        self.assertEqual([len(record) for record in receiver.records], [1, 524288, 524288, 1])
        self.end(emulator, receiver)


class Backup(Endpoint):
    def test_all_data(self):
        receiver = self.receiver(answer(500))
        emulator = self.emulator(endpoint(
            receiver.url, retry=0, S3BackupMode="AllData",
            s3={"Prefix": "all/", "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 90}}))
        emulator.put_batch("hooks", [b"one", b"two"])
        emulator.advance(60000)
        self.assertEqual(self.counters(emulator)["settled_records"], 0)  # one lane of two
        emulator.advance(30000)
        objects = emulator.objects("backup-bucket")
        self.assertEqual([data for key, data in objects.items() if key.startswith("all/2026/")],
                         [b"onetwo"])
        self.assertEqual(len(self.lines(emulator, "all/http-endpoint-failed/2026/")), 2)
        self.assertEqual(self.counters(emulator)["settled_records"], 2)
        emulator.put("hooks", b"three")
        emulator.flush("hooks")
        self.assertEqual(receiver.records, [b"one", b"two", b"three"])
        self.assertIn(b"three", emulator.objects("backup-bucket").values())
        self.end(emulator, receiver)


class Killed(Endpoint):
    def test_in_the_middle_of_a_request(self):
        receiver = self.receiver(never)
        emulator = self.emulator(endpoint(receiver.url, buffering=(1, 1)), options=())
        emulator.put_batch("hooks", [b"one", b"two"])
        receiver.wait_for(1)
        emulator.kill()
        emulator.start()
        emulator.flush("hooks")
        self.assertEqual(receiver.records, [b"one", b"two"] * 2)  # at least once
        emulator.kill()
        emulator.start()
        emulator.put("hooks", b"three")
        emulator.flush("hooks")
        self.assertEqual(receiver.records[4:], [b"three"])  # what was taken is not sent again
        self.end(emulator, receiver)

    def test_nothing_is_lost_over_many_kills(self):
        receiver = self.receiver()
        emulator = self.emulator(endpoint(receiver.url, buffering=(1, 0)), options=())
        put = []
        for turn in range(8):
            for part in range(4):
                records = [b"%d/%d/%d" % (turn, part, i) for i in range(50)]
                emulator.put_batch("hooks", records)
                put += records
            time.sleep(0.01 * turn)
            receiver.plan = [answer(500)] * (turn % 2)
            emulator.kill()
            emulator.start()
        emulator.flush("hooks")
        self.assertEqual(sorted(set(receiver.records)), sorted(put))
        self.assertEqual(emulator.objects("backup-bucket"), {})
        self.end(emulator, receiver)

    def test_while_it_waits_to_be_sent_again(self):
        receiver = self.receiver(answer(500))
        emulator = self.emulator(endpoint(receiver.url, S3BackupMode="AllData"))
        emulator.put("hooks", b"one")
        emulator.advance(60000)
        self.assertEqual(len(receiver.requests), 1)
        emulator.kill()
        emulator.start()
        emulator.flush("hooks")
        self.assertEqual(receiver.records, [b"one", b"one"])
        self.assertEqual(list(emulator.objects("backup-bucket").values()), [b"one"])
        # With a seed, the same records are the same request, also after a crash.
        self.assertEqual(receiver.requests[0].id, receiver.requests[1].id)
        self.end(emulator, receiver)

    def test_stopping_and_deleting_amid_a_request(self):
        receiver = self.receiver(never, never)
        emulator = self.emulator(endpoint(receiver.url, buffering=(1, 1)), options=())
        emulator.put("hooks", b"one")
        receiver.wait_for(1)
        self.assertLess(emulator.stop(), 5)
        emulator.start()
        receiver.wait_for(2)
        hydrant.expect(200, emulator.aws("DeleteDeliveryStream", {"DeliveryStreamName": "hooks"}))
        for _ in range(200):
            if emulator.control("GET", "streams/hooks").status == 404:
                break
            time.sleep(0.05)
        self.assertEqual(emulator.control("GET", "streams/hooks").status, 404)
        self.end(emulator, receiver)


def add_tests():
    for name in FAULTS:
        def test(self, name=name):
            self.check_fault(name)
        setattr(Failures, "test_" + name, test)


add_tests()

if __name__ == "__main__":
    hydrant.main()

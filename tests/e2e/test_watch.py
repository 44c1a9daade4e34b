"""CloudWatch's view of a stream: metrics and error logs, by the clients that people use."""
import json
import os
import unittest

import hydrant
from receiver import Receiver, answer
from test_clients import Clients, HERE, command_lines, pythons
from test_http_endpoint import endpoint
from test_partitioning import partitioned, query

GROUP, LOG_STREAM = "/aws/kinesisfirehose/clicks", "DestinationDelivery"
RANGE = ["--start-time", "2026-01-01T00:00:00Z", "--end-time", "2026-01-01T01:00:00Z"]


class Watch(hydrant.Test):
    """A stream whose transform fails for good: 3 records, put in the first minute, in vain."""

    client = Clients.client

    def setUp(self):
        self.home = self.folder()
        function = {"FunctionName": "broken", "Command": ["/bin/false"]}
        logging = {"Enabled": True, "LogGroupName": GROUP, "LogStreamName": LOG_STREAM}
        self.emulator = self.hydrant(
            hydrant.config(hydrant.stream(function="broken", retries=1,
                                          CloudWatchLoggingOptions=logging),
                           hydrant.stream("plain"), functions=[function]),
            ["--clock", "manual"])

    def fail_three_records(self):
        for data in (b"a", b"bb", b"ccc"):
            self.emulator.put("clicks", data)
        self.emulator.put("plain", b"dddd")
        self.emulator.advance(600000)

    def line(self):
        return {"deliveryStreamARN": "arn:aws:firehose:%s:%s:deliverystream/clicks" % (
                    hydrant.REGION, hydrant.ACCOUNT),
                "destination": "arn:aws:s3:::clicks-bucket", "deliveryStreamVersionId": 1,
                "message": "The Lambda function was successfully invoked but it returned an "
                           "error result.",
                "errorCode": "Lambda.FunctionError",
                "processor": hydrant.function_arn("broken")}

    # ---- boto3 ----

    def check_metrics(self, said):
        self.assertEqual(said["listed"], [
            "BytesPerSecondLimit", "ExecuteProcessing.Duration", "ExecuteProcessing.Success",
            "IncomingBytes", "IncomingPutRequests", "IncomingRecords", "PutRecord.Bytes",
            "PutRecord.Latency", "PutRecord.Requests", "PutRequestsPerSecondLimit",
            "RecordsPerSecondLimit"])
        self.assertEqual(said["bytes"], [{
            "Timestamp": "2026-01-01T00:00:00Z", "SampleCount": 3, "Average": 2, "Sum": 6,
            "Minimum": 1, "Maximum": 3, "Unit": "Bytes"}])
        self.assertEqual(said["data"], {
            "IncomingRecords": [["2026-01-01T00:00:00Z"], [3]],
            "DeliveryToS3.Records": [[], []], "DeliveryToS3.DataFreshness": [[], []],
            "NoSuchMetric": [[], []]})
        self.assertEqual({key: error[:2] + error[3:] for key, error in said["errors"].items()}, {
            "period": ["InvalidParameterValue", "InvalidParameterValueException", 400],
            "range": ["InvalidParameterCombination", "InvalidParameterCombinationException", 400],
            "percentile": ["InvalidParameterValue", "InvalidParameterValueException", 400]})

    def check_logs(self, said):
        self.assertEqual([json.loads(event["message"]) for event in said["filtered"]],
                         [self.line()] * 2)
        began = 1767225600000
        self.assertEqual([event["timestamp"] - began for event in said["filtered"]],
                         [60000, 61000])
        self.assertEqual(said["got"], [1, 1, 0])
        self.assertTrue(said["stays"])
        self.assertEqual(said["groups"], [GROUP])
        self.assertEqual(said["streams"], [LOG_STREAM])
        self.assertEqual(said["error"], ["ResourceNotFoundException", "ResourceNotFoundException",
                                         "The specified log group does not exist.", 400])

    def test_boto3(self):
        if not pythons():
            self.skipTest("no boto3 (python3-boto3)")
        self.fail_three_records()
        for version, path in pythons().items():
            with self.subTest("botocore %d.%d" % version):
                done = self.client([path, os.path.join(HERE, "watch_client.py"), self.emulator.url,
                                    "clicks", GROUP, LOG_STREAM])
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                said = json.loads(done.stdout)
                self.check_metrics(said["metrics"])
                self.check_logs(said["logs"])
        self.emulator.stop()

    # ---- the command line ----

    def aws(self, path, *words):
        done = self.client([path, *words, "--output", "json", "--endpoint-url",
                            self.emulator.url])
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def check_aws(self, path):
        dimension = "Name=DeliveryStreamName,Value=plain"
        listed = self.aws(path, "cloudwatch", "list-metrics", "--namespace", "AWS/Firehose",
                          "--metric-name", "DeliveryToS3.Success")
        self.assertEqual(listed["Metrics"], [{
            "Namespace": "AWS/Firehose", "MetricName": "DeliveryToS3.Success",
            "Dimensions": [{"Name": "DeliveryStreamName", "Value": "plain"}]}])
        got = self.aws(path, "cloudwatch", "get-metric-statistics", "--namespace", "AWS/Firehose",
                       "--metric-name", "DeliveryToS3.DataFreshness", "--dimensions", dimension,
                       *RANGE, "--period", "60", "--statistics", "Maximum")
        self.assertEqual([point["Maximum"] for point in got["Datapoints"]], [300])
        got = self.aws(path, "logs", "filter-log-events", "--log-group-name", GROUP,
                       "--filter-pattern", "FunctionError -S3")
        self.assertEqual([json.loads(event["message"]) for event in got["events"]],
                         [self.line()] * 2)

    def test_aws(self):
        if not command_lines():
            self.skipTest("no aws (awscli)")
        self.fail_three_records()
        for version, path in command_lines().items():
            with self.subTest("aws-cli %d.%d" % version):
                self.check_aws(path)
        self.emulator.stop()

    # ---- the rest ----

    def logged(self, stream):
        path = os.path.join(self.emulator.folder, "data", "logs", stream + ".log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_the_log_file_has_the_same_lines(self):
        self.fail_three_records()
        self.assertEqual(self.logged("clicks"), [self.line()] * 2)
        self.assertEqual(self.logged("plain"), [])
        self.emulator.stop()

    def test_a_missing_bucket_is_logged_though_logging_is_off(self):
        os.rmdir(os.path.join(self.emulator.buckets, "clicks-bucket"))
        self.emulator.put("plain", b"x")
        self.emulator.advance(302000)
        lines = self.logged("plain")
        self.assertEqual([line["errorCode"] for line in lines], ["S3.NoSuchBucket"])
        self.assertNotIn("processor", lines[0])
        metrics = self.emulator.control("GET", "metrics").body.decode()
        label = '{delivery_stream_name="plain"}'
        self.assertIn("\nhydrant_delivery_to_s3_success_sum%s 0\n" % label, metrics)
        self.assertIn("\nhydrant_delivery_to_s3_success_count%s 1\n" % label, metrics)
        self.assertIn("\nhydrant_delivery_to_s3_data_freshness_seconds%s 302\n" % label, metrics)
        os.mkdir(os.path.join(self.emulator.buckets, "clicks-bucket"))
        self.emulator.advance(10000)
        metrics = self.emulator.control("GET", "metrics").body.decode()
        self.assertIn("\nhydrant_delivery_to_s3_data_freshness_seconds%s 0\n" % label, metrics)
        self.emulator.stop()

    def test_reset_forgets_events_but_not_the_log_stream(self):
        self.fail_three_records()
        hydrant.expect(200, self.emulator.control("POST", "reset"))
        answer = self.emulator.ask("POST", "/", json.dumps({"logGroupName": GROUP}), {
            "X-Amz-Target": "Logs_20140328.FilterLogEvents"})
        self.assertEqual(hydrant.expect(200, answer)["events"], [])
        self.emulator.stop()


class Failures(hydrant.Test):
    """What else can go wrong is logged in the service's words, and counted."""

    def start(self, stream, **more):
        self.emulator = self.hydrant({**hydrant.config(stream), **more}, ["--clock", "manual"])

    def lines(self, stream):
        path = os.path.join(self.emulator.folder, "data", "logs", stream + ".log")
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def total(self, name, stream):
        """A metric's sum over the first hour, and how many samples there were."""
        got = self.emulator.ask("POST", "/", json.dumps({
            "Namespace": "AWS/Firehose", "MetricName": name, "Period": 3600,
            "Dimensions": [{"Name": "DeliveryStreamName", "Value": stream}],
            "StartTime": 1767225600, "EndTime": 1767229200,
            "Statistics": ["Sum", "SampleCount"]}), {
                "X-Amz-Target": "GraniteServiceVersion20100801.GetMetricStatistics"})
        points = hydrant.expect(200, got)["Datapoints"]
        return (points[0]["Sum"], points[0]["SampleCount"]) if points else None

    def test_an_endpoint_that_is_not_there(self):
        receiver = Receiver()
        receiver.plan = [answer(500)]
        self.addCleanup(receiver.close)
        group = {"Enabled": True, "LogGroupName": "/hooks", "LogStreamName": "http"}
        self.start(endpoint(receiver.url, retry=0, CloudWatchLoggingOptions=group),
                   buckets=["backup-bucket"])
        self.emulator.put("hooks", b"abc")
        self.emulator.flush("hooks")
        line, = self.lines("hooks")
        self.assertEqual((line["destination"], line["errorCode"][:13]),
                         (receiver.url, "HttpEndpoint."))
        self.assertEqual(self.total("DeliveryToHttpEndpoint.Success", "hooks"), (0, 1))
        self.assertEqual(self.total("DeliveryToHttpEndpoint.ProcessedBytes", "hooks"), (3, 1))
        self.assertIsNone(self.total("DeliveryToHttpEndpoint.Bytes", "hooks"))
        got = self.emulator.ask("POST", "/", json.dumps(
            {"logGroupName": "/hooks", "logStreamName": "http"}), {
                "X-Amz-Target": "Logs_20140328.GetLogEvents"})
        self.assertEqual([json.loads(event["message"]) for event in got.json["events"]], [line])
        self.emulator.stop()

    def test_records_that_cannot_be_converted(self):
        table = {"DatabaseName": "d", "Name": "t", "StorageDescriptor": {
            "Columns": [{"Name": "a", "Type": "int"}]}}
        self.start(hydrant.stream(buffering=(64, 60), DataFormatConversionConfiguration={
            "Enabled": True,
            "SchemaConfiguration": {"DatabaseName": "d", "TableName": "t", "Region": "us-east-1",
                                    "RoleARN": "arn:aws:iam::123456789012:role/firehose"},
            "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
            "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}}}), tables=[table])
        for data in (b'{"a":1}', b"no JSON", b"none, either"):
            self.emulator.put("clicks", data)
        self.emulator.flush("clicks")
        line, = self.lines("clicks")
        self.assertEqual(line["errorCode"], "DataFormatConversion.ParseError")
        self.assertEqual(self.total("SucceedConversion.Records", "clicks"), (1, 1))
        self.assertEqual(self.total("FailedConversion.Records", "clicks"), (2, 1))
        self.assertEqual(self.total("FailedConversion.Bytes", "clicks"), (19, 1))
        self.emulator.stop()

    def test_one_partition_too_many(self):
        self.start(partitioned("users/!{partitionKeyFromQuery:user}/", query("{user:.u}")))
        for first in (0, 2):
            self.emulator.put_batch("clicks", [b'{"u":"u%d"}' % (n + first) for n in range(500)])
        self.emulator.flush("clicks")
        line, = self.lines("clicks")
        self.assertEqual(line["errorCode"], "DynamicPartitioning.ActivePartitionsExceeded")
        self.assertEqual(self.total("PartitionCountExceeded", "clicks"), (2, 502))
        self.assertEqual(self.total("DeliveryToS3.ObjectCount", "clicks"), (500, 500))
        self.emulator.stop()


del Clients  # its tests are run elsewhere

if __name__ == "__main__":
    unittest.main(verbosity=2)

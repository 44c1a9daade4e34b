"""watch_client.py - CloudWatch and CloudWatch Logs by boto3, run by the interpreter under test.

    python watch_client.py URL STREAM GROUP LOG_STREAM

Prints what it was told as JSON. Knows nothing of the emulator's tests.
"""
import datetime
import json
import sys

import boto3

UTC = datetime.timezone.utc
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + datetime.timedelta(hours=1)


def text(instant):
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def error(call, **arguments):
    try:
        call(**arguments)
    except Exception as raised:  # whatever class the client made of it
        return [raised.response["Error"]["Code"], type(raised).__name__,
                raised.response["Error"]["Message"],
                raised.response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


def statistics(client, stream, name, **more):
    arguments = {"Namespace": "AWS/Firehose", "MetricName": name,
                 "Dimensions": [{"Name": "DeliveryStreamName", "Value": stream}],
                 "StartTime": BEGIN, "EndTime": END, "Period": 60,
                 "Statistics": ["SampleCount", "Average", "Sum", "Minimum", "Maximum"]}
    return {**arguments, **more}


def query(stream, number, name, stat):
    return {"Id": "q%d" % number, "MetricStat": {
        "Metric": {"Namespace": "AWS/Firehose", "MetricName": name,
                   "Dimensions": [{"Name": "DeliveryStreamName", "Value": stream}]},
        "Period": 300, "Stat": stat}}


def metrics(client, stream):
    said = {}
    listed = [metric for page in client.get_paginator("list_metrics").paginate(
        Namespace="AWS/Firehose", Dimensions=[{"Name": "DeliveryStreamName", "Value": stream}])
        for metric in page["Metrics"]]
    said["listed"] = sorted(metric["MetricName"] for metric in listed)
    got = client.get_metric_statistics(**statistics(client, stream, "IncomingBytes"))
    said["bytes"] = [{**point, "Timestamp": text(point["Timestamp"])}
                     for point in got["Datapoints"]]
    got = client.get_metric_data(
        StartTime=BEGIN, EndTime=END, ScanBy="TimestampAscending",
        MetricDataQueries=[query(stream, 0, "IncomingRecords", "Sum"),
                           query(stream, 1, "DeliveryToS3.Records", "Sum"),
                           query(stream, 2, "DeliveryToS3.DataFreshness", "Maximum"),
                           query(stream, 3, "NoSuchMetric", "Sum")])
    said["data"] = {result["Label"]: [[text(at) for at in result["Timestamps"]], result["Values"]]
                    for result in got["MetricDataResults"]}
    said["errors"] = {
        "period": error(client.get_metric_statistics,
                        **statistics(client, stream, "IncomingBytes", Period=61)),
        "range": error(client.get_metric_statistics,
                       **statistics(client, stream, "IncomingBytes", EndTime=BEGIN)),
        "percentile": error(client.get_metric_data, StartTime=BEGIN, EndTime=END,
                            MetricDataQueries=[query(stream, 0, "IncomingBytes", "p99")])}
    return said


def logs(client, group, name):
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern='{ $.errorCode = "Lambda.*" }',
        PaginationConfig={"PageSize": 1})
    said = {"filtered": [event for page in pages for event in page["events"]]}
    first = client.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True,
                                  limit=1)
    rest = client.get_log_events(logGroupName=group, logStreamName=name,
                                 nextToken=first["nextForwardToken"])
    end = client.get_log_events(logGroupName=group, logStreamName=name,
                                nextToken=rest["nextForwardToken"])
    said["got"] = [len(first["events"]), len(rest["events"]), len(end["events"])]
    said["stays"] = end["nextForwardToken"] == rest["nextForwardToken"]
    said["groups"] = [found["logGroupName"] for page in client.get_paginator(
        "describe_log_groups").paginate() for found in page["logGroups"]]
    said["streams"] = [found["logStreamName"] for page in client.get_paginator(
        "describe_log_streams").paginate(logGroupName=group) for found in page["logStreams"]]
    said["error"] = error(client.filter_log_events, logGroupName="/nobody")
    return said


def main():
    url, stream, group, name = sys.argv[1:]
    json.dump({"metrics": metrics(boto3.client("cloudwatch", endpoint_url=url), stream),
               "logs": logs(boto3.client("logs", endpoint_url=url), group, name)}, sys.stdout)


main()

"""sdk_client.py - what a program on boto3 does; run by test_clients.py, with any boto3.

    sdk_client.py STREAM [--endpoint-url URL]

Without the option, only AWS_ENDPOINT_URL says where to go. Prints one JSON object: the versions,
and what went wrong, by name.
"""
import json
import sys

import boto3
import botocore

RECORD_MAX = 1024000


def error_of(client, call):
    try:
        call()
    except client.exceptions.ClientError as error:
        kind = type(error).__name__
        return [error.response["Error"]["Code"], kind, error.response["Error"]["Message"],
                error.response["ResponseMetadata"]["HTTPStatusCode"]]
    return None


def put_all(client, stream):
    batch = client.put_record_batch(DeliveryStreamName=stream, Records=[
        {"Data": b"%03d\n" % i} for i in range(500)])
    if batch["FailedPutCount"] != 0 or len(batch["RequestResponses"]) != 500:
        sys.exit("put_record_batch: %r" % batch["FailedPutCount"])
    if len({entry["RecordId"] for entry in batch["RequestResponses"]}) != 500:
        sys.exit("put_record_batch: record ids repeat")
    one = client.put_record(DeliveryStreamName=stream, Record={"Data": "snowman \u2603\n"})
    if not one["RecordId"] or one["ResponseMetadata"]["HTTPStatusCode"] != 200:
        sys.exit("put_record: %r" % one)


def errors(client, stream):
    def records(count, data=b"x"):
        return [{"Data": data}] * count
    return {
        "unknown stream": error_of(client, lambda: client.put_record(
            DeliveryStreamName="nobody", Record={"Data": b"x"})),
        "501 records": error_of(client, lambda: client.put_record_batch(
            DeliveryStreamName=stream, Records=records(501))),
        "too large": error_of(client, lambda: client.put_record(
            DeliveryStreamName=stream, Record={"Data": b"x" * (RECORD_MAX + 1)})),
        "over 4 MiB": error_of(client, lambda: client.put_record_batch(
            DeliveryStreamName=stream, Records=records(5, b"x" * 900000))),
        "name taken": error_of(client, lambda: create(client, stream)),
    }


def create(client, name):
    return client.create_delivery_stream(
        DeliveryStreamName=name, DeliveryStreamType="DirectPut",
        ExtendedS3DestinationConfiguration={
            "RoleARN": "arn:aws:iam::123456789012:role/firehose",
            "BucketARN": "arn:aws:s3:::clicks-bucket",
            "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 900}})


def life(client, name):
    """A stream from its creation to its end."""
    arn = create(client, name)["DeliveryStreamARN"]
    described = client.describe_delivery_stream(DeliveryStreamName=name)[
        "DeliveryStreamDescription"]
    if described["DeliveryStreamARN"] != arn or described["CreateTimestamp"].year < 2000:
        sys.exit("describe_delivery_stream: %r" % described)
    if name not in client.list_delivery_streams(Limit=1000)["DeliveryStreamNames"]:
        sys.exit("list_delivery_streams does not know %s" % name)
    client.delete_delivery_stream(DeliveryStreamName=name)
    return described["Destinations"][0]["ExtendedS3DestinationDescription"]["BufferingHints"]


def main():
    stream = sys.argv[1]
    url = sys.argv[3] if len(sys.argv) > 3 else None
    client = boto3.client("firehose", endpoint_url=url)
    put_all(client, stream)
    print(json.dumps({"boto3": boto3.__version__, "botocore": botocore.__version__,
                      "hints": life(client, "short-lived"), "errors": errors(client, stream)}))


if __name__ == "__main__":
    main()

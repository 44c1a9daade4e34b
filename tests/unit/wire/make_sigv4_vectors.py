#!/usr/bin/env python3
"""make_sigv4_vectors.py - requests signed by botocore, as the C table of sigv4_vectors.h.

    python3 tests/unit/wire/make_sigv4_vectors.py > tests/unit/wire/sigv4_vectors.h

Needs botocore (it wrote the table with 1.43). The time is fixed, so the output is, too.
"""
import base64
import datetime
import hashlib
import json

import botocore
import botocore.auth
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ=="
NOW = datetime.datetime(2026, 11, 21, 17, 19, 43, tzinfo=datetime.timezone.utc)
JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
PUT = b'{"DeliveryStreamName":"clicks","Record":{"Data":"aGVsbG8K"}}'
PUT_HEADERS = {"X-Amz-Target": "Firehose_20150804.PutRecord", "Content-Type": JSON}

botocore.auth.get_current_datetime = lambda *_, **__: NOW


class PresignedWithBody(SigV4QueryAuth):
    """botocore moves a body into the query; a presigned POST keeps it."""

    def payload(self, request):
        return hashlib.sha256(PUT).hexdigest()


def sign(signer, service, url, method="POST", headers=(), body=b"", token=None, sent=None,
         unsigned=False, is_refused=False, **options):
    """`sent` is the body when the signer is not to see it."""
    headers = dict(headers)
    if unsigned: # over https, and with another sum that botocore trusts
        url = url.replace("http:", "https:")
        headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
    request = AWSRequest(method, url, headers, body)
    request.context["payload_signing_enabled"] = not unsigned
    request.context["client_config"] = None
    signer(Credentials("AKIDEXAMPLE", SECRET, token), service, "eu-west-1",
           **options).add_auth(request)
    prepared = request.prepare()
    scheme, rest = prepared.url.split("://", 1)
    host, _, target = rest.partition("/")
    return {"method": method, "target": "/" + target, "token": token or "",
            "headers": [("Host", host)] + list(prepared.headers.items()),
            "body": sent if sent is not None else body, "service": service,
            "is_refused": is_refused}


def vectors():
    url = "http://127.0.0.1:4573"
    s3 = url + "/clicks-bucket"
    yield "PutRecord", sign(SigV4Auth, "firehose", url + "/", headers=PUT_HEADERS, body=PUT)
    yield "PutRecord with a session token", sign(
        SigV4Auth, "firehose", url + "/", headers=PUT_HEADERS, body=PUT, token=TOKEN)
    yield "an empty body", sign(SigV4Auth, "firehose", url + "/", headers=PUT_HEADERS)
    yield "blanks in a header", sign(
        SigV4Auth, "firehose", url + "/", body=PUT,
        headers=dict(PUT_HEADERS, **{"X-Amz-Note": "  one   two\tthree  "}))
    yield "a Date header", sign(
        SigV4Auth, "firehose", url + "/", body=PUT,
        headers=dict(PUT_HEADERS, Date="Sat, 21 Nov 2026 17:19:43 GMT"))
    yield "an HTML form", sign(
        SigV4Auth, "cloudformation", url + "/", headers={"Content-Type": FORM},
        body=b"Action=DescribeStacks&Version=2010-05-15")
    yield "a query in no order", sign(
        SigV4Auth, "apigateway",
        url + "/restapis?limit=5&b=2&a=1&a=0&A=3&x=%20y%2Fz&empty=&e%C3%A9=1", "GET")
    yield "an encoded path", sign(
        SigV4Auth, "lambda", url + "/2015-03-31/functions/arn%3Aaws%3Alambda%20x/invocations",
        body=b"{}")
    yield "dots in a path", sign(
        SigV4Auth, "execute-api", url + "/prod/./a/../b//c%7Ed/", "PUT", body=b"{}")
    yield "dots beyond the root", sign(SigV4Auth, "execute-api", url + "/../../a/..", "GET")
    yield "S3: an object", sign(S3SigV4Auth, "s3", s3 + "/index.html", "PUT",
                                headers={"Content-Type": "text/html"}, body=b"<p>hello</p>")
    yield "S3: a key with escapes", sign(S3SigV4Auth, "s3", s3 + "/b%2520c%2Bd%20%C3%A9", "GET")
    yield "S3: dots in a key", sign(S3SigV4Auth, "s3", s3 + "/a/../b//./c", "GET")
    yield "S3: a parameter without a value", sign(S3SigV4Auth, "s3", s3 + "/k?uploads=", "POST")
    yield "S3: a list", sign(
        S3SigV4Auth, "s3", s3 + "?list-type=2&prefix=a%2Fb&delimiter=%2F&encoding-type=url", "GET")
    yield "S3: an unsigned payload", sign(
        S3SigV4Auth, "s3", s3 + "/k", "PUT", body=b"anything", unsigned=True)
    yield "not S3: an unsigned payload", sign(
        S3SigV4Auth, "firehose", url + "/", headers=PUT_HEADERS, body=PUT, unsigned=True,
        is_refused=True)
    yield "presigned", sign(SigV4QueryAuth, "sts",
                            url + "/?Action=GetCallerIdentity&Version=2011-06-15", "GET",
                            expires=60)
    yield "presigned, with a body", sign(PresignedWithBody, "firehose", url + "/", sent=PUT,
                                         headers=PUT_HEADERS, expires=900)
    yield "presigned, with a session token", sign(
        PresignedWithBody, "firehose", url + "/", sent=PUT, headers=PUT_HEADERS, token=TOKEN,
        expires=900)
    yield "S3: presigned", sign(S3SigV4QueryAuth, "s3", s3 + "/a/../b%20c", "GET", expires=604800)


def quoted(text):
    if isinstance(text, bytes):
        text = text.decode()
    pieces = [text[i:i + 76] for i in range(0, len(text), 76)] or [""]
    return "\n            ".join(map(json.dumps, pieces))


def main():
    print("/* sigv4_vectors.h - requests signed by botocore %s; made by make_sigv4_vectors.py." %
          botocore.__version__)
    print(" *")
    print(" * Access key AKIDEXAMPLE, region eu-west-1, signed at 2026-11-21T17:19:43Z.")
    print(" */")
    print("static const char vector_secret[] = %s;" % quoted(SECRET))
    print("static const uint64_t vector_ms = UINT64_C(%d);" % (NOW.timestamp() * 1000))
    print("\nstatic const struct vector vectors[] = {")
    for name, vector in vectors():
        print("    { .name = %s,\n      .method = %s,\n      .target = %s," % (
            quoted(name), quoted(vector["method"]), quoted(vector["target"])))
        print("      .headers = {")
        for header, value in vector["headers"]:
            print("          { %s,%s%s }," % (
                quoted(header), " " if len(value) < 60 else "\n            ", quoted(value)))
        print("      },")
        print("      .body = %s,\n      .service = %s,\n      .token = %s,\n"
              "      .is_refused = %s }," % (
                  quoted(vector["body"]), quoted(vector["service"]), quoted(vector["token"]),
                  "true" if vector["is_refused"] else "false"))
    print("};")


if __name__ == "__main__":
    main()

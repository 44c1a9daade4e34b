"""--auth sign: what the SDK signs gets in, and nothing else does; what each refusal looks like.

With botocore (python3-botocore) when it is there; raw requests are signed here, independently.
"""
import datetime
import hashlib
import hmac
import json
import subprocess

import hydrant

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.config
    import botocore.credentials
    import botocore.exceptions
    import botocore.session
except ImportError:
    botocore = None

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TEMPORARY = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "temporary/secret",
             "SessionToken": "IQoJb3JpZ2luX2VjEXAMPLE//wEaCXVzLWVhc3QtMSJHMEUCIQ=="}
ENDED = {"AccessKeyId": "ASIAENDED", "SecretAccessKey": "ended", "SessionToken": "ended/token=",
         "Expiration": "2026-01-01T00:00:00Z"}
MISMATCH = ("The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.")
UNKNOWN = "The security token included in the request is invalid."
STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
PUT = json.dumps({"DeliveryStreamName": "clicks", "Record": {"Data": "aGVsbG8K"}}).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Signer:
    """Signature V4 for POST / without a query: as little as will do."""

    def __init__(self, secret=SECRET, service="firehose", age_s=0):
        now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=age_s)
        self.stamp = now.strftime("%Y%m%dT%H%M%SZ")
        self.scope = "%s/eu-west-1/%s/aws4_request" % (self.stamp[:8], service)
        self.key = b"AWS4" + secret.encode()
        for part in self.scope.split("/"):
            self.key = hmac.digest(self.key, part.encode(), "sha256")

    def sign(self, *lines):
        return hmac.digest(self.key, "\n".join(lines).encode(), "sha256").hex()

    def headers(self, host, payload, **more):
        signed = {"host": host, "x-amz-date": self.stamp,
                  "x-amz-target": "Firehose_20150804.PutRecord",
                  **{name.replace("_", "-"): value for name, value in more.items()}}
        names = ";".join(sorted(signed))
        canonical = "\n".join(["POST", "/", "", *(
            "%s:%s" % (name, signed[name]) for name in sorted(signed)), "", names, payload])
        self.signature = self.sign("AWS4-HMAC-SHA256", self.stamp, self.scope,
                                   sha256(canonical.encode()))
        return dict(signed, authorization=(
            "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
                KEY, self.scope, names, self.signature)))

    def chunk(self, data):
        self.signature = self.sign("AWS4-HMAC-SHA256-PAYLOAD", self.stamp, self.scope,
                                   self.signature, sha256(b""), sha256(data))
        return b"%x;chunk-signature=%s\r\n%s\r\n" % (len(data), self.signature.encode(), data)


class Sign(hydrant.Test):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        config = hydrant.config(hydrant.stream(buffering=(128, 900)))
        config["credentials"] = [{"AccessKeyId": KEY, "SecretAccessKey": SECRET}, TEMPORARY, ENDED]
        # The clock stands still in another year: signatures go by real time.
        cls.emulator = hydrant.Hydrant(config, ["--auth", "sign", "--clock", "manual"]).start()

    @classmethod
    def tearDownClass(cls):
        try:
            cls.emulator.stop()
        finally:
            cls.emulator.close()

    @property
    def host(self):
        return "127.0.0.1:%d" % self.emulator.port

    def refused(self, answer, name, text, status=400):
        self.assertEqual((answer.status, answer.headers["x-amzn-errortype"], answer.json),
                         (status, name, {"__type": name, "message": text}))
        self.assertRegex(answer.headers["x-amzn-requestid"], "^[0-9a-f-]{36}$")
        self.assertEqual(answer.headers["content-type"], "application/x-amz-json-1.1")

    # ---- raw ----

    def test_a_request_signed_by_hand(self):
        headers = Signer().headers(self.host, sha256(PUT))
        self.assertIn("RecordId", hydrant.expect(200, self.emulator.ask("POST", "/", PUT, headers)))

    def test_the_same_request_again(self):
        headers = Signer(age_s=290).headers(self.host, sha256(PUT))
        for _ in range(3):
            hydrant.expect(200, self.emulator.ask("POST", "/", PUT, headers))

    def test_another_body(self):
        headers = Signer().headers(self.host, sha256(PUT))
        self.refused(self.emulator.ask("POST", "/", PUT + b" ", headers),
                     "InvalidSignatureException", MISMATCH)

    def test_an_old_signature(self):
        signer = Signer(age_s=400)
        answer = self.emulator.ask("POST", "/", PUT, signer.headers(self.host, sha256(PUT)))
        self.assertEqual(answer.json["__type"], "InvalidSignatureException")
        self.assertRegex(answer.json["message"], r"^Signature expired: %s is now earlier than "
                         r"\d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)$" % signer.stamp)

    def test_another_service_s_signature(self):
        headers = Signer(service="kinesis").headers(self.host, sha256(PUT))
        self.refused(self.emulator.ask("POST", "/", PUT, headers), "InvalidSignatureException",
                     "Credential should be scoped to correct service: 'firehose'. ")

    def test_nothing_signed(self):
        self.refused(self.emulator.aws("PutRecord", PUT), "MissingAuthenticationTokenException",
                     "Missing Authentication Token")

    def test_nothing_signed_and_no_service_named(self):
        answer = self.emulator.ask("GET", "/clicks-bucket/")
        self.assertEqual((answer.status, answer.headers["x-amzn-errortype"], answer.json),
                         (403, "MissingAuthenticationTokenException",
                          {"message": "Missing Authentication Token"}))

    def test_an_incomplete_header(self):
        answer = self.emulator.ask("POST", "/", PUT, {
            "X-Amz-Target": "Firehose_20150804.PutRecord", "Authorization": "AWS4-HMAC-SHA256 x"})
        self.refused(answer, "IncompleteSignatureException",
                     "Authorization header requires 'Credential' parameter. Authorization header "
                     "requires 'Signature' parameter. Authorization header requires "
                     "'SignedHeaders' parameter. Authorization header requires existence of either "
                     "a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 x")

    def test_the_control_api_wants_no_signature(self):
        hydrant.expect(200, self.emulator.control("GET", "health"))

    def test_signed_chunks(self):
        data = json.dumps({"DeliveryStreamName": "clicks",
                           "Record": {"Data": hydrant.encode(b"x" * 100000)}}).encode()
        for change in (False, True):
            signer = Signer()
            headers = signer.headers(self.host, STREAMING, x_amz_content_sha256=STREAMING,
                                     x_amz_decoded_content_length=str(len(data)))
            body = b"".join(signer.chunk(piece) for piece in (data[:65536], data[65536:], b""))
            if change:
                body = body.replace(b"eHh4", b"eHh5", 1)
            answer = self.emulator.ask("POST", "/", body, headers)
            if change:
                self.refused(answer, "InvalidSignatureException", MISMATCH)
            else:
                self.assertIn("RecordId", hydrant.expect(200, answer))

    # ---- botocore ----

    def client(self, key=KEY, secret=SECRET, token=None, region="eu-west-1"):
        if botocore is None:
            self.skipTest("no botocore (python3-botocore)")
        return botocore.session.Session().create_client(
            "firehose", region_name=region, endpoint_url=self.emulator.url, aws_access_key_id=key,
            aws_secret_access_key=secret, aws_session_token=token,
            config=botocore.config.Config(retries={"max_attempts": 0}))

    def put(self, client):
        return client.put_record(DeliveryStreamName="clicks", Record={"Data": b"x" * 1024})

    def error_of(self, client):
        with self.assertRaises(botocore.exceptions.ClientError) as raised:
            self.put(client)
        error = raised.exception.response
        return (error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Code"],
                error["Error"]["Message"])

    def test_the_sdk(self):
        for region in ("eu-west-1", "us-east-1", "ap-southeast-2"):
            client = self.client(region=region)
            self.put(client)
            client.put_record_batch(DeliveryStreamName="clicks", Records=[{"Data": b"y"}] * 500)
            self.assertEqual(client.list_delivery_streams()["DeliveryStreamNames"], ["clicks"])

    def test_the_sdk_with_a_session_token(self):
        self.put(self.client(*TEMPORARY.values()))

    def test_the_sdk_refused(self):
        for name, client, code, text in (
                ("wrong secret", self.client(secret="wrong"), "InvalidSignatureException",
                 MISMATCH),
                ("unknown key", self.client(key="AKIDOTHER"), "UnrecognizedClientException",
                 UNKNOWN),
                ("no token", self.client(*list(TEMPORARY.values())[:2]),
                 "UnrecognizedClientException", UNKNOWN),
                ("wrong token", self.client(*list(TEMPORARY.values())[:2], "wrong"),
                 "UnrecognizedClientException", UNKNOWN),
                ("a token too many", self.client(token="token"), "UnrecognizedClientException",
                 UNKNOWN),
                ("a token that has ended", self.client(*list(ENDED.values())[:3]),
                 "ExpiredTokenException", UNKNOWN.replace("invalid.", "expired"))):
            with self.subTest(name):
                self.assertEqual(self.error_of(client), (400, code, text))

    def presign(self, method, secret=SECRET, body=b"", headers=(), expires=60):
        """Target and headers of a presigned request; what is presigned has an empty payload or,
        when it has a body, that body's hash."""
        if botocore is None:
            self.skipTest("no botocore (python3-botocore)")

        class Presigner(botocore.auth.SigV4QueryAuth):
            def payload(self, request):
                return sha256(body)

        request = botocore.awsrequest.AWSRequest(method, self.emulator.url + "/", dict(headers))
        Presigner(botocore.credentials.Credentials(KEY, secret), "firehose", "eu-west-1",
                  expires=expires).add_auth(request)
        prepared = request.prepare()
        sent = {name: value for name, value in prepared.headers.items()
                if name.lower() != "content-length"}
        return prepared.url[len(self.emulator.url):], sent

    def test_presigned_post(self):
        target = {"X-Amz-Target": "Firehose_20150804.PutRecord"}
        path, headers = self.presign("POST", body=PUT, headers=target)
        self.assertIn("RecordId", hydrant.expect(200, self.emulator.ask("POST", path, PUT,
                                                                        headers)))
        self.refused(self.emulator.ask("POST", path, PUT + b" ", headers),
                     "InvalidSignatureException", MISMATCH)
        path, headers = self.presign("POST", "wrong", PUT, target)
        self.refused(self.emulator.ask("POST", path, PUT, headers), "InvalidSignatureException",
                     MISMATCH)

    def test_presigned_get(self):
        path, headers = self.presign("GET")
        answer = self.emulator.ask("GET", path, None, headers)
        # It is let in; that nobody serves it is another matter.
        self.assertEqual((answer.status, answer.headers["x-amzn-errortype"]),
                         (404, "UnknownOperationException"))
        answer = self.emulator.ask("GET", path.replace("Expires=60", "Expires=61"), None, headers)
        self.assertEqual((answer.status, answer.headers["x-amzn-errortype"], answer.json),
                         (403, "InvalidSignatureException", {"message": MISMATCH}))


class Usage(hydrant.Test):
    def test_no_credentials(self):
        folder = self.folder()
        for config in ("{}", '{"credentials":[]}', None):
            options = []
            if config is not None:
                with open(folder + "/config.json", "w", encoding="utf-8") as file:
                    file.write(config)
                options = ["--config", folder + "/config.json"]
            done = subprocess.run([hydrant.HYDRANT, "--auth", "sign", "--data", folder + "/data",
                                   *options], capture_output=True, text=True, timeout=60,
                                  check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (
                2, "", "hydrant: --auth sign needs credentials in the config file\n"))

    def test_off_takes_any_signature(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream()))
        headers = Signer(secret="whatever", age_s=100000).headers("example.org", sha256(b"other"))
        hydrant.expect(200, emulator.ask("POST", "/", PUT, headers))
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

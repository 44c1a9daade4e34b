"""receiver.py - a receiver of Firehose's HTTP endpoint protocol, strict about what it gets.

It keeps every request and answers as the test says: `plan` is a list of behaviours, one a request;
when it is over, requests are taken. What breaks the protocol is a line in `faults`.
"""
import base64
import gzip
import http.server
import json
import re
import ssl
import threading

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Request:
    def __init__(self, handler):
        self.path = handler.path
        self.headers = {name.lower(): value for name, value in handler.headers.items()}
        self.raw = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        packed = self.headers.get("content-encoding") == "gzip"
        self.text = gzip.decompress(self.raw) if packed else self.raw
        self.body = json.loads(self.text)

    @property
    def id(self):
        return self.body["requestId"]

    @property
    def records(self):
        return [base64.b64decode(record["data"], validate=True)
                for record in self.body["records"]]

    def faults(self):
        wanted = {"x-amz-firehose-protocol-version": "1.0",
                  "x-amz-firehose-request-id": self.id,
                  "content-type": "application/json",
                  "content-length": str(len(self.raw))}
        found = ["%s is %r" % (name, self.headers.get(name)) for name, value in wanted.items()
                 if self.headers.get(name) != value]
        if self.headers.get("content-encoding", "gzip") != "gzip":
            found.append("Content-Encoding is there and not gzip")
        if list(self.body) != ["requestId", "timestamp", "records"] or not UUID.fullmatch(self.id):
            found.append("the body is %r" % self.text[:200])
        if type(self.body["timestamp"]) is not int or not 1 <= len(self.records) <= 10000:
            found.append("timestamp or records of %r" % self.text[:200])
        if any(list(record) != ["data"] for record in self.body["records"]):
            found.append("a record has other members than data")
        return found


def answer(status=200, body=None, headers=None, **members):
    """A behaviour: what is answered. `members` replace those of the answer; None takes one out."""
    def behave(handler, request):
        text = body
        if text is None:
            out = {"requestId": request.id, "timestamp": 1578090903599}
            out.update(members)
            text = json.dumps({key: value for key, value in out.items() if value is not None})
        fields = {"Content-Type": "application/json", "Content-Length": str(len(text))}
        fields.update(headers or {})
        handler.send_response(status)
        for name, value in fields.items():
            if value is not None:
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(text.encode())
        if fields["Content-Length"] is None:
            handler.close_connection = True
    return behave


def never(handler, request):
    """Until the test is over."""
    handler.server.receiver.over.wait()
    handler.close_connection = True


def hang_up(handler, request):
    handler.close_connection = True
    handler.connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        receiver = self.server.receiver
        request = Request(self)
        with receiver.lock:
            receiver.requests.append(request)
            receiver.faults += request.faults()
            behave = receiver.plan.pop(0) if receiver.plan else receiver.default
            receiver.arrived.notify_all()
        behave(self, request)

    def do_GET(self):
        self.server.receiver.faults.append("GET " + self.path)

    def log_message(self, *args):
        pass

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, ValueError, OSError):
            pass  # a test that hangs up, or kills the sender


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


class Receiver:
    def __init__(self, certificate=None):
        self.requests, self.faults, self.plan = [], [], []
        self.default = answer()
        self.lock = threading.Lock()
        self.arrived = threading.Condition(self.lock)
        self.over = threading.Event()
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.receiver = self
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = "http%s://127.0.0.1:%d/hook?to=a%%2Fb" % (
            "s" if certificate else "", self.server.server_port)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def wait_for(self, count, timeout=30):
        with self.lock:
            if not self.arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError("%d requests came, not %d" % (len(self.requests), count))

    @property
    def records(self):
        return [record for request in self.requests for record in request.records]

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

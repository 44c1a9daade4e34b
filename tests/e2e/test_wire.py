"""HTTP as clients really write it, byte by byte: over plain sockets."""
import json
import socket

import hydrant

BODY = json.dumps({"DeliveryStreamName": "clicks", "Record": {"Data": "eA=="}}).encode()


def request(body=BODY, operation="PutRecord", *extra, length=True, version="1.1"):
    lines = ["POST / HTTP/" + version, "Host: 127.0.0.1",
             "X-Amz-Target: Firehose_20150804." + operation, *extra]
    if length:
        lines.append("Content-Length: %d" % len(body))
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def chunked(body, size):
    pieces = [body[at:at + size] for at in range(0, len(body), size)] + [b""]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """The next answer on the connection: (status, headers, body)."""
        status = int(self.file.readline().split()[1])
        headers = {}
        for line in iter(self.file.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        length = 0 if status == 100 else int(headers["content-length"])
        return status, headers, self.file.read(length)

    def at_end(self):
        """Has the server closed the connection?"""
        try:
            return self.file.read(1) == b""
        except ConnectionResetError:
            return True

    def close(self):
        self.file.close()
        self.socket.close()


class Wire(hydrant.Test):
    def setUp(self):
        self.emulator = self.hydrant(hydrant.config(hydrant.stream(buffering=(128, 900))))

    def client(self):
        made = Client(self.emulator.port)
        self.addCleanup(made.close)
        return made

    def records(self):
        return self.emulator.flush("clicks")["records"]

    def test_pipelined_requests_are_answered_in_order(self):
        client = self.client()
        operations = ["PutRecord", "Nonsense", "PutRecord", "ListDeliveryStreams"] * 25
        client.send(b"".join(request(BODY if name != "ListDeliveryStreams" else b"{}", name)
                             for name in operations))
        for name in operations:
            status, _, body = client.answer()
            self.assertEqual(status, 400 if name == "Nonsense" else 200, body)
            answer = json.loads(body)
            self.assertIn({"PutRecord": "RecordId", "Nonsense": "__type",
                           "ListDeliveryStreams": "DeliveryStreamNames"}[name], answer)
        self.assertEqual(self.records(), 50)
        self.emulator.stop()

    def test_a_connection_is_kept(self):
        client = self.client()
        for _ in range(200):
            client.send(request())
            self.assertEqual(client.answer()[0], 200)
        client.send(request(BODY, "PutRecord", "Connection: close"))
        status, headers, _ = client.answer()
        self.assertEqual((status, headers["connection"].lower()), (200, "close"))
        self.assertTrue(client.at_end())
        self.emulator.stop()

    def test_byte_by_byte(self):
        client = self.client()
        for byte in request():
            client.send(bytes([byte]))
        self.assertEqual(client.answer()[0], 200)
        self.assertEqual(self.records(), 1)
        self.emulator.stop()

    def test_expect_100_continue(self):
        client = self.client()
        head, _, body = request(BODY, "PutRecord", "Expect: 100-continue").partition(b"\r\n\r\n")
        client.send(head + b"\r\n\r\n")
        self.assertEqual(client.answer()[0], 100)  # and nothing else yet
        client.send(body)
        self.assertEqual(client.answer()[0], 200)
        self.emulator.stop()

    def test_expect_100_continue_for_too_much(self):
        client = self.client()
        client.send(request(b"", "PutRecord", "Expect: 100-continue",
                            "Content-Length: 99999999", length=False))
        self.assertEqual(client.answer()[0], 413)  # instead of asking for it
        self.emulator.stop()

    def test_chunked_bodies(self):
        client = self.client()
        for size in (1, 7, len(BODY), 4096):
            client.send(request(chunked(BODY, size), "PutRecord", "Transfer-Encoding: chunked",
                                length=False))
            self.assertEqual(client.answer()[0], 200)
        self.assertEqual(self.records(), 4)
        self.emulator.stop()

    def test_http_1_0_is_closed_after_its_answer(self):
        client = self.client()
        client.send(request(version="1.0"))
        self.assertEqual(client.answer()[0], 200)
        self.assertTrue(client.at_end())
        self.emulator.stop()

    def refused(self, status, data):
        """It is refused, the connection closed, and others do not notice."""
        client = self.client()
        client.send(data)
        self.assertEqual(client.answer()[0], status)
        self.assertTrue(client.at_end())
        self.emulator.put("clicks", b"unharmed")

    def test_a_head_that_is_too_large(self):
        self.refused(431, request(BODY, "PutRecord", "X-Long: " + "x" * 100000))
        self.emulator.stop()

    def test_a_body_that_is_too_large(self):
        self.refused(413, request(b"x" * (7 * 1024 * 1024 + 1)))
        self.emulator.stop()

    def test_what_is_not_http(self):
        for data in (b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                     b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                     b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"POST / HTTP/1.1\r\nContent-Length: 3\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
            with self.subTest(data=data):
                self.refused(400, data)
        self.emulator.stop()

    def test_a_client_that_leaves_in_mid_body(self):
        for cut in (10, len(request()) - 1):
            client = self.client()
            client.send(request()[:cut])
            client.close()
        self.emulator.put("clicks", b"unharmed")
        self.assertEqual(self.records(), 1)
        self.emulator.stop()

    def test_a_client_that_does_not_wait_for_its_answer(self):
        for _ in range(50):
            client = self.client()
            client.send(request())
            client.close()
        self.emulator.put("clicks", b"unharmed")
        self.assertGreaterEqual(self.records(), 1)
        self.emulator.stop()

    def test_many_connections_at_once(self):
        clients = [self.client() for _ in range(200)]
        for client in clients:
            client.send(request())
        for client in clients:
            self.assertEqual(client.answer()[0], 200)
        self.assertEqual(self.records(), 200)
        self.emulator.stop()


if __name__ == "__main__":
    hydrant.main()

#!/usr/bin/env python3
"""bench.py - how fast hydrant is, beside the null server, in one run.

Prints a table of medians and ratios. The machine is shared with the load generator and has its
moods, so only the ratios of one run mean anything: hydrant and the null server take turns, and
who begins changes every round. Every round starts a new hydrant on an empty folder.
"""
import argparse
import base64
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RECORD_BYTES = 1024
BATCH_RECORDS = 500


class Server:
    """A program that prints "listening on http://HOST:PORT" as its first line."""

    def __init__(self, argv):
        self.began = time.perf_counter()
        self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, close_fds=False)
        line = self.process.stdout.readline().decode()
        if not line.startswith("listening on "):
            self.process.wait()
            sys.exit(f"{argv[0]} did not start (exit {self.process.returncode})")
        self.url = line.split()[2]
        self.port = int(self.url.rsplit(":", 1)[1])

    def ask(self, request):
        """One raw request on a connection of its own; the answer's body."""
        with socket.create_connection(("127.0.0.1", self.port)) as conn:
            conn.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += conn.recv(65536) or sys.exit("no answer")
            head, _, body = answer.partition(b"\r\n\r\n")
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n")
                          if line.lower().startswith(b"content-length"))
            while len(body) < length:
                body += conn.recv(65536) or sys.exit("no answer")
        if not head.startswith(b"HTTP/1.1 200"):
            sys.exit(f"refused: {head.decode()} {body.decode()}")
        return body

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Bench:
    def __init__(self, args):
        self.args = args
        self.hydrant_path = os.path.join(args.build, "emulator", "hydrant")
        self.null_path = os.path.join(args.build, "tests", "bench", "null_server")
        self.folder = tempfile.mkdtemp(prefix="bench-", dir=args.build)
        self.rows = []

    def hydrant(self):
        data = os.path.join(self.folder, "data")
        shutil.rmtree(data, ignore_errors=True)
        return Server([self.hydrant_path, "--listen", "127.0.0.1:0", "--data", data,
                       "--log", "error", "--stream", "clicks", "--bucket", "clicks-bucket",
                       "--buffer-size", "128", "--buffer-interval", "900"])

    def null_server(self, reply_bytes):
        return Server([self.null_path, "--reply-bytes", str(reply_bytes)])

    def row(self, what, measured, beside, ratio, goal):
        self.rows.append((what, measured, beside, ratio, goal))
        print("  ".join(part for part in self.rows[-1] if part), file=sys.stderr)

    def wrk(self, server, operation, body_file, connections):
        out = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{self.args.seconds}s", "--latency",
             "-s", os.path.join(HERE, "post.lua"), server.url, "--", operation, body_file],
            check=True, capture_output=True, text=True).stdout
        result = json.loads(out.strip().splitlines()[-1])
        if result["refused"] or result["broken"]:
            sys.exit(f"{operation}: {result['refused']} refused, {result['broken']} broken")
        result["rate"] = result["requests"] / result["microseconds"] * 1e6
        return result

    def beside_null(self, operation, body, connections):
        """Runs both in turns; a list of (hydrant's, null server's) results."""
        text = json.dumps(body).encode()
        body_file = os.path.join(self.folder, "body.json")
        with open(body_file, "wb") as file:
            file.write(text)
        request = (f"POST / HTTP/1.1\r\nHost: localhost\r\n"
                   f"X-Amz-Target: Firehose_20150804.{operation}\r\n"
                   f"Content-Length: {len(text)}\r\n\r\n").encode() + text
        pairs = []
        for turn in range(self.args.rounds):
            hydrant = self.hydrant()
            null = self.null_server(len(hydrant.ask(request)))
            both = {}
            for server in ((hydrant, null) if turn % 2 else (null, hydrant)):
                both[server] = self.wrk(server, operation, body_file, connections)
            pairs.append((both[hydrant], both[null]))
            hydrant.stop()
            null.stop()
        return pairs

    def rates(self, what, pairs, goal):
        mine = statistics.median(pair[0]["rate"] for pair in pairs)
        yours = statistics.median(pair[1]["rate"] for pair in pairs)
        ratio = statistics.median(pair[0]["rate"] / pair[1]["rate"] for pair in pairs)
        self.row(what, f"{mine:,.0f}/s", f"{yours:,.0f}/s", f"{ratio:.2f}", goal)
        return mine

    def put(self):
        record = base64.b64encode(os.urandom(RECORD_BYTES)).decode()
        pairs = self.beside_null("PutRecord", {
            "DeliveryStreamName": "clicks", "Record": {"Data": record}}, 64)
        self.rates("PutRecord, 1 KiB, 64 connections", pairs, ">= 0.9")
        mine, yours = (statistics.median(pair[i]["p99_us"] for pair in pairs) / 1000
                       for i in (0, 1))
        self.row("  its 99th percentile", f"{mine:.2f} ms", f"{yours:.2f} ms", "", "< 5 ms")

    def batch(self):
        records = [{"Data": base64.b64encode(os.urandom(RECORD_BYTES)).decode()}
                   for _ in range(BATCH_RECORDS)]
        pairs = self.beside_null("PutRecordBatch", {
            "DeliveryStreamName": "clicks", "Records": records}, 16)
        rate = self.rates("PutRecordBatch, 500 x 1 KiB, 16 connections", pairs, ">= 0.4")
        self.row("  records", f"{rate * BATCH_RECORDS:,.0f}/s", "", "", ">= 700,000/s")

    def start(self):
        """From before the process exists to its first answer."""
        def once(make, request):
            server = make()
            server.ask(request)
            took = (time.perf_counter() - server.began) * 1000
            server.stop()
            return took
        health = b"GET /_hydrant/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
        mine = statistics.median(once(self.hydrant, health) for _ in range(20))
        yours = statistics.median(once(lambda: self.null_server(16), health) for _ in range(20))
        self.row("start to first answer", f"{mine:.1f} ms", f"{yours:.1f} ms", "", "< 10 ms")

    def memory(self):
        hydrant, null = self.hydrant(), self.null_server(16)
        hydrant.ask(b"GET /_hydrant/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        time.sleep(0.5)
        self.row("resident, idle", f"{hydrant.resident_kib() / 1024:.1f} MiB",
                 f"{null.resident_kib() / 1024:.1f} MiB", "", "< 8 MiB")
        hydrant.stop()
        null.stop()

    def size(self):
        stripped = os.path.join(self.folder, "stripped")
        subprocess.run(["strip", "-o", stripped, self.hydrant_path], check=True)
        self.row("binary, stripped", f"{os.path.getsize(stripped) / 1024 / 1024:.2f} MiB", "", "",
                 "< 3 MiB")

    def print_table(self):
        rows = [("", "hydrant", "null server", "ratio", "goal")] + self.rows
        widths = [max(len(row[i]) for row in rows) for i in range(5)]
        for row in rows:
            print(row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width
                                             in zip(row[1:], widths[1:])), sep="  ")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "release"),
                        help="the folder of a release build (default: build/release)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (default: 5)")
    parser.add_argument("--seconds", type=int, default=4, help="of load a turn (default: 4)")
    parser.add_argument("what", nargs="*", help="put batch start memory size (default: all)")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    bench = Bench(args)
    try:
        for what in args.what or ["put", "batch", "start", "memory", "size"]:
            if what not in ("put", "batch", "start", "memory", "size"):
                parser.error(f"what is {what}?")
            getattr(bench, what)()
        bench.print_table()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()

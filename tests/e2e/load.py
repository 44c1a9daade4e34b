"""load.py - clients that put without pause and remember what was acknowledged.

Every record is a line with a name of its own, so that each can be found, and counted, in the
objects. A record is acknowledged when the answer with its id has been read whole; of the others
nothing is promised but that none is there twice.
"""
import base64
import collections
import http.client
import json
import threading


class Load:
    """`threads` clients; each puts to its stream, one record or a batch of `batch` at a time."""

    def __init__(self, port, streams, name, threads=4, batch=20):
        self.port, self.name, self.batch = port, name, batch
        self.acknowledged = collections.defaultdict(list)  # stream to records
        self.sent = 0
        self.refusals = []
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(target=self.run, args=(streams[i % len(streams)], i))
            for i in range(threads)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def run(self, stream, thread):
        """Until told to stop, or until the server is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        number = 0
        try:
            while not self.stopping.is_set():
                count = 1 if number % 2 else self.batch
                records = [b"%s-%d-%d-%d\n" % (self.name.encode(), thread, number, i)
                           for i in range(count)]
                self.put(connection, stream, records)
                number += 1
        except (OSError, http.client.HTTPException):
            pass  # killed, or no longer listening
        finally:
            connection.close()

    def put(self, connection, stream, records):
        data = [{"Data": base64.b64encode(record).decode()} for record in records]
        operation, members = ("PutRecord", {"Record": data[0]}) if len(records) == 1 else (
            "PutRecordBatch", {"Records": data})
        with self.lock:
            self.sent += len(records)
        connection.request("POST", "/", json.dumps({"DeliveryStreamName": stream, **members}),
                           {"X-Amz-Target": "Firehose_20150804." + operation})
        response = connection.getresponse()
        body = response.read()
        with self.lock:
            if response.status == 200 and json.loads(body).get("FailedPutCount", 0) == 0:
                self.acknowledged[stream] += records
            else:
                self.refusals.append(body)


def missing_and_repeated(acknowledged, delivered):
    """Of two lists of records: those that should be there and are not, those there twice."""
    found = collections.Counter(delivered)
    return ([record for record in acknowledged if record not in found],
            [record for record, count in found.items() if count > 1])

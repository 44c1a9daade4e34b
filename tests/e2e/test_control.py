"""The control API: what it answers, to whom, and what it does to requests that wait in it."""
import http.client
import os
import re
import threading

import hydrant
from hydrant import expect

# Laughs when the gate is open: when that file is there.
LAUGH = '''
import os
import time


def handler(event, context):
    while not os.path.exists(os.environ["GATE"]):
        time.sleep(0.01)
    return {"records": [{"recordId": record["recordId"], "result": "Ok", "data": "aGE="}
                        for record in event["records"]]}
'''


class Later:
    """A control call that waits, in a thread; result() is its answer."""

    def __init__(self, emulator, call, body):
        self.answer = None

        def run():
            self.answer = emulator.control("POST", call, body)
        self.thread = threading.Thread(target=run)
        self.thread.start()

    def result(self):
        self.thread.join()
        return self.answer


class Control(hydrant.Test):
    def one(self, *options, **stream):
        stream.setdefault("buffering", (128, 900))
        return self.hydrant(hydrant.config(hydrant.stream(**stream)), options)

    def waiting(self, emulator):
        return expect(200, emulator.control("GET", "streams/clicks"))["waiting"]

    def until(self, emulator, what, count):
        """Looks until so many wait there."""
        while self.waiting(emulator)[what] != count:
            pass

    def test_health_and_streams(self):
        emulator = self.one("--clock", "manual")
        answer = expect(200, emulator.control("GET", "health"))
        self.assertEqual(answer["status"], "ok")
        self.assertRegex(answer["version"], r"\A\d+\.\d+\.\d+\Z")
        now_ms = expect(200, emulator.control("GET", "clock"))["now_ms"]
        emulator.put_batch("clicks", [b"four", b"five5"])
        streams = expect(200, emulator.control("GET", "streams"))["streams"]
        self.assertEqual([one["name"] for one in streams], ["clicks"])
        waiting = self.waiting(emulator)
        self.assertEqual((waiting["buffer_records"], waiting["buffer_bytes"],
                          waiting["unsettled_records"], waiting["next_due_ms"]),
                         (2, 9, 2, now_ms + 900000))
        emulator.flush("clicks")
        waiting = self.waiting(emulator)
        self.assertEqual(set(waiting.values()), {0, None})
        counters = expect(200, emulator.control("GET", "streams/clicks"))["counters"]
        self.assertEqual({name: count for name, count in counters.items() if count > 0}, {
            "incoming_records": 2, "incoming_bytes": 9, "put_record_batch_requests": 1,
            "delivered_objects": 1, "delivered_records": 2, "delivered_bytes": 9,
            "delivered_stored_bytes": 9, "settled_records": 2})
        emulator.stop()

    def test_refusals(self):
        emulator = self.one()
        for status, method, path, headers in [
                (404, "GET", "/_hydrant/nothing", {}),
                (404, "GET", "/_hydrant/streams/nobody", {}),
                (405, "POST", "/_hydrant/health", {}),
                (405, "GET", "/_hydrant/flush", {}),
                (403, "GET", "/_hydrant/health", {"Host": "example.com"}),
                (403, "GET", "/_hydrant/health", {"Host": "127.0.0.1.example.com"}),
                (403, "GET", "/_hydrant/health", {"Origin": "http://example.com"}),
                (403, "GET", "/_hydrant/health", {"Origin": "null"}),
                (200, "GET", "/_hydrant/health", {"Origin": "http://localhost:3000"}),
                (200, "GET", "/_hydrant/health", {"Host": "localhost"})]:
            with self.subTest("%s %s %r" % (method, path, headers)):
                answer = emulator.ask(method, path, None, headers)
                self.assertEqual(answer.status, status, answer)
                self.assertIn("status" if status == 200 else "error", answer.json)
        for call, body in [("flush", {"stream": "nobody"}), ("await", {"stream": "nobody"})]:
            self.assertEqual(emulator.control("POST", call, body).status, 404)
        for call, body in [("flush", {"stream": 7}), ("await", {"stream": "clicks"}),
                           ("await", {"stream": "clicks", "settled": -1}),
                           ("clock", {}), ("clock", {"advance_ms": 1}),  # it is the real one
                           ("clock", {"advance_ms": 1, "now_ms": 1})]:
            with self.subTest("%s %r" % (call, body)):
                self.assertEqual(emulator.control("POST", call, body).status, 400)
        self.assertEqual(emulator.ask("POST", "/_hydrant/flush", b"{").status, 400)
        emulator.stop()

    def test_the_manual_clock_goes_back_only_while_nothing_waits(self):
        emulator = self.one("--clock", "manual")
        then_ms = 1577836800000
        expect(200, emulator.control("POST", "clock", {"now_ms": then_ms}))
        emulator.put("clicks", b"of 2020")
        answer = emulator.control("POST", "clock", {"now_ms": then_ms - 1})
        self.assertEqual(answer.status, 400, answer)
        expect(200, emulator.control("POST", "clock", {"now_ms": then_ms + 5}))
        self.assertEqual(expect(200, emulator.control("GET", "clock"))["now_ms"], then_ms + 5)
        emulator.flush("clicks")
        key, = emulator.objects("clicks-bucket")
        self.assertTrue(key.startswith("2020/01/01/00/clicks-1-2020-01-01-00-00-00-"), key)
        expect(200, emulator.control("POST", "clock", {"now_ms": then_ms - 1}))
        emulator.stop()

    def test_without_it(self):
        emulator = self.one("--no-control")
        self.assertNotEqual(emulator.ask("GET", "/_hydrant/health").status, 200)
        emulator.put("clicks", b"x")
        emulator.stop()

    def test_await_says_what_is_missing(self):
        emulator = self.one()
        emulator.put_batch("clicks", [b"1", b"2", b"3"])
        answer = emulator.control("POST", "await", {
            "stream": "clicks", "settled": 5, "timeout_ms": 20})
        self.assertEqual(answer.status, 408)
        self.assertIn("0 of 5 records are settled", answer.json["error"])
        self.assertIn("3 accepted", answer.json["error"])
        waits = Later(emulator, "await", {"stream": "clicks", "settled": 3})
        emulator.flush("clicks")
        self.assertEqual(expect(200, waits.result())["settled"], 3)
        emulator.stop()

    def test_metrics(self):
        emulator = self.one()
        emulator.put_batch("clicks", [b"1", b"22"])
        text = emulator.control("GET", "metrics").body.decode()
        self.assertIn('\nhydrant_incoming_records_total{delivery_stream_name="clicks"} 2\n', text)
        self.assertIn('\nhydrant_incoming_bytes_total{delivery_stream_name="clicks"} 3\n', text)
        for line in text.splitlines():
            self.assertRegex(line, r"\A(# (HELP|TYPE) \w+ .+|\w+\{delivery_stream_name=\"clicks\"\}"
                             r" \d+(\.\d+)?)\Z")
        names = re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)
        self.assertEqual(len(names), len(set(names)))
        emulator.stop()

    def test_deleting_a_stream_discards_what_waits(self):
        emulator = self.one()
        emulator.put("clicks", b"never seen again")
        waits = Later(emulator, "await", {"stream": "clicks", "settled": 1})
        self.until(emulator, "calls", 1)
        expect(200, emulator.aws("DeleteDeliveryStream", {"DeliveryStreamName": "clicks"}))
        self.assertNotEqual(waits.result().status, 200)
        self.assertEqual(emulator.control("POST", "flush", {"stream": "clicks"}).status, 404)
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        while emulator.aws("DescribeDeliveryStream",
                           {"DeliveryStreamName": "clicks"}).status == 200:
            pass  # DELETING
        created = hydrant.stream(buffering=(128, 900))
        expect(200, emulator.aws("CreateDeliveryStream", created))
        emulator.put("clicks", b"anew")
        emulator.flush("clicks")
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"anew"])
        emulator.stop()

    def test_reset(self):
        emulator = self.one()
        expect(200, emulator.aws("CreateDeliveryStream", hydrant.stream("another")))
        emulator.put("clicks", b"delivered")
        emulator.flush("clicks")
        emulator.put("clicks", b"waiting")
        waits = Later(emulator, "await", {"stream": "clicks", "settled": 99})
        self.until(emulator, "calls", 1)
        expect(200, emulator.control("POST", "reset"))
        self.assertNotEqual(waits.result().status, 200)
        self.assertEqual(expect(200, emulator.aws("ListDeliveryStreams", {}))[
            "DeliveryStreamNames"], ["clicks"])
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        self.assertEqual(emulator.temporaries(), [])
        self.assertEqual(set(self.waiting(emulator).values()), {0, None})
        emulator.put("clicks", b"anew")
        emulator.flush("clicks")
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"anew"])
        emulator.stop()
        emulator.start()  # and none of what was forgotten comes back
        self.assertEqual(emulator.flush("clicks")["records"], 0)
        emulator.stop()

    def laughing(self):
        """A stream whose transform waits for open_gate()."""
        code = self.folder()
        self.gate = os.path.join(self.folder(), "gate")
        with open(os.path.join(code, "laugh.py"), "w", encoding="utf-8") as file:
            file.write(LAUGH)
        return self.hydrant(hydrant.config(
            hydrant.stream(function="laugh", retries=0), functions=[{
                "FunctionName": "laugh", "Runtime": "python3.11", "Handler": "laugh.handler",
                "Code": code, "Timeout": 60, "Environment": {"GATE": self.gate}}]))

    def open_gate(self):
        with open(self.gate, "w", encoding="utf-8"):
            pass

    def test_flushes_at_the_same_time(self):
        emulator = self.laughing()
        emulator.put_batch("clicks", [b"1", b"2"])
        flushes = [Later(emulator, "flush", {"stream": "clicks"}) for _ in range(3)]
        self.until(emulator, "calls", 3)
        self.open_gate()
        answers = [expect(200, flush.result()) for flush in flushes]
        self.assertEqual({len(answer["objects"]) for answer in answers}, {1})
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"haha"])
        emulator.stop()

    def test_whoever_asked_for_a_flush_may_leave(self):
        emulator = self.laughing()
        emulator.put("clicks", b"1")
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
        connection.request("POST", "/_hydrant/flush", b'{"stream":"clicks"}')
        self.until(emulator, "in_flight_records", 1)
        connection.close()
        self.open_gate()
        emulator.settled("clicks", 1)
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"ha"])
        emulator.stop()

    def test_deleting_a_stream_whose_transform_runs(self):
        emulator = self.laughing()
        emulator.put("clicks", b"1")
        flush = Later(emulator, "flush", {"stream": "clicks"})
        self.until(emulator, "in_flight_records", 1)
        expect(200, emulator.aws("DeleteDeliveryStream", {"DeliveryStreamName": "clicks"}))
        self.open_gate()
        self.assertNotEqual(flush.result().status, 200)
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        emulator.stop()

    def test_a_reset_while_a_transform_runs(self):
        emulator = self.laughing()
        emulator.put("clicks", b"1")
        flush = Later(emulator, "flush", {"stream": "clicks"})
        self.until(emulator, "in_flight_records", 1)
        reset = Later(emulator, "reset", None)
        self.assertNotEqual(flush.result().status, 200)
        self.open_gate()
        expect(200, reset.result())
        emulator.put("clicks", b"2")
        emulator.flush("clicks")
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"ha"])
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

"""SIGTERM: answers in flight finish, nothing acknowledged is lost, and it does not take long."""
import os
import signal
import time
import unittest

import hydrant
from load import Load, missing_and_repeated

IS_QUICK = os.path.basename(hydrant.BUILD) == "release"  # the others carry sanitizers


class Stop(hydrant.Test):
    def check_under_load(self, number):
        emulator = self.hydrant(hydrant.config(
            hydrant.stream("clicks", buffering=(1, 1)), hydrant.stream("more", buffering=(1, 900))))
        load = Load(emulator.port, ["clicks", "more"], "stop")
        time.sleep(0.5)
        began = time.monotonic()
        emulator.signal(number)
        self.assertEqual(emulator.program.ends(), 0, emulator.program.log())
        took = time.monotonic() - began
        emulator.program = None
        load.stop()
        self.assertEqual(load.refusals, [])
        self.assertEqual(emulator.temporaries(), [])
        emulator.start()
        emulator.flush("clicks")
        emulator.flush("more")
        emulator.stop()
        records = b"".join(emulator.objects("clicks-bucket").values()).splitlines(keepends=True)
        acknowledged = [record for stream in load.acknowledged.values() for record in stream]
        self.assertGreater(len(acknowledged), 0)
        self.assertEqual(missing_and_repeated(acknowledged, records), ([], []))
        if IS_QUICK:
            self.assertLess(took, 1)

    def test_sigterm_under_load(self):
        self.check_under_load(signal.SIGTERM)

    def test_sigint_under_load(self):
        self.check_under_load(signal.SIGINT)

    def test_with_an_idle_connection(self):
        import http.client
        emulator = self.hydrant(hydrant.config(hydrant.stream()))
        connection = http.client.HTTPConnection("127.0.0.1", emulator.port)
        self.addCleanup(connection.close)
        connection.request("GET", "/_hydrant/health")
        self.assertEqual(connection.getresponse().read()[:1], b"{")
        took = emulator.stop()
        if IS_QUICK:
            self.assertLess(took, 1)

    def test_while_a_transform_hangs(self):
        """What it holds is kept for the next start, and it is gone."""
        code = self.folder()
        with open(os.path.join(code, "hang.py"), "w", encoding="utf-8") as file:
            file.write("import time\n\n\ndef handler(event, context):\n    time.sleep(600)\n")
        function = {"FunctionName": "hang", "Runtime": "python3.11", "Handler": "hang.handler",
                    "Code": code, "Timeout": 900}
        emulator = self.hydrant(hydrant.config(
            hydrant.stream(function="hang", retries=0, buffering=(1, 0)), functions=[function]),
            ["--clock", "x1000"])
        emulator.put("clicks", b"kept")
        state = {}
        end = time.monotonic() + 20
        while state.get("in_flight_records") != 1 and time.monotonic() < end:
            answer = hydrant.expect(200, emulator.control("GET", "streams/clicks"))
            state = answer["waiting"]
            time.sleep(0.01)
        self.assertEqual(state["in_flight_records"], 1)
        took = emulator.stop()
        if IS_QUICK:
            self.assertLess(took, 2)
        with open(os.path.join(code, "hang.py"), "w", encoding="utf-8") as file:
            file.write("def handler(event, context):\n    return {'records': [{'result': 'Ok',\n"
                       "        'recordId': r['recordId'], 'data': r['data']}\n"
                       "        for r in event['records']]}\n")
        emulator.start()
        emulator.flush("clicks")
        emulator.stop()
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"kept"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

"""emulator/quickstart.sh, as a newcomer runs it; and again, which takes seconds."""
import os
import re
import signal
import subprocess
import time

import hydrant

SCRIPT = ["sh", os.path.join(hydrant.ROOT, "emulator", "quickstart.sh")]


class Quickstart(hydrant.Test):
    def run_script(self, *options):
        began = time.monotonic()
        done = subprocess.run(SCRIPT + list(options), stdin=subprocess.DEVNULL, timeout=600,
                              capture_output=True, text=True, check=False)
        return done, time.monotonic() - began

    def test_it_shows_enriched_clicks_and_stops(self):
        self.run_script()  # builds what is not built
        done, took = self.run_script()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertRegex(done.stdout, r"\d{4}/\d\d/\d\d/\d\d/clicks-1-\S+\n +\d+ records")
        self.assertRegex(done.stdout, r'\{"userId": .*"goodevil": .*"species": ')
        self.assertIn("lines: all ", done.stdout)
        self.assertIn("failed records: all ", done.stdout)
        self.assertLess(took, 30)
        url = re.search(r"the delivery stream clicks: http://127\.0\.0\.1:(\d+)", done.stdout)
        with self.assertRaises(OSError):
            hydrant.http.client.HTTPConnection("127.0.0.1", int(url[1])).connect()

    def test_a_wrong_word(self):
        done, _ = self.run_script("--help-me")
        self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_keep(self):
        done, _ = self.run_script("--keep")
        stop = re.search(r"stop it with:  kill ([\d ]+)", done.stdout)
        self.assertIsNotNone(stop, done.stdout + done.stderr)
        pids = [int(pid) for pid in stop[1].split()]
        try:
            connection = hydrant.http.client.HTTPConnection("127.0.0.1", 4573)
            connection.request("GET", "/_hydrant/health")
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()
            again, _ = self.run_script()
            self.assertEqual(again.returncode, 1)
            self.assertIn("still running", again.stderr)
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 10
        while any(os.path.exists("/proc/%d" % pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.05)


if __name__ == "__main__":
    hydrant.main()

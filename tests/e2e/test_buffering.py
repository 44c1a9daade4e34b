"""When an object appears and what is in it: size, age, the manual clock, names, gzip, seeds."""
import gzip
import re
import time

import hydrant

MIB = 1024 * 1024


def utc(now_ms, form):
    return time.strftime(form, time.gmtime(now_ms / 1000))


class Buffering(hydrant.Test):
    def manual(self, *streams, options=()):
        return self.hydrant(hydrant.config(*streams), ["--clock", "manual", *options])

    def test_the_interval_to_the_millisecond(self):
        emulator = self.manual(hydrant.stream(buffering=(50, 60)))
        began_ms = hydrant.expect(200, emulator.control("GET", "clock"))["now_ms"]
        records = [b"click %d" % i for i in range(10)]
        for record in records:
            emulator.put("clicks", record)
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        emulator.advance(59999)
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        emulator.advance(1)
        (key, data), = emulator.objects("clicks-bucket").items()
        self.assertEqual(data, b"".join(records))
        # Named after the oldest record's arrival, not after the delivery.
        self.assertRegex(key, re.escape(utc(began_ms, "%Y/%m/%d/%H/clicks-1-%Y-%m-%d-%H-%M-%S-"))
                         + r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
        emulator.advance(24 * 3600 * 1000)  # nothing waits, so nothing more appears
        self.assertEqual(list(emulator.objects("clicks-bucket")), [key])
        self.assertEqual(emulator.temporaries(), [])
        emulator.stop()

    def test_the_age_is_that_of_the_oldest_record(self):
        emulator = self.manual(hydrant.stream(buffering=(50, 60)))
        emulator.put("clicks", b"old")
        emulator.advance(59000)
        emulator.put("clicks", b"young")
        emulator.advance(1000)
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"oldyoung"])
        emulator.put("clicks", b"next")  # a new age begins
        emulator.advance(59999)
        self.assertEqual(len(emulator.objects("clicks-bucket")), 1)
        emulator.advance(1)
        self.assertEqual(sorted(emulator.objects("clicks-bucket").values()),
                         [b"next", b"oldyoung"])
        emulator.stop()

    def test_the_size_to_the_byte(self):
        emulator = self.manual(hydrant.stream(buffering=(1, 900)))
        emulator.put("clicks", b"a" * (MIB // 2))
        emulator.put("clicks", b"b" * (MIB // 2 - 1))
        emulator.advance(1)  # answers when all that is due has settled: nothing is
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        emulator.put("clicks", b"c")
        emulator.settled("clicks", 3)
        self.assertEqual(list(emulator.objects("clicks-bucket").values()),
                         [b"a" * (MIB // 2) + b"b" * (MIB // 2 - 1) + b"c"])
        emulator.stop()

    def test_two_streams_do_not_meet(self):
        emulator = self.manual(hydrant.stream("left", buffering=(1, 60), Prefix="left/"),
                               hydrant.stream("right", buffering=(1, 30), Prefix="right"))
        for i in range(20):
            emulator.put("left" if i % 2 else "right", b"%d," % i)
        emulator.advance(30000)
        (key, data), = emulator.objects("clicks-bucket").items()
        self.assertRegex(key, r"\Aright\d{4}/\d\d/\d\d/\d\d/right-1-")
        self.assertEqual(data, b"0,2,4,6,8,10,12,14,16,18,")
        emulator.advance(30000)
        keys = list(emulator.objects("clicks-bucket"))
        self.assertRegex(keys[0], r"\Aleft/\d{4}/\d\d/\d\d/\d\d/left-1-")
        self.assertEqual(len(keys), 2)
        emulator.stop()

    def test_gzip(self):
        emulator = self.manual(hydrant.stream(CompressionFormat="GZIP"))
        records = [b"%d\n" % i * 100 for i in range(500)]
        emulator.put_batch("clicks", records)
        made, = emulator.flush("clicks")["objects"]
        (key, data), = emulator.objects("clicks-bucket").items()
        self.assertTrue(key.endswith(".gz"), key)
        self.assertEqual(gzip.decompress(data), b"".join(records))
        self.assertEqual(made, {"bucket": "clicks-bucket", "key": key, "bytes": len(data),
                                "records": 500})
        emulator.stop()

    def test_a_clock_that_runs_faster(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream(buffering=(5, 300))),
                                ["--clock", "x1000"])
        emulator.put("clicks", b"five minutes in 300 ms")
        emulator.settled("clicks", 1)
        self.assertEqual(list(emulator.objects("clicks-bucket").values()),
                         [b"five minutes in 300 ms"])
        emulator.stop()

    def test_what_waits_outlives_a_stop_and_keeps_its_age(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream(buffering=(5, 900))))
        emulator.put_batch("clicks", [b"one,", b"two,"])
        emulator.stop()
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        emulator.start()
        emulator.put("clicks", b"three")
        self.assertEqual(emulator.flush("clicks")["records"], 3)
        self.assertEqual(list(emulator.objects("clicks-bucket").values()), [b"one,two,three"])
        emulator.stop()

    def test_the_same_seed_gives_the_same_folder(self):
        def run(seed):
            emulator = self.manual(hydrant.stream(buffering=(1, 60)), options=["--seed", seed])
            hydrant.expect(200, emulator.control("POST", "clock", {"now_ms": 4102444800000}))
            for i in range(3):
                emulator.put("clicks", b"%d" % i)
                emulator.advance(60000)
            emulator.stop()
            return emulator.objects("clicks-bucket")
        first = run("7")
        self.assertEqual(len(first), 3)
        self.assertEqual(first, run("7"))
        self.assertNotEqual(first, run("8"))


if __name__ == "__main__":
    hydrant.main()

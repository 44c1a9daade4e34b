"""--quotas aws: what a stream takes in a second, and what it says to the rest."""
import hydrant

MIB = 1024 * 1024


class Quotas(hydrant.Test):
    def start(self, *options):
        return self.hydrant(hydrant.config(hydrant.stream(buffering=(128, 900))),
                            ["--clock", "manual", *options])

    def put_mebibytes(self, emulator, count):
        """A batch of so many MiB, as records of half a MiB."""
        return hydrant.expect(200, emulator.aws("PutRecordBatch", {
            "DeliveryStreamName": "clicks",
            "Records": [{"Data": hydrant.encode(b"x" * (MIB // 2))}] * (2 * count)}))

    def test_bytes_a_second(self):
        emulator = self.start("--quotas", "aws")
        self.assertEqual(self.put_mebibytes(emulator, 4)["FailedPutCount"], 0)
        answer = self.put_mebibytes(emulator, 4)  # 1 MiB of the second's 5 is left
        self.assertEqual(answer["FailedPutCount"], 6)
        for entry in answer["RequestResponses"][:2]:
            self.assertEqual(len(entry["RecordId"]), 224)
        self.assertEqual(answer["RequestResponses"][2:], [{
            "ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}] * 6)
        refused = emulator.aws("PutRecord", {"DeliveryStreamName": "clicks",
                                             "Record": {"Data": "eA=="}})
        self.assertEqual((refused.status, refused.json["__type"], refused.json["message"]),
                         (503, "ServiceUnavailableException", "Slow down."))
        emulator.advance(200)  # a fifth of a second: 1 MiB
        self.assertEqual(self.put_mebibytes(emulator, 1)["FailedPutCount"], 0)
        self.assertEqual(self.put_mebibytes(emulator, 1)["FailedPutCount"], 2)

        flushed = emulator.flush("clicks")
        self.assertEqual(flushed["records"], 8 + 2 + 2)  # those that were told an id, no more
        stream = hydrant.expect(200, emulator.control("GET", "streams/clicks"))
        self.assertEqual(stream["counters"]["throttled_records"], 6 + 1 + 2)
        emulator.stop()

    def test_off_unless_asked_for(self):
        emulator = self.start()
        for _ in range(3):
            self.assertEqual(self.put_mebibytes(emulator, 4)["FailedPutCount"], 0)
        emulator.stop()


if __name__ == "__main__":
    hydrant.main()

"""A transform that goes wrong in every way there is: the outcome that firehose.md 4.6 and 4.7 give
for each, and the stream goes on."""
import base64
import json
import os

import hydrant

# One handler that behaves, except towards a record "bad": then as FAULT says.
HANDLER = '''
import os
import time

FAULT = os.environ["FAULT"]


def ok(record):
    return {"recordId": record["recordId"], "result": "Ok", "data": record["data"]}


def answer(record):
    if record["data"] != "YmFk":
        return [ok(record)]
    return {
        "twice": [ok(record), ok(record)],
        "forgets": [],
        "drops": [{"recordId": record["recordId"], "result": "Dropped"}],
        "gives up": [{"recordId": record["recordId"], "result": "ProcessingFailed",
                      "data": "aWdub3JlZA=="}],
        "null data": [{"recordId": record["recordId"], "result": "Ok", "data": None}],
        "invents": [ok(record), {"recordId": "nobody", "result": "Ok", "data": "eA=="}],
        "empties": [{"recordId": record["recordId"], "result": "Ok", "data": ""}],
    }[FAULT]


def handler(event, context):
    if not any(record["data"] == "YmFk" for record in event["records"]):
        return {"records": [ok(record) for record in event["records"]]}
    if FAULT == "raises":
        raise ValueError("this handler does not like it")
    if FAULT == "hangs":
        time.sleep(600)
    if FAULT == "dies":
        os._exit(3)
    if FAULT == "rubbish":
        return "rubbish"
    if FAULT == "no records":
        return {}
    if FAULT == "too much":
        return {"records": [], "padding": "x" * 7000000}
    return {"records": [one for record in event["records"] for one in answer(record)]}
'''

MESSAGES = {
    "Lambda.FunctionError":
        "The Lambda function was successfully invoked but it returned an error result.",
    "Lambda.FunctionTimedOut":
        "The Lambda function invocation timed out. Increase the Timeout setting in the Lambda "
        "function.",
    "Lambda.JsonProcessingException":
        "There was an error parsing returned records from the Lambda function. Ensure that the "
        "returned records follow the status model required by Kinesis Data Firehose.",
    "Lambda.DuplicatedRecordId":
        "Multiple records were returned with the same record Id. Ensure that the Lambda function "
        "returns a unique record Id for each record.",
    "Lambda.MissingRecordId":
        "One or more record Ids were not returned. Ensure that the Lambda function returns all "
        "received record Ids.",
    "Lambda.ProcessingFailedStatus": "ProcessingFailed status set for record",
    "Lambda.InvalidReturnFormat":
        "The data field cannot be null when the SourceType is DirectPut or KinesisStreamAsSource "
        "and processing result is Ok. The value field cannot be null when the SourceType is "
        "MSKAsSource and processing result is Ok.",
}
ALL, BAD = [b"one", b"bad", b"two"], [b"bad"]

# fault: the error's code, the attempts, the records that end as errors, those that arrive
OUTCOMES = {
    "raises": ("Lambda.FunctionError", 2, ALL, []),
    "hangs": ("Lambda.FunctionTimedOut", 2, ALL, []),
    "dies": ("Lambda.FunctionError", 2, ALL, []),
    "too much": ("Lambda.FunctionError", 2, ALL, []),
    "rubbish": ("Lambda.JsonProcessingException", 1, ALL, []),
    "no records": ("Lambda.MissingRecordId", 1, ALL, []),
    "twice": ("Lambda.DuplicatedRecordId", 1, BAD, [b"one", b"two"]),
    "forgets": ("Lambda.MissingRecordId", 1, BAD, [b"one", b"two"]),
    "gives up": ("Lambda.ProcessingFailedStatus", 1, BAD, [b"one", b"two"]),
    "null data": ("Lambda.InvalidReturnFormat", 1, BAD, [b"one", b"two"]),
    "drops": (None, 0, [], [b"one", b"two"]),
    "invents": (None, 0, [], ALL),
    "empties": (None, 0, [], [b"one", b"", b"two"]),
}


class Failures(hydrant.Test):
    def setUp(self):
        self.code = self.folder()
        with open(os.path.join(self.code, "faulty.py"), "w", encoding="utf-8") as file:
            file.write(HANDLER)

    def faulty(self, fault):
        return self.hydrant(hydrant.config(
            hydrant.stream(function="faulty", retries=1),
            functions=[{"FunctionName": "faulty", "Runtime": "python3.11",
                        "Timeout": 2 if fault == "hangs" else 60, "Handler": "faulty.handler",
                        "Code": self.code, "Environment": {"FAULT": fault}}]))

    def error_lines(self, emulator):
        lines = []
        for key, data in emulator.objects("clicks-bucket").items():
            if key.startswith("processing-failed/"):
                self.assertRegex(key, r"\Aprocessing-failed/\d{4}/\d\d/\d\d/\d\d/clicks-1-")
                self.assertTrue(data.endswith(b"\n"))
                lines += [json.loads(line) for line in data.splitlines()]
        return lines

    def delivered(self, emulator):
        return b"".join(data for key, data in emulator.objects("clicks-bucket").items()
                        if not key.startswith("processing-failed/"))

    def check_error(self, line, code, attempts):
        self.assertEqual(list(line), ["rawData", "errorCode", "errorMessage", "attemptsMade",
                                      "arrivalTimestamp", "attemptEndingTimestamp", "lambdaARN"])
        self.assertEqual(line["errorCode"], code)
        self.assertEqual(line["attemptsMade"], attempts)
        self.assertEqual(line["lambdaARN"], hydrant.function_arn("faulty"))
        self.assertEqual(line["errorMessage"], MESSAGES[code])
        self.assertIsInstance(line["arrivalTimestamp"], int)
        self.assertGreaterEqual(line["attemptEndingTimestamp"], line["arrivalTimestamp"])

    def check_fault(self, fault):
        code, attempts, failed, arrived = OUTCOMES[fault]
        emulator = self.faulty(fault)
        emulator.put_batch("clicks", ALL)
        answer = emulator.flush("clicks")
        lines = self.error_lines(emulator)
        self.assertEqual([base64.b64decode(line["rawData"]) for line in lines], failed)
        for line in lines:
            self.check_error(line, code, attempts)
        self.assertEqual(self.delivered(emulator), b"".join(arrived))
        self.assertEqual({key: answer[key] for key in ("records", "failed", "dropped")}, {
            "records": len(ALL), "failed": len(failed),
            "dropped": len(ALL) - len(arrived) - len(failed)})
        # The stream goes on, in order, and nothing of before comes again.
        emulator.put_batch("clicks", [b"and ", b"on"])
        self.assertEqual(emulator.flush("clicks")["records"], 2)
        self.assertIn(b"and on", emulator.objects("clicks-bucket").values())
        self.assertEqual(len(self.error_lines(emulator)), len(failed))
        self.assertEqual(emulator.temporaries(), [])
        emulator.stop()

    def test_only_dropped_records_leave_nothing(self):
        emulator = self.faulty("drops")
        emulator.put_batch("clicks", BAD * 3)
        answer = emulator.flush("clicks")
        self.assertEqual(answer, {"objects": [], "records": 3, "failed": 0, "dropped": 3})
        self.assertEqual(emulator.objects("clicks-bucket"), {})
        emulator.stop()

    def test_a_function_that_cannot_be_loaded(self):
        with open(os.path.join(self.code, "faulty.py"), "w", encoding="utf-8") as file:
            file.write("import there_is_no_such_module\n")
        emulator = self.faulty("none")
        emulator.put("clicks", b"lost?")
        self.assertEqual(emulator.flush("clicks")["failed"], 1)
        line, = self.error_lines(emulator)
        self.check_error(line, "Lambda.FunctionError", 2)
        emulator.stop()

    def test_a_function_that_is_not_there(self):
        emulator = self.hydrant(hydrant.config(hydrant.stream(function="nobody", retries=0)))
        emulator.put("clicks", b"lost?")
        self.assertEqual(emulator.flush("clicks")["failed"], 1)
        line, = self.error_lines(emulator)
        self.assertEqual((line["errorCode"], line["errorMessage"]), (
            "Lambda.ResourceNotFound",
            "The specified Lambda function does not exist. Use a different function that does "
            "exist."))
        emulator.stop()

    def test_a_program_that_ends_badly(self):
        program = os.path.join(self.code, "program")
        with open(program, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncat >/dev/null\necho half of\nexit 7\n")
        os.chmod(program, 0o755)
        emulator = self.hydrant(hydrant.config(
            hydrant.stream(function="faulty", retries=1),
            functions=[{"FunctionName": "faulty", "Command": [program], "Protocol": "stdio"}]))
        emulator.put("clicks", b"lost?")
        self.assertEqual(emulator.flush("clicks")["failed"], 1)
        line, = self.error_lines(emulator)
        self.check_error(line, "Lambda.FunctionError", 2)
        emulator.stop()


def add_tests():
    for fault in OUTCOMES:
        def test(self, fault=fault):
            self.check_fault(fault)
        setattr(Failures, "test_" + fault.replace(" ", "_"), test)


add_tests()

if __name__ == "__main__":
    hydrant.main()

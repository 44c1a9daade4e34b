"""Runs a Python handler the way AWS Lambda does: asks the Runtime API for events, calls
module.function for each, posts what it returns or raises.

    python3 -u bootstrap.py module.function

Standard library only. AWS's own client takes over when the interpreter finds it.
"""

import http.client
import importlib
import importlib.util
import json
import os
import runpy
import sys
import time
import traceback

RUNTIME = "/2018-06-01/runtime/"


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """The second argument of a handler."""

    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers.get("Lambda-Runtime-Invoked-Function-Arn", "")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.tenant_id = headers.get("Lambda-Runtime-Aws-Tenant-Id")
        self.client_context = None
        self.identity = Identity()
        self._deadline_ms = int(headers.get("Lambda-Runtime-Deadline-Ms") or 0)

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class Runtime:
    """One connection to the Runtime API. No timeout: the next event may be hours away."""

    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address)
        self._invocation_id = None

    def _call(self, method, path, body=None, headers=None):
        self._connection.request(method, RUNTIME + path, body, headers or {})
        response = self._connection.getresponse()
        return response, response.read()

    def next(self):
        response, event = self._call("GET", "invocation/next")
        if response.status != 200:
            sys.exit("the Runtime API answered %d" % response.status)
        self._invocation_id = response.headers.get("Lambda-Runtime-Invocation-Id")
        return response.headers, event

    def post(self, path, body, error_type=None):
        headers = {"Content-Type": "application/json"}
        if error_type is not None:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        if self._invocation_id is not None:
            headers["Lambda-Runtime-Invocation-Id"] = self._invocation_id
        self._call("POST", path, body, headers)


def describe(error, error_type, **more):
    # The first frame is ours; all of them are when the handler was not even found.
    frames = traceback.extract_tb(error.__traceback__)[1:]
    if isinstance(error, LoadError):
        frames = []
    return json.dumps({
        "errorMessage": str(error),
        "errorType": error_type,
        "stackTrace": traceback.format_list(frames),
        **more,
    }).encode()


def load(name):
    """The function that "dir/module.function" names, or the error that AWS would report."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise LoadError("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error))
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise LoadError("Runtime.ImportModuleError",
                        "Unable to import module '%s': %s" % (module_name, error))
    except SyntaxError as error:
        raise LoadError("Runtime.UserCodeSyntaxError",
                        "Syntax error in module '%s': %s" % (module_name, error))
    if not hasattr(module, function_name):
        raise LoadError("Runtime.HandlerNotFound",
                        "Handler '%s' missing on module '%s'" % (function_name, module_name))
    return getattr(module, function_name)


class LoadError(Exception):
    def __init__(self, error_type, message):
        super().__init__(message)
        self.error_type = error_type


def serve(runtime, handler):
    while True:
        headers, event = runtime.next()
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        if headers.get("Lambda-Runtime-Trace-Id"):
            os.environ["_X_AMZN_TRACE_ID"] = headers["Lambda-Runtime-Trace-Id"]
        try:
            result = handler(json.loads(event), Context(headers))
            body = json.dumps(result, ensure_ascii=False).encode()
            path, error_type = "response", None
        except SystemExit:
            raise
        except BaseException as error:
            traceback.print_exc()
            error_type = type(error).__name__
            body = describe(error, error_type, requestId=request_id)
            path = "error"
        runtime.post("invocation/%s/%s" % (request_id, path), body, error_type)


def hand_over(handler_name):
    """To AWS's client, if it is there with its native half; does not return then."""
    try:
        found = all(importlib.util.find_spec(name) for name in ("awslambdaric", "runtime_client"))
    except ImportError:
        found = False
    if found:
        sys.argv = ["awslambdaric", handler_name]
        runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)
        sys.exit(0)


def main():
    handler_name = sys.argv[1] if len(sys.argv) > 1 else os.environ["_HANDLER"]
    # Our own folder is first on the path, and is no business of the function's.
    sys.path[0] = os.environ.get("LAMBDA_TASK_ROOT") or os.getcwd()
    sys.stdout.reconfigure(line_buffering=True)
    hand_over(handler_name)
    runtime = Runtime(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load(handler_name)
    except BaseException as error:  # a module may raise anything, SystemExit included
        traceback.print_exc()
        error_type = getattr(error, "error_type", None)
        if error_type is None:
            error_type = type(error).__name__
            if isinstance(error, SystemExit):
                error_type = "Runtime.ExitError"
        runtime.post("init/error", describe(error, error_type), error_type)
        sys.exit(1)
    serve(runtime, handler)


if __name__ == "__main__":
    main()

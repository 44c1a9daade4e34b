/* Handlers in Python, Node and Ruby, run by our bootstraps with the machine's interpreters. */
#define START_MS 10000 /* an interpreter, on a machine that is busy with other tests */
#include "functions_fixture.h"

#include <zip.h>

struct language {
    const char *program, *runtime, *file, *source;
    const char *import_error, *raised; /* error types, as the language's client words them */
    const char *import_message;
};

static const struct language languages[] = {
    { "python3", "python3.11", "app.py",
      "import os, sys\n"
      "def ok(event, context):\n"
      "    print('hello from', context.function_name)\n"
      "    return {'got': event, 'left': context.get_remaining_time_in_millis() > 0}\n"
      "def fail(event, context):\n"
      "    raise KeyError('no such thing')\n"
      "def nothing(event, context):\n"
      "    pass\n"
      "def echo(event, context):\n"
      "    return event\n"
      "def large(event, context):\n"
      "    return 'x' * event\n"
      "def leave(event, context):\n"
      "    os._exit(event)\n"
      "def crash(event, context):\n"
      "    os.kill(os.getpid(), 11)\n"
      "def loop(event, context):\n"
      "    while True: pass\n"
      "def info(event, context):\n"
      "    return [context.aws_request_id, context.invoked_function_arn,\n"
      "            context.memory_limit_in_mb, os.environ['AWS_EXECUTION_ENV'],\n"
      "            os.getcwd() == os.environ['LAMBDA_TASK_ROOT'],\n"
      "            os.environ['_X_AMZN_TRACE_ID'][:5]]\n",
      "Runtime.ImportModuleError", "KeyError", "Unable to import module 'missing'" },
    { "node", "nodejs20.x", "app.js",
      "exports.ok = async (event, context) => {\n"
      "  console.log('hello from', context.functionName);\n"
      "  return { got: event, left: context.getRemainingTimeInMillis() > 0 };\n"
      "};\n"
      "exports.fail = async () => { throw new RangeError('no such thing'); };\n"
      "exports.nothing = () => {};\n"
      "exports.echo = (event, context, callback) => setTimeout(() => callback(null, event), 1);\n"
      "exports.large = (event) => 'x'.repeat(event);\n"
      "exports.leave = (event) => process.exit(event);\n"
      "exports.crash = () => { process.kill(process.pid, 'SIGSEGV');\n"
      "                        return new Promise(() => setInterval(() => {}, 1000)); };\n"
      "exports.loop = () => { for (;;); };\n"
      "exports.info = async (event, context) => [context.awsRequestId,\n"
      "  context.invokedFunctionArn, context.memoryLimitInMB, process.env.AWS_EXECUTION_ENV,\n"
      "  process.cwd() === process.env.LAMBDA_TASK_ROOT,\n"
      "  process.env._X_AMZN_TRACE_ID.slice(0, 5)];\n",
      "Runtime.ImportModuleError", "RangeError", "Cannot find module 'missing'" },
    { "ruby", "ruby3.1", "app.rb",
      "def ok(event:, context:)\n"
      "  puts \"hello from #{context.function_name}\"\n"
      "  { got: event, left: context.get_remaining_time_in_millis > 0 }\n"
      "end\n"
      "def fail(event:, context:) = raise(KeyError, 'no such thing')\n"
      "def nothing(event:, context:) = nil\n"
      "def echo(event:, context:) = event\n"
      "def large(event:, context:) = 'x' * event\n"
      "def leave(event:, context:) = exit!(event)\n"
      "def crash(event:, context:)\n"
      "  Signal.trap('SEGV', 'SYSTEM_DEFAULT') rescue nil\n"
      "  Process.kill(:KILL, Process.pid)\n"
      "end\n"
      "def loop_for_ever(event:, context:)\n"
      "  loop {}\n"
      "end\n"
      "def info(event:, context:)\n"
      "  [context.aws_request_id, context.invoked_function_arn, context.memory_limit_in_mb,\n"
      "   ENV['AWS_EXECUTION_ENV'], Dir.pwd == ENV['LAMBDA_TASK_ROOT'],\n"
      "   ENV['_X_AMZN_TRACE_ID'][0, 5]]\n"
      "end\n",
      "Init<LoadError>", "Function<KeyError>", "missing" },
};

/* Adds `handler` of app under its own name; false when the interpreter is missing. */
static bool add(struct fixture *fixture, const struct language *language, const char *handler)
{
    char name[64];
    if (!have_program(language->program)) {
        print_message("skipped: no %s\n", language->program);
        return false;
    }
    write_code(fixture, language->file, language->source);
    (void)snprintf(name, sizeof name, "app.%s", handler);
    add_handler(fixture, handler, language->runtime, name);
    return true;
}

#define FOR_EACH_LANGUAGE(fixture, language, handler)                                         \
    for (const struct language *language = languages; language < languages + 3; language++)   \
        if (add(fixture, language, handler))

static void forget(struct fixture *fixture, const char *name)
{
    hy_functions_remove(fixture->functions, hy_sv_of(name));
}

static void test_ok(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "ok") {
        struct call *call = call_with(fixture, "ok", HY_SV("{\"a\":\"\xc3\xa9\xe2\x82\xac\"}"));
        assert_int_equal(call->outcome, HY_INVOKE_OK);
        assert_non_null(strstr(call->payload, "\xc3\xa9\xe2\x82\xac"));
        assert_non_null(strstr(call->payload, "true"));
        assert_string_equal(call->log, "hello from ok\n");
        assert_true(call->cold);
        call = call_with(fixture, "ok", HY_SV("{}"));
        assert_int_equal(call->outcome, HY_INVOKE_OK);
        assert_false(call->cold);
        forget(fixture, "ok");
    }
}

static void test_an_error_keeps_the_environment(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "fail") {
        struct call *call = call_function(fixture, "fail");
        assert_error(call, HY_INVOKE_FUNCTION_ERROR, language->raised, "no such thing");
        assert_non_null(strstr(call->payload, "\"stackTrace\""));
        assert_non_null(strstr(call->log, "no such thing"));
        call = call_function(fixture, "fail");
        assert_error(call, HY_INVOKE_FUNCTION_ERROR, language->raised, "no such thing");
        assert_false(call->cold);
        forget(fixture, "fail");
    }
}

static void test_nothing_is_null(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "nothing") {
        assert_ok(call_function(fixture, "nothing"), "null");
        forget(fixture, "nothing");
    }
}

static void test_the_context(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "info") {
        struct call *call = call_function(fixture, "info");
        char wanted[512], compact[512];
        size_t len = 0;
        for (const char *at = call->payload; *at != '\0' && len + 1 < sizeof compact; at++) {
            if (*at != ' ') {
                compact[len++] = *at;
            }
        }
        compact[len] = '\0';
        (void)snprintf(wanted, sizeof wanted,
                       "[\"%s\",\"arn:aws:lambda:us-east-1:123456789012:function:info\",\"128\","
                       "\"AWS_Lambda_%s\",true,\"Root=\"]", call->request_id, language->runtime);
        assert_string_equal(compact, wanted);
        forget(fixture, "info");
    }
}

static void test_a_module_that_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    for (const struct language *language = languages; language < languages + 3; language++) {
        if (!have_program(language->program)) {
            continue;
        }
        add_handler(fixture, "f", language->runtime, "missing.main");
        struct call *call = call_function(fixture, "f");
        assert_error(call, HY_INVOKE_FUNCTION_ERROR, language->import_error,
                     language->import_message);
        assert_true(call->cold);
        forget(fixture, "f");
    }
}

static const struct load_case {
    const char *runtime, *file, *source, *handler, *type, *message;
} load_cases[] = {
    { "python3.11", "a.py", "x = 1\n", "a.main", "Runtime.HandlerNotFound",
      "Handler 'main' missing on module 'a'" },
    { "python3.11", "a.py", "x = = 1\n", "a.main", "Runtime.UserCodeSyntaxError", "module 'a'" },
    { "python3.11", "a.py", "whole = 1 / 0\n", "a.main", "ZeroDivisionError", "division by zero" },
    { "python3.11", "a.py", "", "nodot", "Runtime.MalformedHandlerName", "'nodot'" },
    { "nodejs20.x", "b.js", "exports.x = 1;\n", "b.main", "Runtime.HandlerNotFound",
      "b.main is undefined or not exported" },
    { "nodejs20.x", "b.mjs", "export const main = ;\n", "b.main", "Runtime.UserCodeSyntaxError",
      "SyntaxError" },
    { "nodejs20.x", "b.js", "require('nowhere');\n", "b.main", "Runtime.ImportModuleError",
      "nowhere" },
    { "nodejs20.x", "b.js", "", "nodot", "Runtime.MalformedHandlerName", "nodot" },
    { "ruby3.1", "c.rb", "x = 1\n", "c.main", "Init<NameError>", "main" },
    { "ruby3.1", "c.rb", "def main(\n", "c.main", "Init<SyntaxError>", "c.rb" },
};

static void test_code_that_cannot_be_loaded(void **state)
{
    struct fixture *fixture = *state;
    /* Each source has another length: Python's cache of compiled modules cannot tell two of
     * one length apart that were written in one second. */
    for (size_t i = 0; i < sizeof load_cases / sizeof *load_cases; i++) {
        const struct load_case *row = &load_cases[i];
        const char *program = row->runtime[0] == 'p' ? "python3"
                              : row->runtime[0] == 'n' ? "node" : "ruby";
        if (!have_program(program)) {
            continue;
        }
        char *other = code_path(fixture, "b.js"); /* would be found before b.mjs */
        (void)unlink(other);
        free(other);
        write_code(fixture, row->file, row->source);
        add_handler(fixture, "f", row->runtime, row->handler);
        assert_error(call_function(fixture, "f"), HY_INVOKE_FUNCTION_ERROR, row->type,
                     row->message);
        forget(fixture, "f");
    }
}

static void test_other_shapes_of_handlers(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *program, *runtime, *file, *source, *handler;
    } shapes[] = {
        { "python3", "python3.11", "deep.py", "class A:\n  pass\ndef main(e, c): return 1\n",
          "deep.main" },
        { "node", "nodejs20.x", "m.mjs", "export const a = { main: async () => 1 };\n",
          "m.a.main" },
        { "node", "nodejs20.x", "d.mjs", "export default { main: () => 1 };\n", "d.main" },
        { "node", "nodejs20.x", "c.cjs", "exports.main = (e, c) => { c.succeed(1); };\n",
          "c.main" },
        { "ruby", "ruby3.1", "k.rb",
          "module M; class K; def self.main(event:, context:) = 1; end; end\n", "k.M::K.main" },
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (have_program(shapes[i].program)) {
            write_code(fixture, shapes[i].file, shapes[i].source);
            add_handler(fixture, "f", shapes[i].runtime, shapes[i].handler);
            assert_ok(call_function(fixture, "f"), "1");
            forget(fixture, "f");
        }
    }
}

/* A JSON string of so many bytes in all. */
static char *json_string(size_t size)
{
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, 'x', size);
    bytes[0] = bytes[size - 1] = '"';
    bytes[size] = '\0';
    return bytes;
}

static void test_megabytes_there_and_back(void **state)
{
    struct fixture *fixture = *state;
    const size_t sizes[] = { 1024 * 1024, 5900000 };
    FOR_EACH_LANGUAGE(fixture, language, "echo") {
        for (size_t i = 0; i < 2; i++) {
            char *bytes = json_string(sizes[i]);
            struct call *call = call_with(fixture, "echo", (hy_sv){ bytes, sizes[i] });
            assert_int_equal(call->outcome, HY_INVOKE_OK);
            assert_int_equal(call->payload_len, sizes[i]);
            assert_memory_equal(call->payload, bytes, sizes[i]);
            free(bytes);
        }
        forget(fixture, "echo");
    }
}

static void test_a_reply_over_the_limit(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "large") {
        /* 6291556 with the quotes is the last that fits. */
        struct call *call = call_with(fixture, "large", HY_SV("6291554"));
        assert_int_equal(call->outcome, HY_INVOKE_OK);
        assert_error(call_with(fixture, "large", HY_SV("6291555")), HY_INVOKE_FUNCTION_ERROR,
                     "Function.ResponseSizeTooLarge",
                     "Response payload size (6291557 bytes) exceeded");
        assert_int_equal(call_with(fixture, "large", HY_SV("1"))->outcome, HY_INVOKE_OK);
        forget(fixture, "large");
    }
}

static void test_a_process_that_leaves_is_replaced(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "leave") {
        assert_error(call_with(fixture, "leave", HY_SV("3")), HY_INVOKE_FUNCTION_ERROR,
                     "Runtime.ExitError", "Runtime exited with error: exit status 3");
        struct call *call = call_with(fixture, "leave", HY_SV("0"));
        assert_error(call, HY_INVOKE_FUNCTION_ERROR, "Runtime.ExitError",
                     "Runtime exited without providing a reason");
        assert_true(call->cold);
        forget(fixture, "leave");
    }
}

static void test_a_process_that_crashes(void **state)
{
    struct fixture *fixture = *state;
    FOR_EACH_LANGUAGE(fixture, language, "crash") {
        assert_error(call_function(fixture, "crash"), HY_INVOKE_FUNCTION_ERROR,
                     "Runtime.ExitError",
                     strcmp(language->program, "ruby") == 0 ? "signal: killed"
                                                            : "signal: segmentation fault");
        forget(fixture, "crash");
    }
}

/* A stand-in for AWS's client: answers one call with "theirs". */
static const char their_python[] =
    "import os, urllib.request as u\n"
    "r = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'\n"
    "n = u.urlopen(r + 'next')\n"
    "i = n.headers['Lambda-Runtime-Aws-Request-Id']\n"
    "u.urlopen(r + i + '/response', b'\"theirs\"')\n";
static const char their_node[] =
    "const r = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API +\n"
    "  '/2018-06-01/runtime/invocation/';\n"
    "export async function run(root, handler) {\n"
    "  const n = await fetch(r + 'next');\n"
    "  const i = n.headers.get('Lambda-Runtime-Aws-Request-Id');\n"
    "  await fetch(r + i + '/response', { method: 'POST', body: '\"theirs\"' });\n"
    "}\n";

static void make_folder(struct fixture *fixture, const char *name)
{
    struct hy_err err;
    char *path = code_path(fixture, name);
    assert_int_equal(hy_scratch_make(path, &err), HY_OK);
    free(path);
}

static void test_awss_own_clients_are_preferred_when_they_are_whole(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *program, *runtime, *folder, *client, *source, *native;
        const char *manifest, *manifest_text, *handler, *handler_source;
    } clients[] = {
        { "python3", "python3.11", "awslambdaric", "awslambdaric/__main__.py", their_python,
          "runtime_client.py", "awslambdaric/__init__.py", "", "h.py",
          "def main(e, c): return 'ours'\n" },
        { "node", "nodejs20.x", "node_modules/aws-lambda-ric",
          "node_modules/aws-lambda-ric/index.mjs", their_node,
          "node_modules/aws-lambda-ric/rapid-client.node",
          "node_modules/aws-lambda-ric/package.json", "{\"main\":\"index.mjs\"}", "h.js",
          "exports.main = () => 'ours';\n" },
    };
    for (size_t i = 0; i < sizeof clients / sizeof *clients; i++) {
        if (!have_program(clients[i].program)) {
            continue;
        }
        make_folder(fixture, clients[i].folder);
        write_code(fixture, clients[i].client, clients[i].source);
        write_code(fixture, clients[i].manifest, clients[i].manifest_text);
        write_code(fixture, clients[i].handler, clients[i].handler_source);
        add_handler(fixture, "f", clients[i].runtime, "h.main");
        assert_ok(call_function(fixture, "f"), "\"ours\""); /* the native half is missing */
        forget(fixture, "f");
        write_code(fixture, clients[i].native, "");
        add_handler(fixture, "f", clients[i].runtime, "h.main");
        assert_ok(call_function(fixture, "f"), "\"theirs\"");
        forget(fixture, "f");
    }
}

static void test_a_zip_is_code(void **state)
{
    struct fixture *fixture = *state;
    if (!have_program("python3")) {
        skip();
    }
    static const char source[] = "def main(event, context):\n    return 'from the zip'\n";
    int why;
    char *path = code_path(fixture, "code.zip");
    zip_t *zip = zip_open(path, ZIP_CREATE, &why);
    assert_non_null(zip);
    assert_true(zip_file_add(zip, "lib/app.py",
                             zip_source_buffer(zip, source, sizeof source - 1, 0), 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    struct hy_function_spec *spec = new_spec("f");
    spec->runtime = hy_sv_dup(HY_SV("python3.11"));
    spec->handler = hy_sv_dup(HY_SV("lib/app.main"));
    spec->code = path;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    assert_ok(call_function(fixture, "f"), "\"from the zip\"");
}

static void test_a_loop_without_end_times_out(void **state)
{
    struct fixture *fixture = *state;
    const struct language *python = &languages[0];
    if (!have_program(python->program)) {
        skip();
    }
    write_code(fixture, python->file, python->source);
    struct hy_function_spec *spec = new_spec("f");
    spec->runtime = hy_sv_dup(HY_SV("python3.11"));
    spec->handler = hy_sv_dup(HY_SV("app.loop"));
    spec->code = code_path(fixture, "");
    spec->timeout_s = 1;
    assert_int_equal(add_spec(fixture, spec), HY_OK);
    struct call *call = call_function(fixture, "f");
    assert_error(call, HY_INVOKE_TIMED_OUT, "Sandbox.Timedout",
                 "Task timed out after 1.00 seconds");
    char wanted[160];
    (void)snprintf(wanted, sizeof wanted, "{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":"
                   "\"RequestId: %s Error: Task timed out after 1.00 seconds\"}",
                   call->request_id);
    assert_string_equal(call->payload, wanted);
    assert_true(call->duration_ms >= 990);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_ok),
        TEST(test_an_error_keeps_the_environment),
        TEST(test_nothing_is_null),
        TEST(test_the_context),
        TEST(test_a_module_that_is_not_there),
        TEST(test_code_that_cannot_be_loaded),
        TEST(test_other_shapes_of_handlers),
        TEST(test_megabytes_there_and_back),
        TEST(test_a_reply_over_the_limit),
        TEST(test_a_process_that_leaves_is_replaced),
        TEST(test_a_process_that_crashes),
        TEST(test_awss_own_clients_are_preferred_when_they_are_whole),
        TEST(test_a_zip_is_code),
        TEST(test_a_loop_without_end_times_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

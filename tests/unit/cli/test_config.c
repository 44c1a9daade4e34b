/* test_config.c - the config file: what it gives, and that an error names file, line, member. */
#include "cli/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static char folder[] = "/tmp/hy-config-XXXXXX";
static char path[sizeof folder + 16];

static int make_folder(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/h.json", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static enum hy_code read_text(const char *text, struct hy_config *config, struct hy_err *err)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return hy_config_read(path, config, err);
}

/* What is said after "FOLDER/h.json:". */
static const struct refused {
    const char *name, *text, *said;
} refused[] = {
    { "not an object", "[]", "1: must be one JSON object" },
    { "unknown member", "{\n \"bucket\": []\n}",
      "2: bucket: unknown member; known are buckets, functions, streams, tables, "
      "credentials, kinesis" },
    { "kinesis is no object",
      "{\"kinesis\":7}", "1: kinesis: must be an object" },
    { "no Kinesis endpoint",
      "{\"kinesis\":{}}", "1: kinesis: Endpoint must be a URL: http://HOST:PORT" },
    { "an endpoint without a scheme",
      "{\"kinesis\":{\"Endpoint\":\"localhost:4567\"}}",
      "1: kinesis: Endpoint must be a URL: http://HOST:PORT" },
    { "an empty endpoint",
      "{\"kinesis\":{\"Endpoint\":\"\"}}", "1: Endpoint: must not be empty or hold a NUL" },
    { "half a key pair",
      "{\"kinesis\":{\"Endpoint\":\"http://a\",\"AccessKeyId\":\"a\"}}",
      "1: kinesis: SecretAccessKey is missing" },
    { "unknown member of kinesis",
      "{\"kinesis\":{\"Url\":\"http://a\"}}",
      "1: Url: unknown member of kinesis; known are Endpoint, Region, AccessKeyId, "
      "SecretAccessKey" },
    { "buckets is no list", "{\"buckets\":\"b\"}", "1: buckets: must be a list of strings" },
    { "a bucket is no string", "{\"buckets\":[\"a\",\n3]}",
      "2: buckets: must hold strings only" },
    { "a bucket is empty", "{\"buckets\":[\"\"]}", "1: buckets: must not be empty or hold a NUL" },
    { "functions holds a string", "{\"functions\":[\"f\"]}",
      "1: functions: must hold objects only" },
    { "unknown member of a function", "{\"functions\":[{\n\"FunctionName\":\"f\",\n\"Name\":1}]}",
      "3: Name: unknown member of a function" },
    { "function without a name", "{\"functions\":[\n{\"Url\":\"http://h/\"}]}",
      "2: functions: FunctionName is missing" },
    { "function without a way to run", "{\"functions\":[{\"FunctionName\":\"f\"}]}",
      "1: f: needs exactly one of Code (with Runtime and Handler), Command and Url" },
    { "function with two ways",
      "{\"functions\":[{\"FunctionName\":\"f\",\"Url\":\"http://h/\",\"Command\":[\"cat\"]}]}",
      "1: f: needs exactly one of Code (with Runtime and Handler), Command and Url" },
    { "command is empty", "{\"functions\":[{\"FunctionName\":\"f\",\"Command\":[]}]}",
      "1: Command: must name a program" },
    { "timeout of zero", "{\"functions\":[{\"FunctionName\":\"f\",\"Timeout\":0}]}",
      "1: Timeout: must be a whole number, 1 to 900" },
    { "timeout of 901", "{\"functions\":[{\"FunctionName\":\"f\",\"Timeout\":901}]}",
      "1: Timeout: must be a whole number, 1 to 900" },
    { "timeout of 1.5", "{\"functions\":[{\"FunctionName\":\"f\",\"Timeout\":1.5}]}",
      "1: Timeout: must be a whole number, 1 to 900" },
    { "protocol unknown", "{\"functions\":[{\"FunctionName\":\"f\",\"Protocol\":\"cgi\"}]}",
      "1: Protocol: must be auto, runtime-api, stdio or ndjson" },
    { "environment value is a number",
      "{\"functions\":[{\"FunctionName\":\"f\",\"Environment\":{\"A\":1}}]}",
      "1: A: must be a string" },
    { "credentials is no list", "{\"credentials\":{}}",
      "1: credentials: must be a list of objects" },
    { "credential without an access key", "{\"credentials\":[\n{\"SecretAccessKey\":\"s\"}]}",
      "2: credentials: AccessKeyId is missing" },
    { "credential without a secret", "{\"credentials\":[{\"AccessKeyId\":\"k\"}]}",
      "1: credentials: SecretAccessKey is missing" },
    { "unknown member of a credential", "{\"credentials\":[{\n\"AccessKeyID\":\"k\"}]}",
      "2: AccessKeyID: unknown member of a credential" },
    { "access key with a slash", "{\"credentials\":[{\"AccessKeyId\":\"a/b\"}]}",
      "1: AccessKeyId: must be one word of ASCII, at most 128 characters, none of them in /,%+&=" },
    { "secret with a blank", "{\"credentials\":[{\"SecretAccessKey\":\"a b\"}]}",
      "1: SecretAccessKey: must be one word of ASCII, at most 128 characters" },
    { "secret that is empty", "{\"credentials\":[{\"SecretAccessKey\":\"\"}]}",
      "1: SecretAccessKey: must not be empty or hold a NUL" },
    { "secret that is a number", "{\"credentials\":[{\"SecretAccessKey\":1}]}",
      "1: SecretAccessKey: must be a string" },
    { "session token with a snowman", "{\"credentials\":[{\"SessionToken\":\"\\u2603\"}]}",
      "1: SessionToken: must be one word of ASCII, at most 4096 characters" },
    { "expiration that is no instant", "{\"credentials\":[{\"Expiration\":\"tomorrow\"}]}",
      "1: Expiration: must be an instant such as 2026-01-31T23:59:59Z" },
    { "one access key twice",
      "{\"credentials\":[{\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"s\"},\n"
      "{\"AccessKeyId\":\"k\",\"SecretAccessKey\":\"t\"}]}",
      "2: k: is there twice" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        struct hy_config config;
        struct hy_err err = { 0 };
        char expected[512];
        (void)snprintf(expected, sizeof expected, "%s:%s", path, refused[i].said);
        enum hy_code code = read_text(refused[i].text, &config, &err);
        if (code != HY_INVALID || strcmp(err.text, expected) != 0) {
            fail_msg("%s: code %d: %s", refused[i].name, (int)code, err.text);
        }
    }
}

static void test_not_json_names_the_line(void **state)
{
    (void)state;
    struct hy_config config;
    struct hy_err err = { 0 };
    char expected[64];
    (void)snprintf(expected, sizeof expected, "%s:3: not JSON: ", path);
    assert_int_equal(read_text("{\n\"buckets\": [],\n}", &config, &err), HY_INVALID);
    assert_true(strncmp(err.text, expected, strlen(expected)) == 0);
}

static void test_a_missing_file_is_named(void **state)
{
    (void)state;
    struct hy_config config;
    struct hy_err err = { 0 };
    assert_int_equal(hy_config_read("/nowhere/h.json", &config, &err), HY_INVALID);
    assert_string_equal(err.text, "/nowhere/h.json: No such file or directory");
}

static void test_credentials(void **state)
{
    (void)state;
    char longest[HY_SECRET_KEY_CHARS_MAX + 2];
    char text[sizeof longest + 256];
    memset(longest, 's', sizeof longest);
    for (int extra = 0; extra < 2; extra++) { /* the longest secret, and one character more */
        struct hy_config config;
        struct hy_err err = { 0 };
        (void)snprintf(text, sizeof text,
                       "{\"credentials\":[{\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"%.*s\"},"
                       "{\"SessionToken\":\"t/+=\",\"AccessKeyId\":\"b\",\"SecretAccessKey\":\"s\","
                       "\"Expiration\":\"1970-01-01T00:00:01Z\"}]}",
                       HY_SECRET_KEY_CHARS_MAX + extra, longest);
        enum hy_code code = read_text(text, &config, &err);
        assert_int_equal(code, extra == 0 ? HY_OK : HY_INVALID);
        if (code == HY_OK) {
            assert_int_equal(config.credential_count, 2);
            assert_string_equal(config.credentials[0].access_key, "AKID");
            assert_int_equal(strlen(config.credentials[0].secret_key), HY_SECRET_KEY_CHARS_MAX);
            assert_null(config.credentials[0].session_token);
            assert_true(config.credentials[0].expires_ms == UINT64_MAX);
            assert_string_equal(config.credentials[1].session_token, "t/+=");
            assert_true(config.credentials[1].expires_ms == 1000);
            hy_config_finish(&config);
        }
    }
}

static void test_a_whole_file(void **state)
{
    (void)state;
    static const char text[] =
        "{ \"buckets\": [\"one\", \"tw\\u006f\"],\n"
        "  \"functions\": [\n"
        "    { \"FunctionName\": \"f\", \"Runtime\": \"python3.12\", \"Handler\": \"a.b\",\n"
        "      \"Code\": \".\", \"Timeout\": 900, \"Environment\": {\"K\": \"v=\\u00e9\"} },\n"
        "    { \"FunctionName\": \"g\", \"Command\": [\"cat\", \"-u\"],\n"
        "      \"Protocol\": \"ndjson\", \"Concurrency\": 2 } ],\n"
        "  \"streams\": [\n"
        "    {\"DeliveryStreamName\": \"s\", \"X\": [1, {}]}\n"
        "  ] }\n";
    struct hy_config config;
    struct hy_err err = { 0 };
    enum hy_code code = read_text(text, &config, &err);
    if (code != HY_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(config.bucket_count, 2);
    assert_string_equal(config.buckets[1], "two");

    assert_int_equal(config.function_count, 2);
    char *absolute = realpath(folder, NULL);
    assert_string_equal(config.functions[0]->code, absolute); /* relative to the file */
    free(absolute);
    assert_int_equal(config.functions[0]->timeout_s, 900);
    assert_string_equal(config.functions[0]->environment[0], "K=v=\xc3\xa9");
    assert_null(config.functions[0]->environment[1]);
    assert_string_equal(config.functions[1]->command[1], "-u");
    assert_int_equal(config.functions[1]->protocol, HY_PROTOCOL_NDJSON);
    assert_int_equal(config.functions[1]->concurrency, 2);

    assert_int_equal(config.stream_count, 1);
    assert_int_equal(config.streams[0].line, 8);
    assert_string_equal(config.streams[0].request,
                        "{\"DeliveryStreamName\": \"s\", \"X\": [1, {}]}");
    hy_config_finish(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_not_json_names_the_line),
        cmocka_unit_test(test_a_missing_file_is_named),
        cmocka_unit_test(test_credentials),
        cmocka_unit_test(test_a_whole_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

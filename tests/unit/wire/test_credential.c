/* test_credential.c - what the Authorization header claims. */
#include "wire/credential.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct scope_case {
    const char *name, *authorization;
    hy_sv access_key, region, service;
} cases[] = {
    { "as the CLI sends it",
      "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/firehose/aws4_request, "
      "SignedHeaders=host;x-amz-date, Signature=00",
      HY_SV_INIT("AKID"), HY_SV_INIT("eu-west-1"), HY_SV_INIT("firehose") },
    { "no blank after the comma",
      "AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/s3/aws4_request,SignedHeaders=host",
      HY_SV_INIT("K"), HY_SV_INIT("us-east-1"), HY_SV_INIT("s3") },
    { "last in the header", "AWS4-HMAC-SHA256 Credential=K/1/r/s/aws4_request",
      HY_SV_INIT("K"), HY_SV_INIT("r"), HY_SV_INIT("s") },
    { "a part is missing", "AWS4-HMAC-SHA256 Credential=K/1/r/aws4_request, X=1",
      HY_SV_INIT(""), HY_SV_INIT(""), HY_SV_INIT("") },
    { "a part too many", "AWS4-HMAC-SHA256 Credential=K/1/r/s/t/aws4_request",
      HY_SV_INIT(""), HY_SV_INIT(""), HY_SV_INIT("") },
    { "another scheme", "Basic dXNlcjpwdw==", HY_SV_INIT(""), HY_SV_INIT(""), HY_SV_INIT("") },
    { "the first one counts",
      "AWS4-HMAC-SHA256 Credential=K/1/r/s/aws4_request, Credential=L/1/q/t/aws4_request",
      HY_SV_INIT("K"), HY_SV_INIT("r"), HY_SV_INIT("s") },
    { "part of another name", "AWS4-HMAC-SHA256 XCredential=K/1/r/s/aws4_request",
      HY_SV_INIT(""), HY_SV_INIT(""), HY_SV_INIT("") },
    { "nothing after Credential=", "AWS4-HMAC-SHA256 Credential=", HY_SV_INIT(""),
      HY_SV_INIT(""), HY_SV_INIT("") },
    { "empty", "", HY_SV_INIT(""), HY_SV_INIT(""), HY_SV_INIT("") },
};

static void test_scopes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(cases); i++) {
        const struct hy_http_header header = { HY_SV("authorization"),
                                               hy_sv_of(cases[i].authorization) };
        struct hy_credential got =
            hy_credential_of((struct hy_http_headers){ .items = &header, .count = 1 });
        if (!hy_sv_equal(got.access_key, cases[i].access_key) ||
            !hy_sv_equal(got.region, cases[i].region) ||
            !hy_sv_equal(got.service, cases[i].service)) {
            fail_msg("%s: %.*s %.*s %.*s", cases[i].name, HY_SV_ARG(got.access_key),
                     HY_SV_ARG(got.region), HY_SV_ARG(got.service));
        }
    }
}

static const struct query_case {
    const char *name, *query;
    hy_sv access_key, region, service;
} queries[] = {
    { "as botocore sends it",
      "a=b&X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Ffirehose%2Faws4_request&X-Amz-Date=1",
      HY_SV_INIT("AKID"), HY_SV_INIT("eu-west-1"), HY_SV_INIT("firehose") },
    { "slashes as they are, and small digits",
      "X-Amz-Credential=K/20260101%2fr/s%2faws4_request", HY_SV_INIT("K"), HY_SV_INIT("r"),
      HY_SV_INIT("s") },
    { "a part is missing", "X-Amz-Credential=K%2F1%2Fr%2Faws4_request", HY_SV_INIT(""),
      HY_SV_INIT(""), HY_SV_INIT("") },
    { "another parameter", "NotX-Amz-Credential=K/1/r/s/aws4_request", HY_SV_INIT(""),
      HY_SV_INIT(""), HY_SV_INIT("") },
};

static void test_presigned(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(queries); i++) {
        const struct hy_http_request request = { .query = hy_sv_of(queries[i].query) };
        struct hy_credential got = hy_credential_of_request(&request);
        if (!hy_sv_equal(got.access_key, queries[i].access_key) ||
            !hy_sv_equal(got.region, queries[i].region) ||
            !hy_sv_equal(got.service, queries[i].service)) {
            fail_msg("%s: %.*s %.*s %.*s", queries[i].name, HY_SV_ARG(got.access_key),
                     HY_SV_ARG(got.region), HY_SV_ARG(got.service));
        }
    }
}

static void test_unsigned(void **state)
{
    (void)state;
    struct hy_credential got = hy_credential_of((struct hy_http_headers){ .count = 0 });
    assert_int_equal(got.access_key.len + got.region.len + got.service.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes),
        cmocka_unit_test(test_presigned),
        cmocka_unit_test(test_unsigned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

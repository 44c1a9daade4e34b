/* test_stub.c - which route answers, and which files are refused. */
#include "harness/stub.h"

#include "support/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const char routes[] =
    "{\"routes\":["
    "{\"path\":\"/\",\"body\":\"hello\"},"
    "{\"path\":\"/mysfits\",\"body\":{ \"mysfits\" : [] }},"
    "{\"path\":\"/mysfits/known\",\"status\":200,\"body\":{\"name\":\"Dervla\"}},"
    "{\"path\":\"/mysfits/{id}\",\"status\":404,\"body\":null},"
    "{\"method\":\"POST\",\"path\":\"/mysfits/{id}/like\",\"status\":204},"
    "{\"path\":\"/a b/\\u00e9\",\"body\":\"odd\"},"
    "{\"path\":\"/folder/\",\"headers\":{\"content-type\":\"text/x\"},\"body\":[1]}"
    "]}";

static const struct route_case {
    const char *name, *method, *path;
    int status;
    const char *body;
} route_cases[] = {
    { "the root", "GET", "/", 200, "hello" },
    { "a body that is not a string is compact JSON", "GET", "/mysfits", 200, "{\"mysfits\":[]}" },
    { "the first that fits", "GET", "/mysfits/known", 200, "{\"name\":\"Dervla\"}" },
    { "a name stands for any segment", "GET", "/mysfits/other", 404, "null" },
    { "also for one that looks like folders", "GET", "/mysfits/..%2F..", 404, "null" },
    { "not for an empty one", "GET", "/mysfits/", 404, "{\"message\":\"no route for this path\"}" },
    { "not for two", "GET", "/mysfits/a/b", 404, "{\"message\":\"no route for this path\"}" },
    { "a name in the middle", "POST", "/mysfits/x/like", 204, "" },
    { "another method", "GET", "/mysfits/x/like", 405,
      "{\"message\":\"no route of this method\"}" },
    { "HEAD is answered by GET's route", "HEAD", "/mysfits/known", 200, "{\"name\":\"Dervla\"}" },
    { "HEAD is not answered by POST's", "HEAD", "/mysfits/x/like", 405,
      "{\"message\":\"no route of this method\"}" },
    { "percent signs are decoded", "GET", "/a%20b/%c3%A9", 200, "odd" },
    { "a slash at the end counts", "GET", "/folder", 404,
      "{\"message\":\"no route for this path\"}" },
    { "on both sides", "GET", "/folder/", 200, "[1]" },
    { "longer than the route", "GET", "/mysfits/known/more", 404,
      "{\"message\":\"no route for this path\"}" },
    { "a beginning is not enough", "GET", "/mysfit", 404,
      "{\"message\":\"no route for this path\"}" },
    { "a broken percent sign stands for itself", "GET", "/mysfits/%zz", 404, "null" },
};

static void test_routes(void **state)
{
    (void)state;
    struct hy_stub *stub;
    struct hy_err err;
    assert_int_equal(hy_stub_create(hy_sv_of(routes), "f.json", &stub, &err), HY_OK);
    for (size_t i = 0; i < ROWS(route_cases); i++) {
        const struct route_case *row = &route_cases[i];
        struct hy_stub_answer answer =
            hy_stub_answer(stub, hy_sv_of(row->method), hy_sv_of(row->path));
        if (answer.status != row->status || !hy_sv_equal(answer.body, hy_sv_of(row->body))) {
            fail_msg("%s: %d %.*s", row->name, answer.status, HY_SV_ARG(answer.body));
        }
    }
    hy_stub_destroy(stub);
}

static void test_content_type(void **state)
{
    (void)state;
    static const struct {
        const char *path, *type;
    } cases[] = {
        { "/mysfits", "application/json" }, { "/", NULL }, { "/folder/", "text/x" },
        { "/nowhere", "application/json" },
    };
    struct hy_stub *stub;
    struct hy_err err;
    assert_int_equal(hy_stub_create(hy_sv_of(routes), "f.json", &stub, &err), HY_OK);
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_stub_answer answer = hy_stub_answer(stub, HY_SV("GET"), hy_sv_of(cases[i].path));
        hy_sv type = hy_http_header(answer.headers, HY_SV("Content-Type"));
        assert_true(hy_sv_equal(type, hy_sv_of(cases[i].type)));
        assert_true(answer.headers.count <= 1); /* given once, sent once */
    }
    hy_stub_destroy(stub);
}

static void test_trouble(void **state)
{
    (void)state;
    static const char trouble[] =
        "{\"routes\":[{\"path\":\"/a\",\"status\":503,\"times\":2},"
        "{\"path\":\"/a\",\"delay_ms\":70},{\"path\":\"/b\",\"cut\":true,\"times\":1}]}";
    static const struct {
        const char *path;
        int status;
        uint64_t delay_ms;
        bool cut;
    } cases[] = { /* one after the other */
        { "/a", 503, 0, false }, { "/a", 503, 0, false }, { "/a", 200, 70, false },
        { "/a", 200, 70, false }, { "/b", 200, 0, true }, { "/b", 404, 0, false },
    };
    struct hy_stub *stub;
    struct hy_err err;
    assert_int_equal(hy_stub_create(hy_sv_of(trouble), "f.json", &stub, &err), HY_OK);
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_stub_answer answer = hy_stub_answer(stub, HY_SV("GET"), hy_sv_of(cases[i].path));
        if (answer.status != cases[i].status || answer.delay_ms != cases[i].delay_ms ||
            answer.cut != cases[i].cut) {
            fail_msg("request %zu: %d", i, answer.status);
        }
    }
    hy_stub_destroy(stub);
}

static const struct refusal_case {
    const char *json, *sentence;
} refusal_cases[] = {
    { "{\"routes\":[\n}", "f.json:2: not JSON" },
    { "{}", "f.json: must be an object with one member, \"routes\"" },
    { "{\"routes\":{}}", "f.json: must be an object with one member, \"routes\"" },
    { "{\"routes\":[],\"more\":1}", "f.json: must be an object with one member, \"routes\"" },
    { "{\"routes\":[1]}", "f.json: routes[0]: must be an object" },
    { "{\"routes\":[{\"path\":\"/\"},{\"status\":200}]}", "f.json: routes[1]: path is missing" },
    { "{\"routes\":[{\"path\":\"x\"}]}", "f.json: routes[0]: path must be a string that begins" },
    { "{\"routes\":[{\"path\":\"/\",\"stats\":1}]}",
      "f.json: routes[0]: unknown member \"stats\"" },
    { "{\"routes\":[{\"path\":\"/\",\"headers\":{\"A\":\"1\"},\"headers\":{\"A\":\"2\"}}]}",
      "f.json: routes[0]: headers stands there twice" },
    { "{\"routes\":[{\"path\":\"/\",\"status\":99}]}", "f.json: routes[0]: status must be" },
    { "{\"routes\":[{\"path\":\"/\",\"status\":200.5}]}", "f.json: routes[0]: status must be" },
    { "{\"routes\":[{\"path\":\"/\",\"times\":-1}]}", "f.json: routes[0]: times must be" },
    { "{\"routes\":[{\"path\":\"/\",\"delay_ms\":0.5}]}", "f.json: routes[0]: delay_ms must be" },
    { "{\"routes\":[{\"path\":\"/\",\"cut\":1}]}", "f.json: routes[0]: cut must be" },
    { "{\"routes\":[{\"path\":\"/\",\"method\":7}]}", "f.json: routes[0]: method must be" },
    { "{\"routes\":[{\"path\":\"/\",\"headers\":[\"A\"]}]}", "f.json: routes[0]: headers must be" },
    { "{\"routes\":[{\"path\":\"/\",\"headers\":{\"A\":\"x\\r\\ny\"}}]}",
      "f.json: routes[0]: header \"A\" must be a string of one line" },
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refusal_cases); i++) {
        struct hy_stub *stub;
        struct hy_err err;
        if (hy_stub_create(hy_sv_of(refusal_cases[i].json), "f.json", &stub, &err) == HY_OK) {
            fail_msg("%s was taken", refusal_cases[i].json);
        }
        if (strstr(err.text, refusal_cases[i].sentence) != err.text) {
            fail_msg("%s: said \"%s\"", refusal_cases[i].json, err.text);
        }
    }
}

static void create_and_destroy(void *ctx)
{
    (void)ctx;
    struct hy_stub *stub;
    struct hy_err err;
    enum hy_code code = hy_stub_create(hy_sv_of(routes), "f.json", &stub, &err);
    assert_true((code == HY_OK) != torture_struck());
    if (code == HY_OK) {
        hy_stub_destroy(stub);
    }
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(create_and_destroy, NULL) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes),
        cmocka_unit_test(test_content_type),
        cmocka_unit_test(test_trouble),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

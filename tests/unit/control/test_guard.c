/* test_guard.c - who may use the control API. */
#include "services/control/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct guard_case {
    const char *name;
    bool loopback_peer;
    const char *host, *origin; /* NULL: no such header */
    bool allowed;
} cases[] = {
    { "curl on the same machine", true, "127.0.0.1:4573", NULL, true },
    { "by name", true, "localhost:4573", NULL, true },
    { "by name, other case", true, "LocalHost", NULL, true },
    { "IPv6", true, "[::1]:4573", NULL, true },
    { "the console's own page", true, "127.0.0.1:4573", "http://127.0.0.1:4573", true },
    { "a page served from localhost", true, "127.0.0.1:4573", "https://localhost:8443", true },
    { "another machine", false, "127.0.0.1:4573", NULL, false },
    { "a name that is made to point here", true, "rebind.example:4573", NULL, false },
    { "a name that begins like ours", true, "localhost.example", NULL, false },
    { "an address that begins like ours", true, "127.0.0.1.example", NULL, false },
    { "no Host", true, NULL, NULL, false },
    { "a page of somebody", true, "127.0.0.1:4573", "https://page.example", false },
    { "an origin that begins like ours", true, "localhost", "http://localhost.example", false },
    { "a sandboxed page", true, "127.0.0.1:4573", "null", false },
};

static void test_guard(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(cases); i++) {
        struct hy_http_header headers[2];
        size_t count = 0;
        if (cases[i].host != NULL) {
            headers[count++] = (struct hy_http_header){ HY_SV("Host"), hy_sv_of(cases[i].host) };
        }
        if (cases[i].origin != NULL) {
            headers[count++] =
                (struct hy_http_header){ HY_SV("Origin"), hy_sv_of(cases[i].origin) };
        }
        const struct hy_http_request request = {
            .headers = { headers, count }, .peer_is_loopback = cases[i].loopback_peer
        };
        if ((hy_control_guard(&request) == NULL) != cases[i].allowed) {
            fail_msg("%s: expected %s", cases[i].name, cases[i].allowed ? "allowed" : "refused");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_guard) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* fuzz_fixture.c - any bytes as a line of a fixture file.
 *
 * A line is an event or an error with a sentence that names the place; what is taken can be put
 * into a call, and a reply of the same bytes never does more than fail.
 */
#include "fuzz.h"

#include "harness/fixture.h"
#include "harness/put.h"

#include <string.h>

static void put(const struct hy_fixture_event *event, hy_sv reply)
{
    struct hy_put put;
    hy_sv body;
    REQUIRE(hy_put_init(&put, true, event->stream) == HY_OK);
    REQUIRE(hy_put_add(&put, event->data, event->place) == HY_OK);
    REQUIRE(hy_put_add(&put, HY_SV("second"), event->place) == HY_OK);
    REQUIRE(hy_put_body(&put, &body) == HY_OK);
    if (hy_put_read_reply(&put, reply) == HY_OK) {
        size_t failed = hy_put_failed(&put);
        hy_put_keep_failed(&put);
        REQUIRE(failed == 0 || put.count == failed);
    }
    REQUIRE(hy_put_body(&put, &body) == HY_OK);
    hy_put_finish(&put);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hy_sv line = { (const char *)data, size };
    struct hy_fixture_place place = { "f", 3 };
    struct hy_fixture_event event;
    struct hy_err err = { .text = "" };
    struct hy_arena arena;
    hy_arena_init(&arena, 1 << 22);

    enum hy_code code = hy_fixture_parse(line, place, &arena, &event, &err);
    REQUIRE(code == HY_OK || strncmp(err.text, "f:3: ", 5) == 0);
    if (code == HY_OK && event.kind == HY_FIXTURE_HTTP) {
        REQUIRE(event.method.len > 0 && event.path.ptr[0] == '/');
    }
    if (code != HY_OK || event.kind == HY_FIXTURE_HTTP) {
        event = (struct hy_fixture_event){ .place = place, .data = HY_SV("first") };
    }
    put(&event, line);
    (void)hy_put_read_refusal(line);
    hy_arena_finish(&arena);
    return 0;
}

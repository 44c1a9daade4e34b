/* fuzz_endpoint_reply.c - any bytes as the answer of an HTTP endpoint.
 *
 * They are the body of a 200 with the right head. Whatever they say: taken without a sentence, or
 * tried again with one; and what is taken names the request.
 */
#include "fuzz.h"

#include "model/limits.h"
#include "pipeline/delivery/endpoint_reply.h"

#include <string.h>

static bool contains(hy_sv text, const char *word)
{
    const size_t len = strlen(word);
    for (size_t i = 0; i + len <= text.len; i++) {
        if (memcmp(text.ptr + i, word, len) == 0) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char id[] = "ed4acda5";
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("Content-Length"), HY_SV("1") },
    };
    const struct hy_http_response response = {
        .connected = true,
        .status = 200,
        .headers = { headers, 2 },
        .body = { (const char *)data, size },
    };
    struct hy_buf message;
    hy_buf_init(&message, HY_ENDPOINT_MESSAGE_MAX + 1024);
    const struct hy_endpoint_reply reply =
        hy_endpoint_reply_check(&response, hy_sv_of(id), &message);
    REQUIRE(!message.failed);
    if (reply.verdict == HY_ENDPOINT_TAKEN) {
        REQUIRE(reply.code == NULL && message.len == 0);
        /* An escaped id is as good; otherwise it stands there. */
        REQUIRE(contains(response.body, id) || contains(response.body, "\\"));
        REQUIRE(contains(response.body, "timestamp") || contains(response.body, "\\"));
    } else {
        REQUIRE(reply.verdict == HY_ENDPOINT_RETRY && reply.code != NULL && message.len > 0);
    }
    hy_buf_finish(&message);
    return 0;
}

/* fuzz_query.c - any bytes as the form of a query request.
 *
 * What the form becomes is JSON, whatever it was; and as an answer it becomes XML without a
 * character that would break it.
 */
#include "fuzz.h"

#include "base/json_scan.h"
#include "wire/query_form.h"
#include "wire/xml.h"

#include <string.h>

static void require_json(hy_sv text)
{
    struct hy_json_scan scan;
    enum hy_json_token token;
    hy_json_scan_init(&scan, text);
    do {
        token = hy_json_next(&scan);
        REQUIRE(token != HY_JSON_ERROR);
    } while (token != HY_JSON_END);
}

/* Every '<' begins a tag of ours, every '>' ends one; names are what names of members may be. */
static void require_xml(hy_sv text)
{
    unsigned open = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        REQUIRE(c >= ' ' || c == '\t' || c == '\n');
        if (c == '<') {
            REQUIRE(open++ == 0);
        } else if (c == '>') {
            REQUIRE(open-- == 1);
        } else if (open > 0) {
            REQUIRE(c == '/' || c == '_' || c == '-' || (c >= '0' && c <= '9') ||
                    (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'));
        }
    }
    REQUIRE(open == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hy_arena arena;
    struct hy_buf json, xml;
    hy_arena_init(&arena, 256 * 1024);
    hy_buf_init(&json, 1024 * 1024);
    hy_buf_init(&xml, 4 * 1024 * 1024);
    if (hy_query_form((hy_sv){ (const char *)data, size }, &arena, &json) == HY_OK) {
        require_json(hy_buf_sv(&json));
        REQUIRE(hy_xml_of_json(&xml, hy_buf_sv(&json), " Time ") || xml.failed);
        require_xml(xml.failed ? HY_SV("") : hy_buf_sv(&xml));
    }
    hy_buf_finish(&json);
    hy_buf_finish(&xml);
    hy_arena_finish(&arena);
    return 0;
}

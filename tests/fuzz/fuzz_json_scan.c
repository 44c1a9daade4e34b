/* fuzz_json_scan.c - any bytes as JSON text.
 *
 * Token by token, by skipping, and value by value must agree on whether the text is JSON; decoded
 * strings are UTF-8 and no longer than their raw text.
 */
#include "fuzz.h"

#include "base/json_scan.h"
#include "base/utf8.h"

static void check_string(const struct hy_json_scan *scan)
{
    char *decoded = malloc(scan->text.len + 1);
    REQUIRE(decoded != NULL);
    size_t len = hy_json_unescape(scan->text, decoded);
    REQUIRE(len <= scan->text.len);
    REQUIRE(hy_utf8_is_valid((hy_sv){ decoded, len }));
    REQUIRE(hy_json_is(scan, (hy_sv){ decoded, len }));
    REQUIRE(scan->escaped || len == scan->text.len);
    free(decoded);
}

static bool scan_tokens(hy_sv text)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, text);
    size_t open = 0;
    for (;;) {
        enum hy_json_token token = hy_json_next(&scan);
        REQUIRE(scan.offset <= text.len);
        if (token == HY_JSON_NAME || token == HY_JSON_STRING) {
            check_string(&scan);
        }
        open += token == HY_JSON_OBJECT_BEGIN || token == HY_JSON_ARRAY_BEGIN;
        if (token == HY_JSON_OBJECT_END || token == HY_JSON_ARRAY_END) {
            REQUIRE(open > 0);
            open--;
        }
        if (token == HY_JSON_ERROR || token == HY_JSON_END) {
            REQUIRE(hy_json_next(&scan) == token);
            REQUIRE(token == HY_JSON_ERROR || open == 0);
            return token == HY_JSON_END;
        }
    }
}

static bool scan_by_skipping(hy_sv text)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, text);
    hy_sv value;
    return hy_json_skip_value(&scan, &value) && hy_json_next(&scan) == HY_JSON_END;
}

/* The members of the outermost object or array, each as a text of its own. */
static void check_members(hy_sv text)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, text);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return;
    }
    while (hy_json_next(&scan) == HY_JSON_NAME) {
        hy_sv value;
        REQUIRE(hy_json_skip_value(&scan, &value));
        REQUIRE(scan_tokens(value));
    }
    REQUIRE(hy_json_next(&scan) == HY_JSON_END);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    hy_sv text = { (const char *)data, size };
    bool good = scan_tokens(text);
    REQUIRE(scan_by_skipping(text) == good);
    if (good) {
        check_members(text);
    }
    hy_json_line(text, size);
    return 0;
}

/* fuzz_expression.c - any bytes as a prefix.
 *
 * What is accepted is made of its pieces again, and evaluates to something: at any instant, with
 * keys and without. The first eight bytes are the instant, the rest is the prefix.
 */
#include "fuzz.h"

#include "model/expression.h"

#include <string.h>

static bool echo(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value)
{
    (void)ctx;
    (void)source;
    *value = name;
    return true;
}

static void evaluate(const struct hy_expression *expression, uint64_t ms, hy_key_fn *key,
                     size_t max)
{
    const struct hy_local_time at = hy_local_time_of(ms, NULL);
    struct hy_random random = hy_random_from_seed(ms);
    const struct hy_expression_inputs inputs = {
        .at = &at, .random = &random, .error_type = HY_SV("processing-failed"), .key = key,
    };
    struct hy_buf out;
    hy_buf_init(&out, max);
    const enum hy_code code = hy_expression_evaluate(expression, &inputs, &out);
    REQUIRE(code == HY_OK || code == HY_INVALID || code == HY_NOT_FOUND);
    REQUIRE(code != HY_NOT_FOUND || (expression->has_keys && key == NULL));
    REQUIRE(out.len <= max);
    hy_buf_finish(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t ms = 0;
    struct hy_expression expression;
    struct hy_err err = { 0 };
    if (size < sizeof ms || size > 4096) {
        return 0;
    }
    memcpy(&ms, data, sizeof ms);
    ms %= UINT64_C(253402300800000); /* up to the year 9999 */
    const hy_sv text = { (const char *)data + sizeof ms, size - sizeof ms };
    const enum hy_code code = hy_expression_parse(text, "Prefix", &expression, &err);
    REQUIRE(code == HY_OK || code == HY_INVALID);
    if (code == HY_INVALID) {
        REQUIRE(err.text[0] != '\0' && expression.pieces == NULL);
        return 0;
    }
    size_t len = 0;
    for (size_t i = 0; i < expression.count; i++) {
        len += expression.pieces[i].text.len;
        REQUIRE(expression.pieces[i].text.len > 0);
    }
    REQUIRE(expression.has_expressions ? len < text.len : len == text.len);
    evaluate(&expression, ms, echo, 65536);
    evaluate(&expression, ms, NULL, 65536);
    evaluate(&expression, ms, echo, 20);
    hy_expression_finish(&expression);
    return 0;
}

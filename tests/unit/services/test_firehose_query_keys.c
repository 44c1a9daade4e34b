/* Which keys a MetadataExtraction query gives, by its text alone. */
#include "services/firehose/query_keys.h"

#include "support/test.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *rule, *query;
    const char *keys; /* between bars; NULL: they cannot be known */
} rows[] = {
    { "one", "{customer_id:.customer_id}", "customer_id|" },
    { "several, with pipes and calls", "{a:.x|strftime(\"%Y\"), b : .y ,c:(.z|f(1,2))}", "a|b|c|" },
    { "names in quotes", "{\"a b\":.x,\"c\":1}", "a b|c|" },
    { "short forms", "{a,$b,\"c\"}", "a|b|c|" },
    { "braces, commas and colons in values", "{a:{x:1,y:[2,3]},b:\"},:{\"}", "a|b|" },
    { "an escaped quote", "{a:\"\\\",b:\",c:1}", "a|c|" },
    { "white space, line ends, comments", " {\n a : 1 , # b:2, }\n c : 2 }\n# end", "a|c|" },
    { "a computed name", "{(.n):1}", NULL },
    { "a name that is put together", "{\"a\\(.n)\":1}", NULL },
    { "a name with an escape", "{\"a\\u0062\":1}", NULL },
    { "something else behind it", "{a:1}|{b:2}", NULL },
    { "something else before it", ".x|{b:2}", NULL },
    { "no construction", ".", NULL },
    { "nothing", "", NULL },
    { "cut off", "{a:1,", NULL },
    { "brackets that do not match", "{a:1)}", NULL },
};

static void test_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_query_keys keys;
        char joined[256] = "";
        const bool known = hy_query_keys_read(hy_sv_of(rows[i].query), &keys);
        for (size_t k = 0; known && k < keys.count; k++) {
            const size_t len = strlen(joined);
            (void)snprintf(joined + len, sizeof joined - len, "%.*s|", HY_SV_ARG(keys.names[k]));
        }
        if (known != (rows[i].keys != NULL) || (known && strcmp(joined, rows[i].keys) != 0)) {
            fail_msg("%s: %s, %s", rows[i].rule, known ? "known" : "not known", joined);
        }
    }
}

static void test_more_than_there_may_be_are_counted(void **state)
{
    (void)state;
    char query[1024] = "{k0:1";
    struct hy_query_keys keys;
    for (int i = 1; i < 60; i++) {
        const size_t len = strlen(query);
        (void)snprintf(query + len, sizeof query - len, ",k%d:1", i);
    }
    const size_t len = strlen(query);
    (void)snprintf(query + len, sizeof query - len, "}");
    assert_true(hy_query_keys_read(hy_sv_of(query), &keys));
    assert_int_equal(keys.count, 60);
    assert_true(hy_sv_equal(keys.names[HY_QUERY_KEYS_MAX - 1], HY_SV("k49")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_more_than_there_may_be_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

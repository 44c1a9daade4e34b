/* test_xml.c - escaping, and JSON answers as XML. */
#include "wire/xml.h"

#include "support/test.h"

#include <string.h>

static void test_escaping(void **state)
{
    (void)state;
    static const struct {
        hy_sv text;
        const char *xml;
    } rows[] = {
        { HY_SV_INIT(""), "" },
        { HY_SV_INIT("plain text, \xE2\x98\x83"), "plain text, \xE2\x98\x83" },
        { HY_SV_INIT("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;" },
        { HY_SV_INIT("&amp;"), "&amp;amp;" },
        { HY_SV_INIT("]]>"), "]]&gt;" },
        { HY_SV_INIT("tab\tline\n"), "tab\tline\n" },
        { HY_SV_INIT("cr\r"), "cr&#xD;" },
        { HY_SV_INIT("nul\0bell\a"), "nul\xEF\xBF\xBD" "bell\xEF\xBF\xBD" },
        { HY_SV_INIT("<"), "&lt;" },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_buf out;
        hy_buf_init(&out, 1024);
        hy_xml_text(&out, rows[i].text);
        hy_buf_append_byte(&out, '\0');
        assert_string_equal(out.data, rows[i].xml);
        hy_buf_finish(&out);
    }
}

static const struct answer {
    const char *rule, *json, *xml; /* NULL: refused */
} answers[] = {
    { "empty", "{}", "" },
    { "leaves", "{\"A\":\"x\",\"B\":12.5,\"C\":true,\"D\":false}",
      "<A>x</A><B>12.5</B><C>true</C><D>false</D>" },
    { "null is left out", "{\"A\":null,\"B\":1}", "<B>1</B>" },
    { "a structure", "{\"A\":{\"B\":{\"C\":1}}}", "<A><B><C>1</C></B></A>" },
    { "a list", "{\"A\":[1,\"x\",{\"B\":2}]}",
      "<A><member>1</member><member>x</member><member><B>2</B></member></A>" },
    { "an empty list", "{\"A\":[]}", "<A></A>" },
    { "a list in a list", "{\"A\":[[1],[]]}",
      "<A><member><member>1</member></member><member></member></A>" },
    { "texts are unescaped, then escaped", "{\"A\":\"\\u003ca\\n\\\"\"}", "<A>&lt;a\n&quot;</A>" },
    { "an instant", "{\"At\":1767225600}", "<At>2026-01-01T00:00:00Z</At>" },
    { "an instant with a fraction", "{\"At\":1767225600.5}", "<At>2026-01-01T00:00:00.500Z</At>" },
    { "a list of instants", "{\"At\":[0,60]}",
      "<At><member>1970-01-01T00:00:00Z</member><member>1970-01-01T00:01:00Z</member></At>" },
    { "only numbers are instants", "{\"At\":\"1767225600\"}", "<At>1767225600</At>" },
    { "in a structure below, too", "{\"A\":[{\"At\":60,\"B\":60}]}",
      "<A><member><At>1970-01-01T00:01:00Z</At><B>60</B></member></A>" },
    { "not an object", "[1]", NULL },
    { "not JSON", "{\"A\":1", NULL },
    { "nothing", "", NULL },
};

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(answers); i++) {
        struct hy_buf out;
        hy_buf_init(&out, 4096);
        const bool good = hy_xml_of_json(&out, hy_sv_of(answers[i].json), " Before At ");
        hy_buf_append_byte(&out, '\0');
        if (good != (answers[i].xml != NULL) ||
            (good && strcmp(out.data, answers[i].xml) != 0)) {
            fail_msg("%s: %s", answers[i].rule, out.data);
        }
        hy_buf_finish(&out);
    }
}

static void test_a_buffer_that_is_full(void **state)
{
    (void)state;
    struct hy_buf out;
    hy_buf_init(&out, 8);
    assert_false(hy_xml_of_json(&out, HY_SV("{\"A\":\"long enough\"}"), ""));
    hy_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_a_buffer_that_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

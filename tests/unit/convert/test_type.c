/* test_type.c - Hive's type strings, and tables made of them. */
#include "pipeline/convert/schema.h"
#include "support/test.h"

#include <stdio.h>
#include <string.h>

/* Back to text: what was understood. */
static void show(const struct hy_type *type, char *out, size_t size)
{
    static const char *const names[] = {
        "boolean", "tinyint", "smallint", "int",    "bigint", "float",
        "double",  "string",  "varchar",  "char",   "binary", "date",
        "timestamp", "decimal", "struct", "array",  "map",
    };
    size_t len = strlen(out);
    (void)snprintf(out + len, size - len, "%s%s%s", type->name != NULL ? type->name : "",
                   type->name != NULL ? ":" : "", names[type->kind]);
    len = strlen(out);
    if (type->kind == HY_TYPE_DECIMAL) {
        (void)snprintf(out + len, size - len, "(%u,%u)", type->precision, type->scale);
    } else if (type->length > 0) {
        (void)snprintf(out + len, size - len, "(%u)", type->length);
    }
    for (const struct hy_type *child = type->children; child != NULL; child = child->next) {
        len = strlen(out);
        (void)snprintf(out + len, size - len, "%c", child == type->children ? '<' : ',');
        show(child, out, size);
    }
    len = strlen(out);
    (void)snprintf(out + len, size - len, "%s", type->count > 0 ? ">" : "");
}

static void test_types_are_understood(void **state)
{
    static const struct {
        const char *text, *shown;
    } rows[] = {
        { "boolean", "boolean" },
        { "tinyint", "tinyint" },
        { "SmallInt", "smallint" },
        { "int", "int" },
        { "INTEGER", "int" },
        { "bigint", "bigint" },
        { "float", "float" },
        { "double", "double" },
        { "string", "string" },
        { "varchar(65535)", "varchar(65535)" },
        { "char(255)", "char(255)" },
        { "binary", "binary" },
        { "date", "date" },
        { "timestamp", "timestamp" },
        { "decimal", "decimal(10,0)" },
        { "decimal(5)", "decimal(5,0)" },
        { "decimal( 38 , 38 )", "decimal(38,38)" },
        { " array < int > ", "array<int>" },
        { "map<string,array<map<int,date>>>", "map<string,array<map<int,date>>>" },
        { "struct<a:int>", "struct<a:int>" },
        { "struct<a b : int, ts:timestamp,in:struct<x.y:double>>",
          "struct<a b:int,ts:timestamp,in:struct<x.y:double>>" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_err err;
        struct hy_type *type = NULL;
        char shown[256] = "";
        assert_int_equal(hy_type_parse(hy_sv_of(rows[i].text), &type, &err), HY_OK);
        show(type, shown, sizeof shown);
        assert_string_equal(shown, rows[i].shown);
        hy_type_destroy(type);
    }
}

static void test_mistakes_are_told_with_their_place(void **state)
{
    static const struct {
        const char *text, *what;
    } rows[] = {
        { "", "type expected at the position 1" },
        { "text", "unknown type at the position 1" },
        { "int ,", "end of type expected at the position 5" },
        { "varchar", "( expected at the position 8" },
        { "varchar()", "a number expected at the position 9" },
        { "varchar(0)", "a number out of range at the position 9" },
        { "varchar(65536)", "a number out of range at the position 9" },
        { "char(256)", "a number out of range at the position 6" },
        { "decimal(39)", "a number out of range at the position 9" },
        { "decimal(5,6)", "a number out of range at the position 11" },
        { "decimal(5,2", ") expected at the position 12" },
        { "array<>", "type expected at the position 7" },
        { "array<int", "> expected at the position 10" },
        { "map<int>", ", expected at the position 8" },
        { "map<array<int>,int>", "not of a primitive type at the position 5" },
        { "struct<>", "a field's name expected at the position 8" },
        { "struct<a:int,A:int>", "a field's name that is taken at the position 14" },
        { "struct<a int>", ": expected at the position 13" },
        { "struct<a:uniontype<int>>", "unknown type at the position 10" },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_err err;
        struct hy_type *type = NULL;
        assert_int_equal(hy_type_parse(hy_sv_of(rows[i].text), &type, &err), HY_INVALID);
        if (strstr(err.text, rows[i].what) == NULL) {
            fail_msg("%s: %s", rows[i].text, err.text);
        }
    }
}

static void test_nesting_has_an_end(void **state)
{
    (void)state;
    for (size_t depth = HY_TYPE_DEPTH_MAX - 1; depth <= HY_TYPE_DEPTH_MAX; depth++) {
        char text[HY_TYPE_DEPTH_MAX * 8 + 8] = "";
        struct hy_err err;
        struct hy_type *type = NULL;
        size_t len = 0;
        for (size_t i = 0; i < depth; i++) {
            len += (size_t)snprintf(text + len, sizeof text - len, "array<");
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "int");
        for (size_t i = 0; i < depth; i++) {
            len += (size_t)snprintf(text + len, sizeof text - len, ">");
        }
        assert_int_equal(hy_type_parse((hy_sv){ text, len }, &type, &err),
                         depth < HY_TYPE_DEPTH_MAX ? HY_OK : HY_INVALID);
        if (depth < HY_TYPE_DEPTH_MAX) {
            hy_type_destroy(type);
        }
    }
}

static void test_a_table_as_glue_has_it(void **state)
{
    struct hy_schema *schema = NULL;
    struct hy_err err;
    (void)state;
    assert_int_equal(
        hy_schema_parse(HY_SV("{\"DatabaseName\":\"web\",\"Retention\":0,\"Name\":\"clicks\","
                              "\"StorageDescriptor\":{\"Location\":\"s3://b\",\"Columns\":["
                              "{\"Name\":\"user\",\"Type\":\"string\",\"Comment\":\"who\"},"
                              "{\"Type\":\"int\",\"Name\":\"n\"}],\"SerdeInfo\":{\"a\":[1]}},"
                              "\"PartitionKeys\":[{\"Name\":\"day\",\"Type\":\"date\"}]}"),
                        &schema, &err),
        HY_OK);
    char shown[128] = "";
    show(schema->row, shown, sizeof shown);
    assert_string_equal(shown, "struct<user:string,n:int>");
    assert_string_equal(schema->database, "web");
    assert_string_equal(schema->table, "clicks");
    hy_schema_destroy(schema);
}

static void test_tables_that_are_none(void **state)
{
    static const struct {
        const char *json, *what;
        enum hy_code code;
    } rows[] = {
        { "", "the text ends too early", HY_MALFORMED },
        { "{\"DatabaseName\":\"d\",\n\"Name\":tru", "line 2", HY_MALFORMED },
        { "[]", "a table must be an object", HY_INVALID },
        { "{\"Columns\":[{\"Name\":\"a\",\"Type\":\"int\"}]}", "needs a DatabaseName", HY_INVALID },
        { "{\"DatabaseName\":\"d\",\"Name\":\"t\"}", "d.t has no columns", HY_INVALID },
        { "{\"DatabaseName\":1}", "expected a string", HY_INVALID },
        { "{\"StorageDescriptor\":[]}", "StorageDescriptor must be an object", HY_INVALID },
        { "{\"Columns\":{}}", "Columns must be a list", HY_INVALID },
        { "{\"Columns\":[1]}", "a column must be an object", HY_INVALID },
        { "{\"Columns\":[{\"Name\":\"a\"}]}", "needs a Name and a Type", HY_INVALID },
        { "{\"Columns\":[{\"Name\":\"a\",\"Type\":\"text\"}]}", "unknown type", HY_INVALID },
        { "{\"Columns\":[{\"Name\":\"a\",\"Type\":\"int\"},{\"Name\":\"A\",\"Type\":\"int\"}]}",
          "a column's name that is taken", HY_INVALID },
        { "{\"DatabaseName\":\"d\",\"Name\":\"t\","
          "\"Columns\":[{\"Name\":\"a\",\"Type\":\"int\"}]} x",
          "something follows", HY_MALFORMED },
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct hy_err err;
        struct hy_schema *schema = NULL;
        assert_int_equal(hy_schema_parse(hy_sv_of(rows[i].json), &schema, &err), rows[i].code);
        if (strstr(err.text, rows[i].what) == NULL) {
            fail_msg("%s: %s", rows[i].json, err.text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types_are_understood),
        cmocka_unit_test(test_mistakes_are_told_with_their_place),
        cmocka_unit_test(test_nesting_has_an_end),
        cmocka_unit_test(test_a_table_as_glue_has_it),
        cmocka_unit_test(test_tables_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "services/firehose/conversion.h"

#include "pipeline/convert/schema.h"
#include "services/firehose/errors.h"
#include "services/firehose/state.h"
#include "services/firehose/tree.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- tables ---- */

void hy_firehose_tables_destroy(struct hy_firehose_table *tables)
{
    while (tables != NULL) {
        struct hy_firehose_table *next = tables->next;
        free(tables->database);
        free(tables->name);
        free(tables->json);
        free(tables);
        tables = next;
    }
}

enum hy_code hy_firehose_add_table(struct hy_firehose *firehose, hy_sv json, struct hy_err *err)
{
    struct hy_schema *schema = NULL;
    const enum hy_code code = hy_schema_parse(json, &schema, err);
    if (code != HY_OK) {
        return code == HY_NO_MEMORY ? hy_fail(err, code, "out of memory") : code;
    }
    struct hy_firehose_table *table = calloc(1, sizeof *table);
    if (table != NULL) {
        table->database = strdup(schema->database);
        table->name = strdup(schema->table);
        table->json = hy_sv_dup(json);
    }
    hy_schema_destroy(schema);
    if (table == NULL || table->database == NULL || table->name == NULL || table->json == NULL) {
        hy_firehose_tables_destroy(table);
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    table->next = firehose->tables; /* of two with the same name the later one is found */
    firehose->tables = table;
    return HY_OK;
}

/* Glue's names are all lower case. */
static const struct hy_firehose_table *find(const struct hy_firehose *firehose,
                                            const cJSON *schema)
{
    const char *database = hy_tree_text(schema, "DatabaseName");
    const char *name = hy_tree_text(schema, "TableName");
    const struct hy_firehose_table *table = firehose->tables;
    while (table != NULL && (strcasecmp(table->database, database) != 0 ||
                             strcasecmp(table->name, name) != 0)) {
        table = table->next;
    }
    return table;
}

/* ---- streams ---- */

/* NULL when nothing is converted. */
static const cJSON *enabled(const cJSON *s3)
{
    const cJSON *conversion = hy_tree_get(s3, "DataFormatConversionConfiguration");
    return conversion != NULL && hy_tree_flag(conversion, "Enabled", true) ? conversion : NULL;
}

enum hy_code hy_conversion_check(const struct hy_firehose *firehose, const cJSON *s3,
                                 struct hy_err *err)
{
    const cJSON *conversion = enabled(s3);
    const cJSON *schema = hy_tree_get(conversion, "SchemaConfiguration");
    if (conversion == NULL || find(firehose, schema) != NULL) {
        return HY_OK;
    }
    return hy_refuse(err, &hy_invalid_argument,
                     "Table %s not found in database %s. (Service: AWSGlue; Status Code: 400; "
                     "Error Code: EntityNotFoundException)",
                     hy_tree_text(schema, "TableName"), hy_tree_text(schema, "DatabaseName"));
}

static bool set_default(cJSON *object, const char *name, const char *value)
{
    return hy_tree_get(object, name) != NULL || hy_tree_set_text(object, name, value);
}

bool hy_conversion_fill(const struct hy_firehose *firehose, const cJSON *s3,
                        struct hy_conversion_spec *spec)
{
    const cJSON *conversion = enabled(s3);
    if (conversion == NULL) {
        return true;
    }
    cJSON *copy = cJSON_Duplicate(conversion, true);
    cJSON *schema = cJSON_GetObjectItemCaseSensitive(copy, "SchemaConfiguration");
    const struct hy_firehose_table *table = schema == NULL ? NULL : find(firehose, schema);
    if (table != NULL && set_default(schema, "CatalogId", firehose->account) &&
        set_default(schema, "Region", firehose->region) &&
        set_default(schema, "VersionId", "LATEST")) {
        spec->configuration = cJSON_PrintUnformatted(copy);
        spec->table = strdup(table->json);
    }
    cJSON_Delete(copy);
    return spec->configuration != NULL && spec->table != NULL;
}

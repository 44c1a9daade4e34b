/* row.h - the JSON of one record to rows in columns, by the rules of one of the two readers.
 *
 * One object or more, one after the other, never an array. Members that the table does not know
 * are passed over, columns that are not there are null. Values go from the text straight to
 * their columns: no tree. A record that does not fit leaves no trace in them, not even the rows
 * before its mistake: it goes to the error output as a whole.
 *
 * OpenX is lenient as that SerDe is: numbers and booleans may be strings, an object or a list in
 * a string column is its text. The Hive (HCatalog) reader wants the right kinds, but for strings.
 * Neither takes a column twice.
 */
#ifndef HY_PIPELINE_CONVERT_ROW_H
#define HY_PIPELINE_CONVERT_ROW_H

#include "base/json_scan.h"
#include "pipeline/convert/columns.h"

enum hy_json_rules { HY_RULES_OPENX, HY_RULES_HIVE };

struct hy_row_mapping {
    hy_sv column;
    hy_sv key; /* in the JSON */
};

/* The deserializer (firehose.md 3.10). Views live as long as the reader. */
struct hy_row_options {
    enum hy_json_rules rules;
    bool case_sensitive;                /* OpenX: not CaseInsensitive */
    bool dots_to_underscores;           /* OpenX */
    const struct hy_row_mapping *mappings; /* OpenX: ColumnToJsonKeyMappings */
    size_t mapping_count;
    const hy_sv *timestamp_formats;     /* Hive: Joda patterns, or "millis" */
    size_t timestamp_format_count;
};

enum { HY_ROW_MESSAGE_BYTES = 256 };

/* lastErrorCode and lastErrorMessage (firehose.md 4.8). */
struct hy_row_failure {
    const char *code; /* static storage */
    char message[HY_ROW_MESSAGE_BYTES];
};

struct hy_row_reader; /* opaque */

/* The columns belong to one reader. NULL when out of memory. */
struct hy_row_reader *hy_row_reader_create(struct hy_columns *columns,
                                           const struct hy_row_options *options);
void hy_row_reader_destroy(struct hy_row_reader *reader); /* NULL is fine */

/* HY_MALFORMED: failure says why. Otherwise *rows have been added. */
HY_MUST_CHECK
enum hy_code hy_row_read(struct hy_row_reader *reader, hy_sv record, uint64_t *rows,
                         struct hy_row_failure *failure);

/* What the check of a configuration asks: can the Hive reader use it? */
bool hy_row_timestamp_format_is_valid(hy_sv format);

#endif

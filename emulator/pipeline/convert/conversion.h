/* conversion.h - the records of one object to Parquet, as a stream's configuration says.
 *
 *   create -> add... -> finish -> destroy
 *
 * The configuration is DataFormatConversionConfiguration as JSON (firehose.md 3.10), with
 * nothing left to be filled in but the defaults of the serializers; the table is Glue-shaped,
 * see schema.h. Both have been checked when the stream was made.
 */
#ifndef HY_PIPELINE_CONVERT_CONVERSION_H
#define HY_PIPELINE_CONVERT_CONVERSION_H

#include "pipeline/convert/parquet.h"
#include "pipeline/convert/row.h"

struct hy_conversion; /* opaque */

/* One line of an object below format-conversion-failed (firehose.md 4.7). */
struct hy_conversion_error {
    hy_sv raw_data;
    const struct hy_row_failure *failure;
    uint64_t arrived_ms;
    uint64_t attempt_ended_ms;
};

/* The texts are copied. HY_INVALID, HY_MALFORMED: err says what is wrong with them. */
HY_MUST_CHECK
enum hy_code hy_conversion_create(hy_sv configuration, hy_sv table,
                                  const struct hy_parquet_sink *sink, struct hy_conversion **out,
                                  struct hy_err *err);
void hy_conversion_destroy(struct hy_conversion *conversion); /* NULL is fine */

/* HY_MALFORMED: the record cannot be converted, failure says why, the object is as before. */
HY_MUST_CHECK
enum hy_code hy_conversion_add(struct hy_conversion *conversion, hy_sv record,
                               struct hy_row_failure *failure);
HY_MUST_CHECK
enum hy_code hy_conversion_finish(struct hy_conversion *conversion);

/* Appends the line, LF included. */
void hy_conversion_error_write(const struct hy_conversion *conversion,
                               const struct hy_conversion_error *error, struct hy_buf *out);

#endif

/* deaggregate.h - RecordDeAggregation: one record, several sub-records (firehose.md 3.8). Pure.
 *
 * JSON: consecutive values; what is between them is lost. DELIMITED: what stands between
 * delimiters; nothing between two of them, or at an end, is no sub-record.
 *
 * A record that cannot be split goes on whole: more than HY_SUB_RECORDS_MAX sub-records, none at
 * all, or, for JSON, anything in it that is not JSON.
 */
#ifndef HY_PIPELINE_PROCESS_DEAGGREGATE_H
#define HY_PIPELINE_PROCESS_DEAGGREGATE_H

#include "model/stream_spec.h"

enum { HY_SUB_RECORDS_MAX = 500 };

/* Fills `out` with views into the record; returns how many, at least 1. */
size_t hy_deaggregate(const struct hy_process_spec *spec, hy_sv record,
                      hy_sv out[HY_SUB_RECORDS_MAX]);

#endif

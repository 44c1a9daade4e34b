/* error_record.h - one line of an object below processing-failed (firehose.md 4.7). Pure. */
#ifndef HY_PIPELINE_PARTITION_ERROR_RECORD_H
#define HY_PIPELINE_PARTITION_ERROR_RECORD_H

#include "base/buf.h"

/* Why a record failed; static storage. */
struct hy_failure {
    const char *code;    /* "Lambda.FunctionError" */
    const char *message;
};

struct hy_error_record {
    hy_sv raw_data;      /* the record as it was put, never the function's output */
    const struct hy_failure *failure;
    unsigned attempts_made;
    uint64_t arrived_ms;
    uint64_t attempt_ended_ms;
    hy_sv lambda_arn;    /* empty: the line has none */
};

/* Appends the line, LF included. */
void hy_error_record_write(const struct hy_error_record *record, struct hy_buf *out);

#endif

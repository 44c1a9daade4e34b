/* kpl.h - records that the Kinesis Producer Library packed into one (firehose.md 7.1). Pure.
 *
 *   F3 89 9A C2 | protobuf AggregatedRecord | MD5 of the protobuf
 *
 * All of it is looked at before the first sub-record is given out: what is not an aggregate from
 * end to end is a plain record, and nobody's data is cut short.
 */
#ifndef HY_PIPELINE_SOURCE_KPL_H
#define HY_PIPELINE_SOURCE_KPL_H

#include "base/err.h"
#include "base/sv.h"

struct hy_kpl {
    uint32_t count; /* sub-records */

    /* private */
    hy_sv *keys;
    size_t key_count;
    hy_sv rest;
};

struct hy_kpl_record {
    hy_sv partition_key;
    hy_sv data;
};

/* HY_MALFORMED: it is a plain record. Views into `bytes`. */
HY_MUST_CHECK
enum hy_code hy_kpl_open(hy_sv bytes, struct hy_kpl *kpl);
bool hy_kpl_next(struct hy_kpl *kpl, struct hy_kpl_record *record); /* false: no more */
void hy_kpl_finish(struct hy_kpl *kpl); /* fine when zeroed, and after HY_MALFORMED */

#endif

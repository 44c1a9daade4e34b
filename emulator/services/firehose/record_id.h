/* record_id.h - the RecordId that a Put is answered with: opaque to clients, readable to us.
 *
 * 224 characters, as the service's: stream id (13 characters, base 32), sequence number (13),
 * the rest a filler that is the same for all records of this process. So one is unique, costs a
 * copy, and says which record it names (`GET records/ID`). Only letters and digits: it can stand
 * in a URL.
 */
#ifndef HY_SERVICES_FIREHOSE_RECORD_ID_H
#define HY_SERVICES_FIREHOSE_RECORD_ID_H

#include "base/random.h"
#include "base/sv.h"

enum { HY_RECORD_ID_CHARS = 224 };

struct hy_record_ids {
    char filler[HY_RECORD_ID_CHARS];
};

void hy_record_ids_init(struct hy_record_ids *ids, struct hy_random *random);

/* Writes HY_RECORD_ID_CHARS characters, no NUL. */
void hy_put_record_id_make(const struct hy_record_ids *ids, uint64_t stream_id, uint64_t seq,
                           char *out);

/* False when it is not one of ours, of this process or an earlier one. */
bool hy_put_record_id_parse(hy_sv id, uint64_t *stream_id, uint64_t *seq);

#endif

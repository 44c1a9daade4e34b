/* metadata.h - MetadataExtraction: partition keys by a jq query (firehose.md 3.8, 3.9).
 *
 * The query makes an object; its members are the keys. A string is a key's value as it is,
 * anything else in jq's own text for it. libjq is 1.6, the very version that the service names.
 *
 * Compiling takes tens of milliseconds, most of them for jq's own definitions: extractors are
 * kept, not made for each batch. The query may neither import modules nor read more input. A query
 * that does not end, or that asks for all memory there is, gets what it asks for: it is the user's.
 */
#ifndef HY_PIPELINE_PROCESS_METADATA_H
#define HY_PIPELINE_PROCESS_METADATA_H

#include "base/err.h"
#include "base/sv.h"
#include "pipeline/partition/error_record.h"

struct hy_extractor; /* opaque: for one thread at a time */

/* HY_INVALID with what jq says about the query. HY_NO_MEMORY (within jq, it ends the process). */
HY_MUST_CHECK
enum hy_code hy_extractor_create(const char *query, struct hy_extractor **out,
                                 struct hy_err *err);
void hy_extractor_destroy(struct hy_extractor *extractor); /* NULL is fine */

bool hy_extractor_is_for(const struct hy_extractor *extractor, const char *query);

/* NULL, or why the record has no keys. */
const struct hy_failure *hy_extractor_run(struct hy_extractor *extractor, hy_sv record);

/* The value of a key of the last record. False when there is none: it is missing, or null. The
 * view lives until the next call of either. */
bool hy_extractor_key(struct hy_extractor *extractor, hy_sv name, hy_sv *value);

extern const struct hy_failure hy_failure_not_json;
extern const struct hy_failure hy_failure_query;
extern const struct hy_failure hy_failure_keys; /* one is null, empty or missing */
extern const struct hy_failure hy_failure_long_prefix;

#endif

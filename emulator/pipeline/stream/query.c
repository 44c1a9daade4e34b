/* query.c - is a MetadataExtraction query one? In a file of its own: it needs no stream. */
#include "pipeline/process/metadata.h"
#include "pipeline/stream/stream.h"

enum hy_code hy_stream_check_query(const char *query, struct hy_err *err)
{
    struct hy_extractor *extractor = NULL;
    const enum hy_code code = hy_extractor_create(query, &extractor, err);
    hy_extractor_destroy(extractor);
    return code;
}

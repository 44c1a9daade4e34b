#include "services/firehose/encryption.h"

#include "services/firehose/description.h"
#include "services/firehose/errors.h"
#include "services/firehose/operations.h"

enum { CALLS_A_DAY_MAX = 25 };

enum hy_code hy_encryption_change(struct hy_delivery_stream *stream, const cJSON *input,
                                  struct hy_call *call)
{
    if (stream->is_read) { /* firehose.md 2.11; the sentence is that of 2.3 */
        return hy_refuse(&call->err, &hy_invalid_argument,
                         "Server side encryption from firehose is only allowed for direct put "
                         "delivery streams and database as a source delivery streams");
    }
    cJSON *changed = cJSON_Duplicate(stream->description, true);
    const size_t calls = changed == NULL
        ? 0 : hy_description_count_encryption_call(changed, call->now_ms);
    if (calls == 0 || !hy_description_set_encryption(changed, input)) {
        cJSON_Delete(changed);
        return HY_NO_MEMORY;
    }
    if (calls > CALLS_A_DAY_MAX) {
        cJSON_Delete(changed);
        return hy_refuse(&call->err, &hy_limit_exceeded, "Encryption of firehose %s was started "
                         "or stopped %d times within 24 hours.", stream->name,
                         CALLS_A_DAY_MAX); /* the sentence is ours */
    }
    return hy_delivery_stream_amend(stream, changed, hy_call_on_saved, call);
}

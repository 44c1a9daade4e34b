/* endpoint_reply.h - has the receiver taken the batch, by its answer? (firehose.md 6.3). Pure.
 *
 * Only status 200 with {"requestId":<ours>,"timestamp":<number>} is. Status 413 is final; anything
 * else is tried again. Stricter than most receivers expect: no Content-Encoding, a Content-Length
 * where there is a body, no members that the protocol does not know.
 */
#ifndef HY_PIPELINE_DELIVERY_ENDPOINT_REPLY_H
#define HY_PIPELINE_DELIVERY_ENDPOINT_REPLY_H

#include "base/buf.h"
#include "io/http_client.h"

enum hy_endpoint_verdict {
    HY_ENDPOINT_TAKEN,
    HY_ENDPOINT_RETRY,
    HY_ENDPOINT_FINAL, /* 413: the batch is neither tried again nor written to the bucket */
};

struct hy_endpoint_reply {
    enum hy_endpoint_verdict verdict;
    const char *code; /* "HttpEndpoint.RequestTimeout"; NULL when it was taken */
};

/* `message` gets the sentence that goes with the code; nothing when it was taken. The response's
 * code is not HY_CANCELLED. */
struct hy_endpoint_reply hy_endpoint_reply_check(const struct hy_http_response *response,
                                                 hy_sv request_id, struct hy_buf *message);

#endif

/* endpoint_body.h - what is sent to an HTTP endpoint, and what is written about a record that it
 * would not take (firehose.md 6.2, 6.5). Pure.
 *
 *   {"requestId":"...","timestamp":1578090901599,"records":[{"data":"aGVsbG8="},...]}
 */
#ifndef HY_PIPELINE_DELIVERY_ENDPOINT_BODY_H
#define HY_PIPELINE_DELIVERY_ENDPOINT_BODY_H

#include "base/buf.h"

enum {
    HY_ENDPOINT_ENVELOPE_BYTES = 128, /* more than everything but the records takes */
    HY_ENDPOINT_RECORD_BYTES = 12,    /* {"data":""}, beside a record's base64 */
};

/* Begin, each record in order, end. */
void hy_endpoint_body_begin(struct hy_buf *body, hy_sv request_id, uint64_t now_ms);
void hy_endpoint_body_add(struct hy_buf *body, hy_sv data);
void hy_endpoint_body_end(struct hy_buf *body);

/* At most how long the body of so many records with so many bytes of data is. */
uint64_t hy_endpoint_body_bound(uint64_t records, uint64_t bytes);

struct hy_endpoint_record {
    uint64_t seq;
    uint64_t arrived_ms;
    hy_sv data; /* as it was sent: what the transform made of it */
};

/* Why a batch was given up. */
struct hy_endpoint_error {
    unsigned attempts_made;
    uint64_t ended_ms;
    const char *code; /* "HttpEndpoint.DestinationException" */
    hy_sv message;
};

/* Appends the line of an error object, LF included. */
void hy_endpoint_error_write(const struct hy_endpoint_error *error,
                             const struct hy_endpoint_record *record, struct hy_buf *out);

#endif

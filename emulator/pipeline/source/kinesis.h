/* kinesis.h - calls to the configured Kinesis endpoint: JSON 1.1, signed with Signature V4.
 *
 * One for all streams; connections are shared.
 */
#ifndef HY_PIPELINE_SOURCE_KINESIS_H
#define HY_PIPELINE_SOURCE_KINESIS_H

#include "base/clock.h"
#include "base/sv.h"
#include "io/http_client.h"
#include "model/kinesis_spec.h"

struct hy_kinesis; /* opaque */

struct hy_kinesis_options {
    const struct hy_kinesis_spec *spec; /* copied; has an endpoint */
    struct hy_clock real;               /* the time that Kinesis goes by */
    uint64_t poll_ms;                   /* between two looks at a shard; 0: 1,000, as on AWS */
};

struct hy_kinesis *hy_kinesis_create(struct hy_loop *loop,
                                     const struct hy_kinesis_options *options);
/* No call may be under way. NULL is fine. */
void hy_kinesis_destroy(struct hy_kinesis *kinesis);
uint64_t hy_kinesis_now_ms(const struct hy_kinesis *kinesis);
uint64_t hy_kinesis_poll_ms(const struct hy_kinesis *kinesis);

struct hy_kinesis_call {
    const char *operation; /* "GetRecords" */
    hy_sv region;          /* unless the endpoint has one of its own */
    hy_sv body;            /* must live until the callback */
    uint64_t timeout_ms;
};

/* As hy_http_fetch. */
struct hy_http_fetch *hy_kinesis_call(struct hy_kinesis *kinesis,
                                      const struct hy_kinesis_call *call, hy_http_fetch_fn *fn,
                                      void *ctx);

#endif

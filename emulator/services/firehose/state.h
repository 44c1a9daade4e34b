/* state.h - what all operations share: the struct behind firehose.h. For this folder only. */
#ifndef HY_SERVICES_FIREHOSE_STATE_H
#define HY_SERVICES_FIREHOSE_STATE_H

#include "services/firehose/delivery_stream.h"
#include "services/firehose/firehose.h"
#include "services/firehose/record_id.h"

/* Somebody who waits until there is no stream left. */
struct hy_firehose_waiter {
    hy_loop_fn *done; /* NULL: nobody waits */
    void *ctx;
};

struct hy_firehose {
    struct hy_pipeline_env *env;
    struct hy_registry *registry;
    char *region, *account;
    bool has_quotas;
    struct hy_firehose_table *tables; /* conversion.h */
    struct hy_metrics metrics; /* of no stream in particular */
    struct hy_delivery_stream *streams; /* by name */
    uint64_t next_id;
    bool closing; /* streams that come alive now are closed at once */
    struct hy_firehose_waiter deleted, closed; /* both, when we are stopped amid a reset */
    struct hy_record_ids record_ids;
    struct hy_buf reply; /* of the Put operations; kept for its memory */
};

/* The operations, one file each. */
void hy_create_delivery_stream(void *firehose, struct hy_call *call);
void hy_delete_delivery_stream(void *firehose, struct hy_call *call);
void hy_describe_delivery_stream(void *firehose, struct hy_call *call);
void hy_list_delivery_streams(void *firehose, struct hy_call *call);
void hy_list_tags_for_delivery_stream(void *firehose, struct hy_call *call);
void hy_put_record(void *firehose, struct hy_call *call);
void hy_put_record_batch(void *firehose, struct hy_call *call);
void hy_start_delivery_stream_encryption(void *firehose, struct hy_call *call);
void hy_stop_delivery_stream_encryption(void *firehose, struct hy_call *call);
void hy_tag_delivery_stream(void *firehose, struct hy_call *call);
void hy_untag_delivery_stream(void *firehose, struct hy_call *call);
void hy_update_destination(void *firehose, struct hy_call *call);

#endif

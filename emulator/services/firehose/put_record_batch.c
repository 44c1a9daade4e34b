/* put_record_batch.c - PutRecordBatch: firehose.md 2.8. A record fails alone when it is over the
 * stream's quota; what else makes one fail (no room) would fail those after it too, and then none
 * is accepted. */
#include "services/firehose/put.h"
#include "services/firehose/shapes.h"

void hy_put_record_batch(void *service, struct hy_call *call)
{
    static const struct hy_put_kind many = { true, HY_SV_INIT("Records"),
                                             &hy_shape_put_record_batch_input };
    hy_put_run(service, call, &many);
}

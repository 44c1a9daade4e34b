/* put_record.c - PutRecord: firehose.md 2.7. */
#include "services/firehose/put.h"
#include "services/firehose/shapes.h"

void hy_put_record(void *service, struct hy_call *call)
{
    static const struct hy_put_kind one = { false, HY_SV_INIT("Record"),
                                            &hy_shape_put_record_input };
    hy_put_run(service, call, &one);
}

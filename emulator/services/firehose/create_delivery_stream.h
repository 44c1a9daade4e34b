/* create_delivery_stream.h - what hy_firehose_ensure shares with the operation. */
#ifndef HY_SERVICES_FIREHOSE_CREATE_DELIVERY_STREAM_H
#define HY_SERVICES_FIREHOSE_CREATE_DELIVERY_STREAM_H

#include "services/firehose/state.h"

/* Parse and check: the description that the request asks for. Does not look at what is there. */
HY_MUST_CHECK
enum hy_code hy_create_description(const struct hy_firehose *firehose, hy_sv request,
                                   uint64_t now_ms, cJSON **description, struct hy_err *err);

/* Is there room for one more stream of that name? */
HY_MUST_CHECK
enum hy_code hy_create_check_room(const struct hy_firehose *firehose, const char *name,
                                  struct hy_err *err);

#endif

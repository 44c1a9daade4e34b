/* encryption.h - what starting and stopping encryption have in common: firehose.md 2.11. */
#ifndef HY_SERVICES_FIREHOSE_ENCRYPTION_H
#define HY_SERVICES_FIREHOSE_ENCRYPTION_H

#include "services/firehose/state.h"

/* Sets the stream's encryption (NULL: none) and answers the call; refuses the 26th change within
 * 24 hours. Not HY_OK: not answered. Our ENABLING and DISABLING take no time. */
HY_MUST_CHECK
enum hy_code hy_encryption_change(struct hy_delivery_stream *stream, const cJSON *input,
                                  struct hy_call *call);

#endif

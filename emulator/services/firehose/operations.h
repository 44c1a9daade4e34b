/* operations.h - what several operations do the same way. */
#ifndef HY_SERVICES_FIREHOSE_OPERATIONS_H
#define HY_SERVICES_FIREHOSE_OPERATIONS_H

#include "services/firehose/shape.h"
#include "services/firehose/state.h"

/* The call's body as a checked tree; see request.h. */
HY_MUST_CHECK
enum hy_code hy_call_parse(struct hy_call *call, const struct hy_shape *shape, bool check_roles,
                           cJSON **request);

/* The stream that the request names, or the refusal. UpdateDestination has a spelling of its own
 * (firehose.md Appendix A 16): `account_word` is "account" or "accountId". */
HY_MUST_CHECK
enum hy_code hy_call_find_stream(struct hy_firehose *firehose, const cJSON *request,
                                 const char *account_word, struct hy_delivery_stream **stream,
                                 struct hy_err *err);

/* For operations that change a stream which is there: parses, finds the stream, and refuses when
 * it is not ACTIVE (firehose.md 2.10). *request is the caller's on HY_OK only. */
HY_MUST_CHECK
enum hy_code hy_call_parse_change(struct hy_firehose *firehose, struct hy_call *call,
                                  const struct hy_shape *shape, cJSON **request,
                                  struct hy_delivery_stream **stream);

/* Answers with the tree, which it takes; NULL is out of memory. */
void hy_call_answer_tree(struct hy_call *call, cJSON *reply);

/* For hy_delivery_stream_save: ctx is the call, which is answered `{}` or refused. */
void hy_call_on_saved(void *call, enum hy_code code);

#endif

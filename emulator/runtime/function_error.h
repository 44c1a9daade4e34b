/* function_error.h - errors of functions: read from what a function said, or written by us.
 *
 * What a function says is opaque to us (every client library has its own members); we only
 * peek for errorType and errorMessage (lambda-contract.md 1.3).
 */
#ifndef HY_RUNTIME_FUNCTION_ERROR_H
#define HY_RUNTIME_FUNCTION_ERROR_H

#include "base/buf.h"

enum { HY_ERROR_TYPE_BYTES = 256, HY_ERROR_MESSAGE_BYTES = 2048 };

struct hy_function_error {
    char type[HY_ERROR_TYPE_BYTES];       /* "" when not known; both may be cut */
    char message[HY_ERROR_MESSAGE_BYTES];
};

/* True when `body` is a JSON object. Its errorType and errorMessage, where they are strings,
 * are put into *out; what is not there leaves *out as it was. */
bool hy_function_error_peek(hy_sv body, struct hy_function_error *out);

/* Is this JSON at all? */
bool hy_function_error_is_json(hy_sv body);

void hy_function_error_set_type(struct hy_function_error *error, hy_sv type);
void hy_function_error_set_message(struct hy_function_error *error, hy_sv message);

/* Only errorMessage, errorType and stackTrace of an error that came with its cause
 * (application/vnd.aws.lambda.error.cause+json); "Invalid error body", quoted, of anything
 * that is not a JSON object. */
void hy_function_error_reduce(hy_sv body, struct hy_buf *out);

/* {"errorType":...,"errorMessage":...} */
void hy_function_error_write(const struct hy_function_error *error, struct hy_buf *out);

#endif

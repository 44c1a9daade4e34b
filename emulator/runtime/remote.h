/* remote.h - functions behind a URL that speaks the Lambda Invoke API.
 *
 * The emulator in AWS's images, `sam local start-lambda`, another emulator: all answer POST
 * .../functions/NAME/invocations, and all differ in what they say about failures
 * (lambda-contract.md 3). A URL with a path is used as it is.
 *
 *   429 -> THROTTLED, 404 -> NOT_FOUND, 401 and 403 -> ACCESS_DENIED
 *   no answer, 3xx, 5xx -> TRANSPORT, unless a 5xx carries a function's error
 *   200 -> OK when there is no X-Amz-Function-Error, the body is JSON, and it is not an error
 *          object; a body that says "Task timed out" -> TIMED_OUT
 */
#ifndef HY_RUNTIME_REMOTE_H
#define HY_RUNTIME_REMOTE_H

#include "runtime/function.h"

/* Takes the call. From a callback of the loop only. */
void hy_remote_start(struct hy_function *function, struct hy_invocation *call);

/* What an answer means; `error` is filled in unless it is OK. Pure. */
enum hy_invoke_outcome hy_remote_outcome(const struct hy_http_response *response,
                                         struct hy_function_error *error);

#endif

/* stub.h - a stand-in for somebody else's HTTP service: fixed answers, chosen by method and path.
 *
 * Routes come from a JSON file:
 *
 *   {"routes":[{"method":"GET","path":"/mysfits/{id}","status":200,
 *               "headers":{"Content-Type":"application/json"},"body":{...}}, ...]}
 *
 * `path` is required; a segment `{name}` of it stands for any one segment that is not empty.
 * Preset: GET, 200, no body. A body that is a string is sent as it is; any other as its compact
 * JSON text, with Content-Type application/json unless the headers say otherwise. The first route
 * that fits is taken. No route: 404; no route of that method: 405; both with a JSON message. A
 * GET route answers HEAD too. For trouble: `delay_ms` waits before the answer, `cut` closes the
 * connection instead, and a route with `times` is taken so many times and then is not there any
 * more, so that the one behind it is.
 *
 * Pure: no sockets. upstream.h serves it, for `firedrill stub` and for drills.
 */
#ifndef HY_HARNESS_STUB_H
#define HY_HARNESS_STUB_H

#include "base/err.h"
#include "base/sv.h"
#include "io/http_message.h"

struct hy_stub; /* opaque */

struct hy_stub_answer {
    int status;
    struct hy_http_headers headers;
    hy_sv body;
    uint64_t delay_ms; /* to be waited before */
    bool cut;          /* close the connection instead of answering */
}; /* all views are the stub's, or static */

/* `name` is for messages: the file's name. err says which route and member is wrong. */
HY_MUST_CHECK
enum hy_code hy_stub_create(hy_sv json, const char *name, struct hy_stub **out,
                            struct hy_err *err);
void hy_stub_destroy(struct hy_stub *stub); /* NULL is fine */

/* `path` as sent, without its query; it is percent-decoded segment by segment. */
struct hy_stub_answer hy_stub_answer(struct hy_stub *stub, hy_sv method, hy_sv path);

#endif

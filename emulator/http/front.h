/* front.h - the front door: one port, and who behind it a request is for.
 *
 * In this order (stack-and-wire.md B0): the control API by path, JSON services by their target,
 * query services by the version in their form; whatever nobody knows is refused as an unknown
 * operation. All but the control API must get past http/auth.h first.
 */
#ifndef HY_HTTP_FRONT_H
#define HY_HTTP_FRONT_H

#include "base/clock.h"
#include "io/http_server.h"
#include "wire/json11.h"
#include "wire/query.h"

struct hy_auth;    /* http/auth.h */
struct hy_control; /* services/control */

struct hy_front {
    struct hy_clock clock;
    struct hy_auth *auth;
    const struct hy_json11 *json11;
    const struct hy_query *query;
    struct hy_control *control; /* NULL with --no-control */
};

/* For struct hy_http_server_options; ctx is the struct hy_front. */
size_t hy_front_on_head(void *ctx, const struct hy_http_request *request);
void hy_front_on_request(void *ctx, struct hy_http_exchange *exchange);

#endif

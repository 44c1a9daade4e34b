/* guard.h - who may use the control API: callers on this machine, and no web page.
 *
 * A page in the user's browser can reach 127.0.0.1 too; it gives itself away by its Origin, or,
 * when a name is made to point here (DNS rebinding), by its Host.
 */
#ifndef HY_SERVICES_CONTROL_GUARD_H
#define HY_SERVICES_CONTROL_GUARD_H

#include "io/http_server.h"

/* NULL: allowed. Otherwise the sentence for the answer; static storage. */
const char *hy_control_guard(const struct hy_http_request *request);

#endif

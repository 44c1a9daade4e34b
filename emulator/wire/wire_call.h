/* wire_call.h - what every protocol fills in when it makes a call of a request. */
#ifndef HY_WIRE_WIRE_CALL_H
#define HY_WIRE_WIRE_CALL_H

#include "io/http_server.h"
#include "services/service.h"

/* All but `operation`, `answer` and what is not the HTTP body's. `region` is for callers whose
 * scope has none. The call may not move afterwards. */
void hy_wire_call_init(struct hy_call *call, const struct hy_http_request *request,
                       uint64_t now_ms, hy_sv region);

/* NULL when there is none. Sorted by name. */
const struct hy_operation *hy_wire_find_operation(const struct hy_operation *operations,
                                                  size_t count, hy_sv name);

#endif

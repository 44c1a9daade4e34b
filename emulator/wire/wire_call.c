#include "wire/wire_call.h"

#include "wire/credential.h"

/* A hostile body runs out of this, not of the process. */
enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 };

/* Member by member: a designated initialiser would clear all of err.text each time. */
void hy_wire_call_init(struct hy_call *call, const struct hy_http_request *request,
                       uint64_t now_ms, hy_sv region)
{
    struct hy_credential credential = hy_credential_of_request(request);
    call->operation = (hy_sv){ 0 };
    call->body = request->body;
    call->body_len = request->body_len;
    call->http = request;
    call->now_ms = now_ms;
    call->caller.access_key = credential.access_key;
    call->caller.region = credential.region.len > 0 ? credential.region : region;
    call->err.refusal = NULL;
    call->err.text[0] = '\0';
    hy_arena_init(&call->arena, ARENA_BYTES_MAX);
}

const struct hy_operation *hy_wire_find_operation(const struct hy_operation *operations,
                                                  size_t count, hy_sv name)
{
    size_t low = 0;
    size_t high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = hy_sv_compare(name, operations[middle].name);
        if (order == 0) {
            return &operations[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* service.h - the shape of every service: a table of operations; one question, one answer.
 *
 * wire/ knows the protocol (JSON 1.1, query, REST) and makes a hy_call of a request; the
 * operation answers it exactly once, now or later, with a body or with a refusal. How either
 * looks on the wire is wire/'s business alone.
 *
 * Every operation file has the same three parts, in this order:
 *   parse  the body to a plain struct; knows names and types; touches nothing else
 *   check  the struct against limits and tables; pure
 *   act    the only part that sees the emulator's state
 */
#ifndef HY_SERVICES_SERVICE_H
#define HY_SERVICES_SERVICE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"
#include "services/refusal.h"

#include <stdbool.h>
#include <stdint.h>

struct hy_http_request;

struct hy_caller {
    hy_sv access_key; /* from the credential scope; empty when unsigned */
    hy_sv region;     /* from the credential scope, else the emulator's own */
};

struct hy_call {
    hy_sv operation;       /* "PutRecord" */
    char *body;            /* may be written to; lives until the call is answered */
    size_t body_len;
    const struct hy_http_request *http; /* for REST services */
    uint64_t now_ms;       /* when the request was complete */
    struct hy_caller caller;
    struct hy_arena arena; /* dies with the answer */
    struct hy_err err;     /* for refusals: written by whoever notices */

    /* wire/'s; call through the functions below */
    void (*answer)(struct hy_call *call, const struct hy_refusal *refusal, hy_sv body);
};

/* 200 with the protocol's content type. `body` is copied before it returns; the call is dead
 * afterwards. */
void hy_call_ok(struct hy_call *call, hy_sv body);
/* The refusal in call->err; the call is dead afterwards. */
void hy_call_refuse(struct hy_call *call);
/* One of the two, or an internal failure for any other code than HY_OK and HY_REFUSED. */
void hy_call_finish(struct hy_call *call, enum hy_code code, hy_sv body);

struct hy_operation {
    hy_sv name;
    void (*run)(void *service, struct hy_call *call);
};

#endif

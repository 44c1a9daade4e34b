#include "pipeline/source/kinesis.h"

#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLL_MS = 1000, RESPONSE_BYTES_MAX = 32 * 1024 * 1024, NAME_BYTES = 160, USER_BYTES = 300 };

struct hy_kinesis {
    struct hy_http_client *client;
    char *endpoint;
    char *region; /* NULL: the call's */
    char user[USER_BYTES]; /* "KEY:SECRET" */
    struct hy_clock real;
    uint64_t poll_ms;
};

struct hy_kinesis *hy_kinesis_create(struct hy_loop *loop,
                                     const struct hy_kinesis_options *options)
{
    const struct hy_kinesis_spec *spec = options->spec;
    struct hy_kinesis *kinesis = calloc(1, sizeof *kinesis);
    if (kinesis == NULL) {
        return NULL;
    }
    kinesis->poll_ms = options->poll_ms == 0 ? POLL_MS : options->poll_ms;
    kinesis->real = options->real;
    kinesis->client = hy_http_client_create(loop);
    kinesis->endpoint = strdup(spec->endpoint);
    kinesis->region = spec->region == NULL ? NULL : strdup(spec->region);
    (void)snprintf(kinesis->user, sizeof kinesis->user, "%s:%s",
                   spec->access_key == NULL ? "hydrant" : spec->access_key,
                   spec->secret_key == NULL ? "hydrant" : spec->secret_key);
    if (kinesis->client == NULL || kinesis->endpoint == NULL ||
        (spec->region != NULL && kinesis->region == NULL)) {
        hy_kinesis_destroy(kinesis);
        return NULL;
    }
    return kinesis;
}

void hy_kinesis_destroy(struct hy_kinesis *kinesis)
{
    if (kinesis == NULL) {
        return;
    }
    hy_http_client_destroy(kinesis->client);
    free(kinesis->endpoint);
    free(kinesis->region);
    free(kinesis);
}

uint64_t hy_kinesis_now_ms(const struct hy_kinesis *kinesis)
{
    return kinesis->real.now_ms(kinesis->real.ctx);
}

uint64_t hy_kinesis_poll_ms(const struct hy_kinesis *kinesis)
{
    return kinesis->poll_ms;
}

struct hy_http_fetch *hy_kinesis_call(struct hy_kinesis *kinesis,
                                      const struct hy_kinesis_call *call, hy_http_fetch_fn *fn,
                                      void *ctx)
{
    char target[NAME_BYTES], scope[NAME_BYTES];
    const hy_sv region = kinesis->region != NULL ? hy_sv_of(kinesis->region) : call->region;
    (void)snprintf(target, sizeof target, "Kinesis_20131202.%s", call->operation);
    (void)snprintf(scope, sizeof scope, "aws:amz:%.*s:kinesis", HY_SV_ARG(region));
    const struct hy_http_header headers[] = {
        { HY_SV("Content-Type"), HY_SV("application/x-amz-json-1.1") },
        { HY_SV("X-Amz-Target"), hy_sv_of(target) },
    };
    const struct hy_http_fetch_options options = {
        .method = "POST",
        .url = kinesis->endpoint,
        .headers = { headers, sizeof headers / sizeof headers[0] },
        .body = call->body,
        .timeout_ms = call->timeout_ms,
        .response_max = RESPONSE_BYTES_MAX,
        .aws_sigv4 = scope,
        .aws_user = kinesis->user,
    };
    return hy_http_fetch(kinesis->client, &options, fn, ctx);
}

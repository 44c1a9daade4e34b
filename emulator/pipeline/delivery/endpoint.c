#include "pipeline/delivery/endpoint.h"

#include "base/log.h"
#include "io/http_client.h"
#include "io/work.h"
#include "model/limits.h"
#include "pipeline/delivery/compression.h"
#include "pipeline/delivery/endpoint_backoff.h"
#include "pipeline/delivery/endpoint_content.h"
#include "pipeline/delivery/endpoint_reply.h"
#include "pipeline/delivery/watched.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hy_endpoint_way {
    struct hy_parcel *parcel;
    struct hy_channel *channel;
    hy_endpoint_done_fn *done;
    char request_id[HY_UUID_BYTES];
    struct hy_random random;
    struct hy_endpoint_backoff backoff;
    unsigned attempts;

    /* of one attempt */
    uint64_t built_ms;
    bool gzip;
    struct hy_buf body;
    struct hy_http_fetch *fetch; /* while asking */
    enum hy_code code;          /* of the pool's work */

    /* of the last attempt, once it is over */
    bool is_given_up;
    const char *error_code;
    struct hy_buf message;
    uint64_t ended_ms;
    struct hy_spool *lines;
};

enum {
    CONNECT_TIMEOUT_MS = 10 * 1000,
    PACKED_SLACK_BYTES = 64 * 1024, /* base64 always shrinks, but for the head and the tail */
    MESSAGE_BYTES = HY_ENDPOINT_MESSAGE_MAX + 1024,
    LINE_BYTES_MAX = 10 * HY_MIB, /* what a transform can make of a record, in base64, and words */
    LINES_MEMORY_MAX = 1 * HY_MIB,
};

static void write_lines(struct hy_endpoint_way *way);

/* The latest; a stream whose destination has become another type still has the one before. */
static const struct hy_endpoint_spec *endpoint_of(const struct hy_endpoint_way *way)
{
    const struct hy_endpoint_spec *latest = &way->channel->spec->endpoint;
    return latest->url != NULL ? latest : &way->parcel->spec->endpoint;
}

static void end(struct hy_endpoint_way *way, enum hy_endpoint_outcome outcome)
{
    const struct hy_endpoint_end ending = { .outcome = outcome };
    way->done(way->parcel, &ending); /* the last use of the way: the parcel may be gone */
}

static void end_broken(struct hy_endpoint_way *way, enum hy_code code)
{
    const struct hy_endpoint_end ending = {
        .outcome = HY_ENDPOINT_ENDS_BROKEN,
        .code = way->channel->closing ? HY_CANCELLED : code,
    };
    way->done(way->parcel, &ending);
}

static void forget_body(struct hy_endpoint_way *way)
{
    hy_buf_finish(&way->body);
}

/* ---- ASKING ---- */

static void try_again(struct hy_endpoint_way *way)
{
    struct hy_endpoint_end ending = { .outcome = HY_ENDPOINT_ENDS_PAUSED };
    const uint64_t duration_ms = endpoint_of(way)->retry_ms;
    const bool again =
        hy_endpoint_backoff_next(&way->backoff, duration_ms, &way->random, &ending.pause_ms);
    hy_log(again ? HY_LOG_INFO : HY_LOG_WARN, "delivery", way->channel->subject,
           "%s: attempt %u with %llu records%s: %.*s", way->error_code, way->attempts,
           (unsigned long long)way->parcel->records,
           again ? ", will be repeated" : ", giving up", HY_SV_ARG(hy_buf_sv(&way->message)));
    if (again) {
        way->done(way->parcel, &ending);
    } else {
        way->is_given_up = true;
        write_lines(way);
    }
}

static void count_attempt(struct hy_endpoint_way *way, bool is_taken)
{
    struct hy_counters *counters = &way->channel->counters;
    way->attempts++;
    counters->endpoint_requests++;
    counters->endpoint_failures += !is_taken;
    counters->endpoint_processed_records += way->parcel->records;
    counters->endpoint_processed_bytes += way->parcel->source_bytes;
    hy_watched_send(way->parcel, way->channel, endpoint_of(way)->url, way->error_code,
                    hy_buf_sv(&way->message));
}

static void on_response(void *ctx, const struct hy_http_response *response)
{
    struct hy_endpoint_way *way = ctx;
    way->fetch = NULL;
    forget_body(way);
    if (response->code == HY_CANCELLED) {
        end_broken(way, HY_CANCELLED);
        return;
    }
    hy_buf_clear(&way->message);
    const struct hy_endpoint_reply reply =
        hy_endpoint_reply_check(response, hy_sv_of(way->request_id), &way->message);
    way->error_code = reply.code;
    way->ended_ms = hy_channel_now_ms(way->channel);
    count_attempt(way, reply.verdict == HY_ENDPOINT_TAKEN);
    switch (reply.verdict) {
    case HY_ENDPOINT_TAKEN:
        end(way, HY_ENDPOINT_ENDS_TAKEN);
        break;
    case HY_ENDPOINT_FINAL:
        end(way, HY_ENDPOINT_ENDS_REJECTED);
        break;
    case HY_ENDPOINT_RETRY:
        if (way->channel->closing) {
            end_broken(way, HY_CANCELLED);
        } else {
            try_again(way);
        }
        break;
    }
}

/* The header fields of firehose.md 6.2; returns how many. */
enum { FIELDS_MAX = 7 };

static size_t fill_headers(const struct hy_endpoint_way *way,
                           struct hy_http_header fields[FIELDS_MAX])
{
    const struct hy_endpoint_spec *endpoint = endpoint_of(way);
    const struct hy_http_header all[FIELDS_MAX] = {
        { HY_SV("X-Amz-Firehose-Protocol-Version"), HY_SV("1.0") },
        { HY_SV("X-Amz-Firehose-Request-Id"), hy_sv_of(way->request_id) },
        { HY_SV("X-Amz-Firehose-Source-Arn"), hy_sv_of(way->parcel->spec->arn) },
        { HY_SV("X-Amz-Firehose-Access-Key"), hy_sv_of(endpoint->access_key) },
        { HY_SV("X-Amz-Firehose-Common-Attributes"), hy_sv_of(endpoint->common_attributes) },
        { HY_SV("Content-Type"), HY_SV("application/json") },
        { HY_SV("Content-Encoding"), way->gzip ? HY_SV("gzip") : HY_SV("") },
    };
    size_t count = 0;
    for (size_t i = 0; i < FIELDS_MAX; i++) {
        if (all[i].value.len > 0) {
            fields[count++] = all[i];
        }
    }
    return count;
}

static void ask(struct hy_endpoint_way *way)
{
    const struct hy_pipeline_env *env = way->channel->env;
    struct hy_http_header fields[FIELDS_MAX];
    const size_t count = fill_headers(way, fields);
    const struct hy_http_fetch_options options = {
        .method = "POST",
        .url = endpoint_of(way)->url,
        .headers = { fields, count },
        .body = hy_buf_sv(&way->body),
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = env->endpoint_timeout_ms != 0 ? env->endpoint_timeout_ms
                                                    : HY_ENDPOINT_TIMEOUT_MS,
        .response_max = HY_ENDPOINT_REPLY_MAX,
        .insecure_tls = true, /* a relaxation: on a developer's machine nobody signs for it */
    };
    way->fetch = hy_http_fetch(env->http, &options, on_response, way);
    if (way->fetch == NULL) { /* no memory, or a URL that nobody can ask */
        on_response(way, &(struct hy_http_response){ .code = HY_IO });
    }
}

/* ---- BUILDING ---- */

static enum hy_code add_record(void *ctx, const struct hy_endpoint_record *record)
{
    struct hy_endpoint_way *way = ctx;
    hy_endpoint_body_add(&way->body, record->data);
    return way->body.failed ? HY_NO_MEMORY : HY_OK;
}

static enum hy_code take_packed(void *ctx, hy_sv bytes)
{
    struct hy_buf *packed = ctx;
    hy_buf_append(packed, bytes);
    return packed->failed ? HY_NO_MEMORY : HY_OK;
}

/* The packed body takes the other one's place. */
static enum hy_code pack(struct hy_endpoint_way *way)
{
    struct hy_buf packed;
    hy_buf_init(&packed, way->body.len + PACKED_SLACK_BYTES);
    const struct hy_packing packing = {
        .bytes = hy_buf_sv(&way->body), .write = take_packed, .ctx = &packed
    };
    const enum hy_code code = hy_compression_find(HY_COMPRESSION_GZIP)->compress(&packing);
    hy_buf_finish(&way->body);
    way->body = packed;
    return code;
}

static enum hy_code build(struct hy_endpoint_way *way)
{
    const struct hy_parcel *parcel = way->parcel;
    const size_t bound = (size_t)hy_endpoint_body_bound(parcel->records, parcel->bytes);
    hy_buf_init(&way->body, bound);
    if (hy_buf_reserve(&way->body, bound) == NULL) {
        return HY_NO_MEMORY;
    }
    hy_endpoint_body_begin(&way->body, hy_sv_of(way->request_id), way->built_ms);
    enum hy_code code =
        hy_endpoint_content_each(parcel, way->channel->journal, add_record, way);
    hy_endpoint_body_end(&way->body);
    if (code == HY_OK && way->body.failed) {
        code = HY_NO_MEMORY;
    }
    return code == HY_OK && way->gzip ? pack(way) : code;
}

static void run_build(void *ctx)
{
    struct hy_endpoint_way *way = ctx;
    way->code = build(way);
}

static void on_built(void *ctx)
{
    struct hy_endpoint_way *way = ctx;
    if (way->code == HY_OK && !way->channel->closing) {
        ask(way);
    } else {
        forget_body(way);
        end_broken(way, way->code);
    }
}

/* ---- WRITING: what is given up becomes lines ---- */

struct lines {
    struct hy_spool *spool;
    struct hy_buf line;
    struct hy_endpoint_error error;
};

static enum hy_code add_line(void *ctx, const struct hy_endpoint_record *record)
{
    struct lines *lines = ctx;
    hy_buf_clear(&lines->line);
    hy_endpoint_error_write(&lines->error, record, &lines->line);
    return lines->line.failed ? HY_NO_MEMORY
                              : hy_spool_append(lines->spool, hy_buf_sv(&lines->line));
}

static void run_write(void *ctx)
{
    struct hy_endpoint_way *way = ctx;
    struct lines lines = {
        .spool = hy_spool_create(way->channel->env->spool_dir, LINES_MEMORY_MAX),
        .error = { .attempts_made = way->attempts,
                   .ended_ms = way->ended_ms,
                   .code = way->error_code,
                   .message = hy_buf_sv(&way->message) },
    };
    hy_buf_init(&lines.line, LINE_BYTES_MAX);
    way->code = lines.spool == NULL ? HY_NO_MEMORY
                                    : hy_endpoint_content_each(way->parcel, way->channel->journal,
                                                               add_line, &lines);
    hy_buf_finish(&lines.line);
    if (way->code == HY_OK) {
        way->lines = lines.spool;
    } else {
        hy_spool_destroy(lines.spool);
    }
}

static void on_lines(void *ctx)
{
    struct hy_endpoint_way *way = ctx;
    if (way->code == HY_OK && !way->channel->closing) {
        end(way, HY_ENDPOINT_ENDS_GIVEN_UP);
    } else {
        end_broken(way, way->code);
    }
}

static void write_lines(struct hy_endpoint_way *way)
{
    hy_spool_destroy(way->lines);
    way->lines = NULL;
    if (!hy_work(way->channel->env->loop, run_write, on_lines, way)) {
        end_broken(way, HY_NO_MEMORY);
    }
}

void hy_endpoint_take_lines(struct hy_parcel *parcel)
{
    struct hy_endpoint_way *way = parcel->way;
    assert(way->lines != NULL);
    hy_spool_destroy(parcel->spool);
    parcel->spool = way->lines;
    way->lines = NULL;
    parcel->bytes = hy_spool_bytes(parcel->spool);
    parcel->kind = HY_PARCEL_ERROR;
}

/* ---- the face ---- */

/* Of what is sent and of nothing else: see the header. */
static struct hy_random random_of(const struct hy_parcel *parcel, const struct hy_channel *channel)
{
    const struct hy_seqset *seqs = &parcel->seqs;
    char label[128];
    const int len = snprintf(label, sizeof label, "request %llu %llu %llu %llu %llu",
                             (unsigned long long)channel->stream_id,
                             (unsigned long long)seqs->ranges[0].first,
                             (unsigned long long)seqs->ranges[seqs->count - 1].last,
                             (unsigned long long)parcel->records,
                             (unsigned long long)parcel->bytes);
    return hy_random_fork(channel->env->random, (hy_sv){ label, (size_t)len });
}

static struct hy_endpoint_way *way_create(struct hy_parcel *parcel, struct hy_channel *channel)
{
    struct hy_endpoint_way *way = calloc(1, sizeof *way);
    if (way == NULL) {
        return NULL;
    }
    way->parcel = parcel;
    way->channel = channel;
    way->random = random_of(parcel, channel);
    hy_random_uuid(&way->random, way->request_id);
    hy_buf_init(&way->message, MESSAGE_BYTES);
    return way;
}

void hy_endpoint_way_destroy(struct hy_endpoint_way *way)
{
    if (way == NULL) {
        return;
    }
    assert(way->fetch == NULL);
    forget_body(way);
    hy_buf_finish(&way->message);
    hy_spool_destroy(way->lines);
    free(way);
}

void hy_endpoint_send(struct hy_parcel *parcel, struct hy_channel *channel,
                      hy_endpoint_done_fn *done)
{
    struct hy_endpoint_way *way =
        parcel->way != NULL ? parcel->way : way_create(parcel, channel);
    if (way == NULL) {
        const struct hy_endpoint_end ending = { .outcome = HY_ENDPOINT_ENDS_BROKEN,
                                                .code = HY_NO_MEMORY };
        done(parcel, &ending);
        return;
    }
    parcel->way = way;
    way->done = done;
    if (way->is_given_up) {
        write_lines(way);
        return;
    }
    way->gzip = endpoint_of(way)->gzip;
    way->built_ms = hy_channel_now_ms(way->channel);
    if (!hy_work(way->channel->env->loop, run_build, on_built, way)) {
        end_broken(way, HY_NO_MEMORY);
    }
}

void hy_endpoint_cancel(struct hy_parcel *parcel)
{
    if (parcel->way != NULL && parcel->way->fetch != NULL) {
        hy_http_fetch_cancel(parcel->way->fetch);
    }
}

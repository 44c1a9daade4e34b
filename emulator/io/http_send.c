/* http_send.c - the way out: answers, whole or in pieces.
 *
 * Most answers fit into the socket and cost one write(2) and no allocation: the head is made
 * in the server's scratch buffer, a small body is copied behind it, a large one goes out from
 * where it lies. What the socket does not take is copied and queued.
 */
#include "io/http_conn.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COPY_BODY_MAX = 8 * 1024, /* cheaper than a second iovec */
    SCRATCH_MAX = 16 * 1024 * 1024,
    SCRATCH_KEPT = 64 * 1024,
    STREAM_QUEUE_MAX = 16 * 1024 * 1024, /* a stream's client that does not read is cut */
    PARTS_MAX = 3,
};

struct write {
    uv_write_t request;
    struct hy_http_conn *conn;
    char bytes[];
};

static void on_written(uv_write_t *request, int status)
{
    struct write *write = (struct write *)request;
    struct hy_http_conn *conn = write->conn; /* alive: writes finish before the close callback */
    free(write);
    conn->writes--;
    if (status < 0) {
        hy_http_conn_close(conn);
    } else if (conn->writes == 0) {
        hy_http_conn_flushed(conn);
    }
}

static void queue(struct hy_http_conn *conn, const hy_sv *parts, unsigned count, size_t skip)
{
    size_t size = 0;
    for (unsigned i = 0; i < count; i++) {
        size += parts[i].len;
    }
    struct write *write = malloc(sizeof *write + size - skip);
    if (write == NULL) {
        hy_http_conn_close(conn); /* half an answer is worse than none */
        return;
    }
    write->conn = conn;
    size_t used = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t cut = skip < parts[i].len ? skip : parts[i].len;
        if (parts[i].len > cut) {
            memcpy(write->bytes + used, parts[i].ptr + cut, parts[i].len - cut);
        }
        used += parts[i].len - cut;
        skip -= cut;
    }
    uv_buf_t buf = uv_buf_init(write->bytes, (unsigned)used);
    int rc = uv_write(&write->request, (uv_stream_t *)&conn->tcp, &buf, 1, on_written);
    if (rc != 0) {
        free(write);
        hy_http_conn_close(conn);
        return;
    }
    conn->writes++;
}

void hy_http_conn_send(struct hy_http_conn *conn, hy_sv *parts, unsigned count)
{
    assert(count > 0 && count <= PARTS_MAX);
    uv_buf_t bufs[PARTS_MAX] = { 0 }; /* gcc -O3 does not see that count rules */
    size_t size = 0;
    for (unsigned i = 0; i < count; i++) {
        bufs[i] = uv_buf_init((char *)(uintptr_t)parts[i].ptr, (unsigned)parts[i].len);
        size += parts[i].len;
    }
    int sent = uv_try_write((uv_stream_t *)&conn->tcp, bufs, count);
    if (sent < 0 && sent != UV_EAGAIN) {
        hy_http_conn_close(conn);
        return;
    }
    size_t done = sent < 0 ? 0 : (size_t)sent;
    if (done < size) {
        queue(conn, parts, count, done);
    }
}

/* --- heads --- */

static struct hy_buf *scratch_of(struct hy_http_conn *conn)
{
    struct hy_buf *scratch = &conn->server->scratch;
    if (scratch->max == 0) {
        hy_buf_init(scratch, SCRATCH_MAX);
    }
    if (scratch->cap > SCRATCH_KEPT) {
        hy_buf_finish(scratch);
        hy_buf_init(scratch, SCRATCH_MAX);
    }
    hy_buf_clear(scratch);
    return scratch;
}

static bool is_head_request(const struct hy_http_conn *conn)
{
    return conn->parse.llhttp.method == HTTP_HEAD;
}

static enum hy_http_connection what_to_say(const struct hy_http_conn *conn)
{
    if (conn->close_after) {
        return HY_HTTP_SAY_CLOSE;
    }
    return conn->parse.is_http_1_0 ? HY_HTTP_SAY_KEEP_ALIVE : HY_HTTP_SAY_NOTHING;
}

/* Is this the connection's last answer? */
static void decide_close(struct hy_http_conn *conn, struct hy_http_headers headers)
{
    hy_sv own = hy_http_header(headers, HY_SV("connection"));
    if (conn->server->is_stopping || hy_sv_equal_nocase(own, HY_SV("close"))) {
        conn->close_after = true;
    }
}

void hy_http_exchange_answer(struct hy_http_exchange *exchange, int status,
                             struct hy_http_headers headers, hy_sv body)
{
    struct hy_http_conn *conn = exchange->conn;
    assert(conn->is_out && conn->state != HY_CONN_STREAMING);
    if (conn->state == HY_CONN_HANDLING) {
        decide_close(conn, headers);
        struct hy_buf *scratch = scratch_of(conn);
        struct hy_http_head head = {
            .status = status,
            .headers = headers,
            .connection = what_to_say(conn),
            .body_len = body.len,
            .date = hy_http_date_at(&conn->server->date, uv_now(conn->tcp.loop)),
        };
        hy_http_head_append(scratch, &head);
        bool has_body = hy_http_status_has_body(status) && !is_head_request(conn) && body.len > 0;
        if (has_body && body.len <= COPY_BODY_MAX) {
            hy_buf_append(scratch, body);
            has_body = false;
        }
        if (scratch->failed) {
            hy_http_conn_close(conn);
        } else {
            hy_sv parts[2] = { hy_buf_sv(scratch), body };
            hy_http_conn_send(conn, parts, has_body ? 2 : 1);
        }
    }
    hy_http_conn_answered(conn);
}

/* --- streams --- */

void hy_http_exchange_begin(struct hy_http_exchange *exchange, int status,
                            struct hy_http_headers headers)
{
    struct hy_http_conn *conn = exchange->conn;
    assert(conn->is_out && conn->state != HY_CONN_STREAMING);
    if (conn->state != HY_CONN_HANDLING) {
        return;
    }
    decide_close(conn, headers);
    bool may_have_body = hy_http_status_has_body(status);
    conn->is_chunked = may_have_body && !conn->parse.is_http_1_0;
    conn->drops_body = !may_have_body || is_head_request(conn);
    conn->close_after |= may_have_body && conn->parse.is_http_1_0;
    struct hy_buf *scratch = scratch_of(conn);
    struct hy_http_head head = {
        .status = status,
        .headers = headers,
        .connection = what_to_say(conn),
        .is_chunked = conn->is_chunked,
        .has_no_framing = !conn->is_chunked,
        .date = hy_http_date_at(&conn->server->date, uv_now(conn->tcp.loop)),
    };
    hy_http_head_append(scratch, &head);
    conn->state = HY_CONN_STREAMING;
    if (scratch->failed) {
        hy_http_conn_close(conn);
        return;
    }
    hy_sv part = hy_buf_sv(scratch);
    hy_http_conn_send(conn, &part, 1);
}

void hy_http_exchange_piece(struct hy_http_exchange *exchange, hy_sv bytes)
{
    struct hy_http_conn *conn = exchange->conn;
    assert(conn->is_out && conn->state != HY_CONN_HANDLING);
    if (conn->state != HY_CONN_STREAMING || conn->drops_body || bytes.len == 0) {
        return;
    }
    char size[24];
    int size_len = snprintf(size, sizeof size, "%zx\r\n", bytes.len);
    hy_sv chunk[3] = { { size, (size_t)size_len }, bytes, HY_SV_INIT("\r\n") };
    if (conn->is_chunked) {
        hy_http_conn_send(conn, chunk, 3);
    } else {
        hy_http_conn_send(conn, &bytes, 1);
    }
    if (uv_stream_get_write_queue_size((uv_stream_t *)&conn->tcp) > STREAM_QUEUE_MAX) {
        hy_http_conn_close(conn);
    }
}

void hy_http_exchange_end(struct hy_http_exchange *exchange)
{
    struct hy_http_conn *conn = exchange->conn;
    assert(conn->is_out && conn->state != HY_CONN_HANDLING);
    if (conn->state == HY_CONN_STREAMING && conn->is_chunked && !conn->drops_body) {
        hy_sv last = HY_SV("0\r\n\r\n");
        hy_http_conn_send(conn, &last, 1);
    }
    hy_http_conn_answered(conn);
}

void hy_http_exchange_cut(struct hy_http_exchange *exchange)
{
    struct hy_http_conn *conn = exchange->conn;
    assert(conn->is_out);
    hy_http_conn_close(conn);
    hy_http_conn_answered(conn);
}

/* --- refusals --- */

static void on_shut_down(uv_shutdown_t *request, int status)
{
    (void)request;
    (void)status; /* the client's FIN, an error on reading or the sweep ends it */
}

/* The FIN tells the client that this was all; what it still sends is read and thrown away, so
 * that no reset overtakes the answer. libuv shuts down after what is queued. */
static void shut_down(struct hy_http_conn *conn)
{
    if (conn->is_half) {
        conn->close_after = true;
        conn->state = HY_CONN_FLUSHING;
        if (conn->writes == 0) {
            hy_http_conn_flushed(conn);
        }
        return;
    }
    if (uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, on_shut_down) != 0) {
        hy_http_conn_close(conn);
    }
}

void hy_http_conn_refuse(struct hy_http_conn *conn, int status)
{
    conn->state = HY_CONN_DISCARDING;
    conn->since_ms = uv_now(conn->tcp.loop);
    struct hy_buf *scratch = scratch_of(conn);
    struct hy_http_head head = {
        .status = status,
        .connection = HY_HTTP_SAY_CLOSE,
        .date = hy_http_date_at(&conn->server->date, uv_now(conn->tcp.loop)),
    };
    hy_http_head_append(scratch, &head);
    if (scratch->failed) {
        hy_http_conn_close(conn);
        return;
    }
    conn->parse.phase = HY_HTTP_IS_REFUSED;
    conn->discarded = hy_http_input_live(&conn->parse.input);
    hy_http_parse_drop(&conn->parse);
    hy_sv part = hy_buf_sv(scratch);
    hy_http_conn_send(conn, &part, 1);
    if (conn->state == HY_CONN_DISCARDING) {
        shut_down(conn);
    }
}

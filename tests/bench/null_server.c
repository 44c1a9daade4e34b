/* null_server.c - the yardstick: the smallest libuv + llhttp program that reads the same
 * requests as hydrant and answers each with a fixed reply, doing nothing in between.
 *
 *   null_server [--reply-bytes N]    listens on a free port of 127.0.0.1, prints
 *                                    "listening on http://127.0.0.1:PORT", runs until killed
 *
 * What hydrant takes longer is what hydrant does; what both take is the machine and libuv.
 * A connection that goes wrong is closed and its memory goes in the close callback.
 */
#include <llhttp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { READ_BYTES = 64 * 1024, BACKLOG = 1024, HEAD_BYTES_MAX = 256 };

struct reply {
    char *bytes;
    size_t len;
};

struct connection {
    uv_tcp_t tcp;
    llhttp_t parser;
    char read_buffer[READ_BYTES];
};

static struct reply reply;
static llhttp_settings_t settings;

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void close_connection(struct connection *connection)
{
    if (!uv_is_closing((uv_handle_t *)&connection->tcp)) {
        uv_close((uv_handle_t *)&connection->tcp, on_closed);
    }
}

static void on_written(uv_write_t *request, int status)
{
    if (status < 0) {
        close_connection(request->handle->data);
    }
    free(request);
}

/* Nearly always the socket takes all of it at once; what it does not take is queued. */
static int on_message_complete(llhttp_t *parser)
{
    struct connection *connection = parser->data;
    uv_stream_t *stream = (uv_stream_t *)&connection->tcp;
    uv_buf_t bytes = uv_buf_init(reply.bytes, (unsigned)reply.len);

    int written = uv_try_write(stream, &bytes, 1);
    if (written == (int)reply.len) {
        return 0;
    }
    size_t done = written > 0 ? (size_t)written : 0;
    uv_write_t *request = malloc(sizeof *request);
    if (request == NULL) {
        return -1;
    }
    bytes = uv_buf_init(reply.bytes + done, (unsigned)(reply.len - done));
    if (uv_write(request, stream, &bytes, 1, on_written) != 0) {
        free(request);
        return -1;
    }
    return 0;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    (void)suggested;
    struct connection *connection = handle->data;
    *out = uv_buf_init(connection->read_buffer, READ_BYTES);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct connection *connection = stream->data;
    if (count < 0 ||
        llhttp_execute(&connection->parser, bytes->base, (size_t)count) != HPE_OK) {
        close_connection(connection);
    }
}

static void on_connection(uv_stream_t *listener, int status)
{
    struct connection *connection = status == 0 ? calloc(1, sizeof *connection) : NULL;
    if (connection == NULL) {
        return;
    }
    (void)uv_tcp_init(listener->loop, &connection->tcp);
    connection->tcp.data = connection;
    llhttp_init(&connection->parser, HTTP_REQUEST, &settings);
    connection->parser.data = connection;
    if (uv_accept(listener, (uv_stream_t *)&connection->tcp) != 0 ||
        uv_tcp_nodelay(&connection->tcp, 1) != 0 ||
        uv_read_start((uv_stream_t *)&connection->tcp, on_alloc, on_read) != 0) {
        close_connection(connection);
    }
}

static int make_reply(size_t body_bytes)
{
    reply.bytes = malloc(HEAD_BYTES_MAX + body_bytes);
    if (reply.bytes == NULL) {
        return -1;
    }
    int head = snprintf(reply.bytes, HEAD_BYTES_MAX,
                        "HTTP/1.1 200 OK\r\n"
                        "x-amzn-RequestId: 00000000-0000-4000-8000-000000000000\r\n"
                        "Content-Type: application/x-amz-json-1.1\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        body_bytes);
    memset(reply.bytes + head, ' ', body_bytes);
    reply.len = (size_t)head + body_bytes;
    return 0;
}

static int listen_anywhere(uv_loop_t *loop, uv_tcp_t *listener)
{
    struct sockaddr_in address;
    int length = sizeof address;
    (void)uv_tcp_init(loop, listener);
    if (uv_ip4_addr("127.0.0.1", 0, &address) != 0 ||
        uv_tcp_bind(listener, (const struct sockaddr *)&address, 0) != 0 ||
        uv_listen((uv_stream_t *)listener, BACKLOG, on_connection) != 0 ||
        uv_tcp_getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        return -1;
    }
    (void)printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    return fflush(stdout);
}

int main(int argc, char **argv)
{
    size_t body_bytes = 260;
    if (argc == 3 && strcmp(argv[1], "--reply-bytes") == 0) {
        body_bytes = strtoul(argv[2], NULL, 10);
    } else if (argc != 1) {
        (void)fprintf(stderr, "usage: null_server [--reply-bytes N]\n");
        return 2;
    }
    llhttp_settings_init(&settings);
    settings.on_message_complete = on_message_complete;

    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    if (make_reply(body_bytes) != 0 || listen_anywhere(loop, &listener) != 0) {
        (void)fprintf(stderr, "null_server: cannot listen\n");
        return 1;
    }
    return uv_run(loop, UV_RUN_DEFAULT);
}

/* test_front.c - the front door on a real server: who gets in, what the service then sees, and how
 * those look who are turned away. */
#include "http/front.h"

#include "http/auth.h"
#include "integration/io/wire.h"
#include "unit/wire/vector.h"

#include "unit/wire/sigv4_vectors.h"

#include <stdio.h>
#include <string.h>

/* The one service: it answers with what it was sent. */
static void echo(void *service, struct hy_call *call)
{
    (void)service;
    hy_call_ok(call, (hy_sv){ call->body, call->body_len });
}

static const struct hy_operation operations[] = { { HY_SV_INIT("PutRecord"), echo } };

static const struct hy_json11_service services[] = {
    { .target_prefix = HY_SV_INIT("Firehose_20150804"), .signing_name = HY_SV_INIT("firehose"),
      .operations = operations, .operation_count = ROWS(operations) },
};

static void refuse_all(void *service, struct hy_call *call)
{
    static const struct hy_refusal refusal = { "OldException", 400 };
    (void)service;
    hy_call_finish(call, hy_refuse(&call->err, &refusal, "No <such> \"thing\" & more"), HY_SV(""));
}

static void nothing(void *service, struct hy_call *call)
{
    (void)service;
    hy_call_ok(call, HY_SV(""));
}

/* The service that speaks query: another one that echoes, and one that always refuses. */
static const struct hy_operation query_operations[] = {
    { HY_SV_INIT("Echo"), echo },
    { HY_SV_INIT("Fail"), refuse_all },
    { HY_SV_INIT("Nothing"), nothing },
};

static const struct hy_query_code query_codes[] = { { "OldException", "Old" } };

static const struct hy_query_service query_services[] = {
    { .version = HY_SV_INIT("2010-05-15"), .signing_name = HY_SV_INIT("cloudformation"),
      .xml_namespace = HY_SV_INIT("http://cf/"), .timestamps = " Time ",
      .codes = { query_codes, 1 }, .operations = query_operations,
      .operation_count = ROWS(query_operations) },
};

static uint64_t now(void *ctx)
{
    (void)ctx;
    return vector_ms;
}

struct house {
    struct wire wire;
    struct hy_random random;
    struct hy_json11 json11;
    struct hy_query query;
    struct hy_front front;
    struct hy_http_server *server;
    int fd;
    char heard[16384];
};

static void open_house(struct house *house, bool is_signed)
{
    static char access_key[] = "AKIDEXAMPLE";
    static char secret_key[sizeof vector_secret];
    static struct hy_credential_spec credential = { .access_key = access_key,
                                                    .secret_key = secret_key,
                                                    .expires_ms = HY_NEVER_MS };
    memcpy(secret_key, vector_secret, sizeof secret_key);
    memset(house, 0, sizeof *house);
    const struct hy_auth_options auth = { .is_signed = is_signed, .credentials = &credential,
                                          .credential_count = 1, .real = { .now_ms = now } };
    house->random = hy_random_from_seed(1);
    house->json11 = (struct hy_json11){ .services = services, .count = ROWS(services),
                                        .random = &house->random, .region = HY_SV("r") };
    house->query = (struct hy_query){ .services = query_services, .count = ROWS(query_services),
                                      .random = &house->random, .region = HY_SV("r") };
    house->front = (struct hy_front){ .clock = { .now_ms = now }, .json11 = &house->json11,
                                      .query = &house->query,
                                      .auth = hy_auth_create(&auth) };
    assert_non_null(house->front.auth);
    wire_open(&house->wire);
    struct hy_err err;
    const struct hy_http_server_options server = { .host = "127.0.0.1",
                                                   .on_head = hy_front_on_head,
                                                   .on_request = hy_front_on_request,
                                                   .ctx = &house->front };
    assert_int_equal(hy_http_server_create(house->wire.loop, &server, &house->server, &err), HY_OK);
    house->fd = wire_connect(hy_http_server_port(house->server));
    assert_true(house->fd >= 0);
}

static void on_stopped(void *ctx)
{
    *(bool *)ctx = true;
}

static void close_house(struct house *house)
{
    bool is_stopped = false;
    (void)close(house->fd);
    hy_http_server_stop(house->server, 0, on_stopped, &is_stopped);
    wire_turn_until(&house->wire, &is_stopped);
    wire_close(&house->wire);
    hy_auth_destroy(house->front.auth);
}

/* Sends it and waits for an answer that ends in `wanted`. */
static void converse(struct house *house, const char *request, const char *wanted)
{
    house->heard[0] = '\0';
    assert_true(wire_say(&house->wire, house->fd, request));
    if (!wire_hear(&house->wire, house->fd, house->heard, sizeof house->heard, wanted)) {
        fail_msg("no \"%s\" in: %s", wanted, house->heard);
    }
}

static void assert_heard(const struct house *house, const char *text)
{
    if (strstr(house->heard, text) == NULL) {
        fail_msg("no \"%s\" in: %s", text, house->heard);
    }
}

/* The signed request as text; the last byte of its body becomes `last`. */
static const char *signed_put(char last)
{
    static char text[4096];
    const struct vector *vector = &vectors[0];
    int len = snprintf(text, sizeof text, "%s %s HTTP/1.1\r\n", vector->method, vector->target);
    for (size_t i = 0; i < VECTOR_HEADERS_MAX && vector->headers[i].name != NULL; i++) {
        len += snprintf(text + len, sizeof text - (size_t)len, "%s: %s\r\n",
                        vector->headers[i].name, vector->headers[i].value);
    }
    len += snprintf(text + len, sizeof text - (size_t)len, "\r\n%s", vector->body);
    text[len - 1] = last;
    return text;
}

static void test_signed(void **state)
{
    (void)state;
    struct house house;
    open_house(&house, true);
    converse(&house, signed_put('}'), "\r\n\r\n{\"DeliveryStreamName\":\"clicks\",");
    assert_heard(&house, "HTTP/1.1 200 OK\r\n");

    converse(&house, signed_put(']'), "documentation for details.\"}");
    assert_heard(&house, "HTTP/1.1 400 Bad Request\r\n");
    assert_heard(&house, "\r\nx-amzn-ErrorType: InvalidSignatureException\r\n");
    assert_heard(&house, "\r\nx-amzn-RequestId: ");
    assert_heard(&house, "{\"__type\":\"InvalidSignatureException\",\"message\":\"The request ");

    converse(&house, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "Token\"}");
    assert_heard(&house, "HTTP/1.1 403 Forbidden\r\n");
    assert_heard(&house, "\r\nx-amzn-ErrorType: MissingAuthenticationTokenException\r\n");
    close_house(&house);
}

#define CHUNKED_HEAD                                             \
    "POST / HTTP/1.1\r\nHost: h\r\n"                             \
    "X-Amz-Target: Firehose_20150804.PutRecord\r\n"              \
    "X-Amz-Content-SHA256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"

/* The service sees the decoded body; the connection knows where the next request begins. */
static void test_bodies_in_chunks(void **state)
{
    (void)state;
    struct house house;
    open_house(&house, false);
    converse(&house,
             CHUNKED_HEAD "X-Amz-Decoded-Content-Length: 5\r\nContent-Length: 46\r\n\r\n"
             "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
             "POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: Firehose_20150804.PutRecord\r\n"
             "Content-Length: 6\r\n\r\nsecond", "\r\n\r\nsecond");
    assert_heard(&house, "\r\n\r\nhelloHTTP/1.1 200 OK\r\n");

    /* Two layers of chunks, as over https (stack-and-wire.md B7). */
    converse(&house,
             CHUNKED_HEAD "X-Amz-Decoded-Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
             "a\r\n5\r\nhello\r\n\r\n5\r\n0\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\nhello");

    converse(&house, CHUNKED_HEAD "Content-Length: 5\r\n\r\nhello", "announces\"}");
    assert_heard(&house, "{\"__type\":\"SerializationException\",\"Message\":\"The body is not in");
    close_house(&house);
}

static void ask_query(struct house *house, const char *form, const char *wanted)
{
    char request[1024];
    (void)snprintf(request, sizeof request,
                   "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %zu\r\nContent-Type: "
                   "application/x-www-form-urlencoded; charset=utf-8\r\n\r\n%s",
                   strlen(form), form);
    converse(house, request, wanted);
}

static void test_query(void **state)
{
    (void)state;
    struct house house;
    open_house(&house, false);
    ask_query(&house, "Action=Echo&Version=2010-05-15&A.member.1=%3C&A.member.2=b&B.C=1",
              "</EchoResponse>");
    assert_heard(&house, "HTTP/1.1 200 OK\r\n");
    assert_heard(&house, "\r\nContent-Type: text/xml\r\n");
    assert_heard(&house, "\r\n\r\n<EchoResponse xmlns=\"http://cf/\"><EchoResult><A><member>&lt;"
                         "</member><member>b</member></A><B><C>1</C></B></EchoResult>"
                         "<ResponseMetadata><RequestId>");
    ask_query(&house, "Action=Nothing&Version=2010-05-15", "</NothingResponse>");
    assert_heard(&house, "<NothingResponse xmlns=\"http://cf/\"><ResponseMetadata>");

    converse(&house, "GET /?Action=Echo&Version=2010-05-15&A=x HTTP/1.1\r\nHost: h\r\n\r\n",
             "</EchoResponse>");
    assert_heard(&house, "<EchoResult><A>x</A></EchoResult>");
    close_house(&house);
}

static void test_query_refusals(void **state)
{
    (void)state;
    struct house house;
    open_house(&house, false);
    ask_query(&house, "Action=Fail&Version=2010-05-15", "</ErrorResponse>");
    assert_heard(&house, "HTTP/1.1 400 Bad Request\r\n");
    assert_heard(&house, "<ErrorResponse xmlns=\"http://cf/\"><Error><Type>Sender</Type>"
                         "<Code>Old</Code><Message>No &lt;such&gt; &quot;thing&quot; &amp; more"
                         "</Message></Error><RequestId>");
    ask_query(&house, "Action=Other&Version=2010-05-15", "</ErrorResponse>");
    assert_heard(&house, "<Code>InvalidAction</Code><Message>The action Other is not valid for "
                         "this web service.</Message>");
    ask_query(&house, "Action=Echo&Version=1999-01-01", "</ErrorResponse>"); /* nobody's */
    assert_heard(&house, "<Code>InvalidAction</Code>");
    ask_query(&house, "Action=Echo&Version=2010-05-15&A..B=1", "</ErrorResponse>");
    assert_heard(&house, "<Code>MalformedQueryString</Code>");
    close_house(&house);

    open_house(&house, true); /* turned away at the door: in XML, too */
    ask_query(&house, "Action=Echo&Version=2010-05-15", "</ErrorResponse>");
    assert_heard(&house, "HTTP/1.1 400 Bad Request\r\n");
    assert_heard(&house, "<ErrorResponse xmlns=\"http://cf/\"><Error><Type>Sender</Type>"
                         "<Code>MissingAuthenticationTokenException</Code>");
    close_house(&house);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_query_refusals),
        cmocka_unit_test(test_signed),
        cmocka_unit_test(test_bodies_in_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

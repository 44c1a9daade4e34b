/* test_auth.c - who may come in: what botocore signs; and not when anything of it was changed. */
#include "http/auth.h"

#include "services/refusal.h"
#include "support/torture.h"
#include "unit/wire/vector.h"

#include "unit/wire/sigv4_vectors.h"

#include <stdio.h>
#include <string.h>

#define MISMATCH \
    "The request signature we calculated does not match the signature you provided. Check your " \
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
#define UNKNOWN "The security token included in the request is invalid."

static char access_key[] = "AKIDEXAMPLE";
static uint64_t now_ms;

static uint64_t read_now(void *ctx)
{
    (void)ctx;
    return now_ms;
}

static struct hy_auth *make_auth(const struct hy_credential_spec *credential)
{
    const struct hy_auth_options options = { .is_signed = true,
                                             .credentials = credential,
                                             .credential_count = 1,
                                             .real = { .now_ms = read_now } };
    return hy_auth_create(&options);
}

static struct hy_credential_spec credential_for(const struct vector *vector)
{
    return (struct hy_credential_spec){
        .access_key = access_key,
        .secret_key = (char *)(uintptr_t)vector_secret,
        .session_token = vector->token[0] == '\0' ? NULL : (char *)(uintptr_t)vector->token,
        .expires_ms = HY_NEVER_MS,
    };
}

static const struct vector *find_vector(const char *name)
{
    for (size_t i = 0; i < ROWS(vectors); i++) {
        if (strcmp(vectors[i].name, name) == 0) {
            return &vectors[i];
        }
    }
    fail_msg("no vector %s", name);
    return NULL;
}

/* ---- what botocore signs ------------------------------------------------------------------ */

static void test_what_botocore_signs(void **state)
{
    (void)state;
    now_ms = vector_ms;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        struct vector_request made;
        struct hy_err err = { 0 };
        size_t body_len;
        struct hy_credential_spec credential = credential_for(&vectors[i]);
        struct hy_auth *auth = make_auth(&credential);
        assert_non_null(auth);
        vector_make(&vectors[i], &made);
        for (int round = 0; round < 2; round++) { /* with a new key, and with a kept one */
            enum hy_code code = hy_auth_admit(auth, &made.request, hy_sv_of(vectors[i].service),
                                              &body_len, &err);
            if (vectors[i].is_refused) {
                assert_int_equal(code, HY_REFUSED);
                assert_string_equal(err.text, MISMATCH);
            } else if (code != HY_OK || body_len != made.request.body_len) {
                fail_msg("%s: %s", vectors[i].name, err.text);
            }
        }
        hy_auth_destroy(auth);
    }
}

/* ---- and what was changed ------------------------------------------------------------------ */

static char scratch[8192];

/* The text with `old` replaced by `new`, once. */
static hy_sv replace(hy_sv text, const char *old, const char *new)
{
    char whole[4096];
    (void)snprintf(whole, sizeof whole, "%.*s", HY_SV_ARG(text));
    const char *at = strstr(whole, old);
    assert_non_null(at);
    (void)snprintf(scratch, sizeof scratch, "%.*s%s%s", (int)(at - whole), whole, new,
                   at + strlen(old));
    return hy_sv_of(scratch);
}

enum part { METHOD, TARGET, HEADER, BODY, DROP, ADD, SECRET, KEY_ID, SERVICE, TOKEN };

static const struct change {
    const char *name, *vector;
    enum part part;
    const char *header; /* HEADER, DROP, ADD */
    const char *old, *new;
    const char *refusal, *text; /* text: how it begins */
} changes[] = {
#define PUT "PutRecord"
#define WITH_TOKEN "PutRecord with a session token"
#define PRESIGNED "presigned, with a body"
#define INVALID "InvalidSignatureException"
#define INCOMPLETE "IncompleteSignatureException"
    { "the method", PUT, METHOD, NULL, NULL, "PUT", INVALID, MISMATCH },
    { "the path", PUT, TARGET, NULL, "/", "/x", INVALID, MISMATCH },
    { "the query", PUT, TARGET, NULL, "/", "/?x=1", INVALID, MISMATCH },
    { "a parameter's value", "a query in no order", TARGET, NULL, "limit=5", "limit=6", INVALID,
      MISMATCH },
    { "a parameter's name", "a query in no order", TARGET, NULL, "limit=5", "limi=5", INVALID,
      MISMATCH },
    { "a signed header", PUT, HEADER, "X-Amz-Target", "PutRecord", "PutRecordBatch", INVALID,
      MISMATCH },
    { "the host", PUT, HEADER, "Host", "4573", "4574", INVALID, MISMATCH },
    { "a signed header is gone", PUT, DROP, "Content-Type", NULL, NULL, INVALID, MISMATCH },
    { "a signed header is there twice", PUT, ADD, "content-type", NULL, "text/plain", INVALID,
      MISMATCH },
    { "the body", PUT, BODY, NULL, "aGVsbG8K", "aGVsbG8L", INVALID, MISMATCH },
    { "the body is longer", PUT, BODY, NULL, "}}", "}}\n", INVALID, MISMATCH },
    { "the time", PUT, HEADER, "X-Amz-Date", "171943Z", "171944Z", INVALID, MISMATCH },
    { "the region", PUT, HEADER, "Authorization", "eu-west-1", "us-east-1", INVALID, MISMATCH },
    { "the list of signed headers", PUT, HEADER, "Authorization", "content-type;host", "host",
      INVALID, MISMATCH },
    { "the signature's last digit", PUT, HEADER, "Authorization", "18fce", "18fcf", INVALID,
      MISMATCH },
    { "the signature's case", PUT, HEADER, "Authorization", "774b", "774B", INVALID, MISMATCH },
    { "the signature is cut", PUT, HEADER, "Authorization", "774b", "", INVALID, MISMATCH },
    { "the secret", PUT, SECRET, NULL, NULL, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ", INVALID,
      MISMATCH },
    { "an S3 header as a way around the body's hash", PUT, ADD, "x-amz-content-sha256", NULL,
      "UNSIGNED-PAYLOAD", INVALID, "'x-amz-content-sha256' must be a 'SignedHeader' in the AWS" },
    { "an x-amz header that is not signed", PUT, ADD, "X-Amz-Other", NULL, "1", INVALID,
      "'X-Amz-Other' must be a 'SignedHeader' in the AWS Authorization." },

    { "the access key is unknown", PUT, KEY_ID, NULL, NULL, "AKIDOTHER",
      "UnrecognizedClientException", UNKNOWN },
    { "the access key's case", PUT, HEADER, "Authorization", "AKIDEXAMPLE", "akidexample",
      "UnrecognizedClientException", UNKNOWN },
    { "the session token", WITH_TOKEN, HEADER, "X-Amz-Security-Token", "IQoJ", "IQoK", INVALID,
      MISMATCH },
    { "another session token is wanted", WITH_TOKEN, TOKEN, NULL, NULL, "other",
      "UnrecognizedClientException", UNKNOWN },
    { "no session token is wanted", WITH_TOKEN, TOKEN, NULL, NULL, NULL,
      "UnrecognizedClientException", UNKNOWN },
    { "a session token is wanted", PUT, TOKEN, NULL, NULL, "other",
      "UnrecognizedClientException", UNKNOWN },

    { "the scope's service is another's", PUT, SERVICE, NULL, NULL, "kinesis", INVALID,
      "Credential should be scoped to correct service: 'kinesis'. " },
    { "the scope's end", PUT, HEADER, "Authorization", "aws4_request", "aws5_request", INVALID,
      "Credential should be scoped with a valid terminator: 'aws4_request', not "
      "'aws5_request'. " },
    { "the scope's day", PUT, HEADER, "Authorization", "20261121", "20261120", INVALID,
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
      "'20261120' != '20261121', from '20261121T171943Z'." },
    { "four parts in the scope", PUT, HEADER, "Authorization", "/eu-west-1", "", INCOMPLETE,
      "Credential must have exactly 5 slash-delimited elements, e.g. "
      "keyid/date/region/service/term, got 'AKIDEXAMPLE/20261121/firehose/aws4_request'" },
    { "six parts in the scope", PUT, HEADER, "Authorization", "firehose", "fire/hose", INCOMPLETE,
      "Credential must have exactly 5 slash-delimited elements, " },
    { "a second name, that nobody verified", PUT, HEADER, "Authorization", "Credential=",
      "Credential=OTHER/20261121/eu-west-1/firehose/aws4_request Credential=",
      "UnrecognizedClientException", UNKNOWN },
    { "a name that is spelt in another way", PRESIGNED, TARGET, NULL, "Credential=AKID",
      "Credential=%41KID", INCOMPLETE, "Credential must have exactly 5 slash-delimited " },
    { "a scope that is spelt in another way", PRESIGNED, TARGET, NULL, "aws4_request",
      "aws4%5Frequest", INCOMPLETE, "Credential must have exactly 5 slash-delimited " },
    { "the algorithm", PUT, HEADER, "Authorization", "SHA256", "SHA512", INCOMPLETE,
      "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' (only AWS4-HMAC-SHA256 for now). " },
    { "the host is not signed", PUT, HEADER, "Authorization", "host;", "", INVALID,
      "'Host' must be a 'SignedHeader' in the AWS Authorization." },

    { "no Authorization", PUT, DROP, "Authorization", NULL, NULL,
      "MissingAuthenticationTokenException", "Missing Authentication Token" },
    { "no date", PUT, DROP, "X-Amz-Date", NULL, NULL, INCOMPLETE,
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
      "Authorization=AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/" },
    { "a date that is none", PUT, HEADER, "X-Amz-Date", "20261121T", "20261121 ", INCOMPLETE,
      "Date must be in ISO-8601 'basic format'. Got '20261121 171943Z'. See "
      "http://en.wikipedia.org/wiki/ISO_8601" },
    { "no Credential", PUT, HEADER, "Authorization", "Credential", "Credentials", INCOMPLETE,
      "Authorization header requires 'Credential' parameter. Authorization=AWS4-" },
    { "no SignedHeaders", PUT, HEADER, "Authorization", "SignedHeaders", "Headers", INCOMPLETE,
      "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-" },
    { "another scheme", PUT, HEADER, "Authorization", "AWS4-HMAC-SHA256 ", "Basic dTpw ",
      INCOMPLETE, "Unsupported AWS 'algorithm': 'Basic'" },
    { "both forms", PRESIGNED, ADD, "Authorization", NULL, "AWS4-HMAC-SHA256 x", INVALID,
      "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header." },

    { "presigned: the query", PRESIGNED, TARGET, NULL, "Expires=900", "Expires=901", INVALID,
      MISMATCH },
    { "presigned: the body", PRESIGNED, BODY, NULL, "aGVsbG8K", "aGVsbG8L", INVALID, MISMATCH },
    { "presigned: a parameter more", PRESIGNED, TARGET, NULL, "/?", "/?a=1&", INVALID, MISMATCH },
    { "presigned: a signature twice", PRESIGNED, TARGET, NULL, "/?", "/?X-Amz-Signature=0&",
      INVALID, MISMATCH },
    { "presigned: no signature", PRESIGNED, TARGET, NULL, "X-Amz-Signature=", "X-Amz-Other=",
      INCOMPLETE, "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the "
                  "query-string parameters." },
    { "presigned: no date", PRESIGNED, TARGET, NULL, "X-Amz-Date=", "X-Amz-Dote=", INCOMPLETE,
      "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the " },
    { "presigned: for no time", PRESIGNED, TARGET, NULL, "Expires=900", "Expires=0", INVALID,
      "X-Amz-Expires must be a number of seconds between 1 and 604800, not '0'" },
    { "presigned: for more than a week", PRESIGNED, TARGET, NULL, "Expires=900",
      "Expires=604801", INVALID,
      "X-Amz-Expires must be a number of seconds between 1 and 604800, not '604801'" },
    { "presigned: the token", "presigned, with a session token", TARGET, NULL, "Token=IQoJ",
      "Token=IQoK", INVALID, MISMATCH },

    { "S3: the key", "S3: an object", TARGET, NULL, "index", "indey", INVALID, MISMATCH },
    { "S3: dots in a key are not taken away", "S3: dots in a key", TARGET, NULL, "/a/../b//./c",
      "/b/c", INVALID, MISMATCH },
    { "S3: the body", "S3: an object", BODY, NULL, "hello", "hullo", INVALID,
      "The provided 'x-amz-content-sha256' header does not match what was computed." },
    { "S3: the body's hash", "S3: an object", DROP, "X-Amz-Content-SHA256", NULL, NULL, INVALID,
      "Missing required header for this request: x-amz-content-sha256" },
    { "S3: the hash left open", "S3: an object", HEADER, "X-Amz-Content-SHA256", NULL,
      "UNSIGNED-PAYLOAD", INVALID, MISMATCH },
};

static void add_header(struct vector_request *made, const char *name, const char *value)
{
    size_t count = made->request.headers.count++;
    assert_true(count < VECTOR_HEADERS_MAX);
    made->headers[count] = (struct hy_http_header){ hy_sv_of(name), hy_sv_of(value) };
}

static void drop_header(struct vector_request *made, const char *name)
{
    size_t at = 0;
    while (!hy_sv_equal_nocase(made->headers[at].name, hy_sv_of(name))) {
        assert_true(++at < made->request.headers.count);
    }
    made->headers[at] = made->headers[--made->request.headers.count];
}

static void change_body(struct vector_request *made, const struct change *change)
{
    hy_sv body = replace((hy_sv){ made->body, made->request.body_len }, change->old, change->new);
    memcpy(made->body, body.ptr, body.len);
    made->request.body_len = body.len;
}

static void apply(const struct change *change, struct vector_request *made,
                  struct hy_credential_spec *credential, hy_sv *service)
{
    hy_sv *header = change->part == HEADER ? vector_header(made, change->header) : NULL;
    char *new = (char *)(uintptr_t)change->new;
    switch (change->part) {
    case METHOD: made->request.method = hy_sv_of(new); break;
    case TARGET:
        vector_set_target(made, replace(made->request.target, change->old, new).ptr);
        break;
    case HEADER:
        *header = change->old == NULL ? hy_sv_of(new) : replace(*header, change->old, new);
        break;
    case BODY: change_body(made, change); break;
    case DROP: drop_header(made, change->header); break;
    case ADD: add_header(made, change->header, new); break;
    case SECRET: credential->secret_key = new; break;
    case KEY_ID: credential->access_key = new; break;
    case TOKEN: credential->session_token = new; break;
    case SERVICE: *service = hy_sv_of(new); break;
    }
}

static void test_what_was_changed(void **state)
{
    (void)state;
    now_ms = vector_ms;
    for (size_t i = 0; i < ROWS(changes); i++) {
        const struct vector *vector = find_vector(changes[i].vector);
        struct vector_request made;
        struct hy_err err = { 0 };
        size_t body_len;
        struct hy_credential_spec credential = credential_for(vector);
        hy_sv service = hy_sv_of(vector->service);
        vector_make(vector, &made);
        apply(&changes[i], &made, &credential, &service);
        struct hy_auth *auth = make_auth(&credential);
        enum hy_code code = hy_auth_admit(auth, &made.request, service, &body_len, &err);
        if (code != HY_REFUSED || strcmp(err.refusal->name, changes[i].refusal) != 0 ||
            err.refusal->status != 400 ||
            strncmp(err.text, changes[i].text, strlen(changes[i].text)) != 0) {
            fail_msg("%s: code %d, %s: %s", changes[i].name, (int)code,
                     code == HY_REFUSED ? err.refusal->name : "", err.text);
        }
        hy_auth_destroy(auth);
    }
}

/* What is not signed may be anything: proxies and clients add to it. */
static void test_what_may_change(void **state)
{
    (void)state;
    struct vector_request made;
    struct hy_err err;
    size_t body_len;
    const struct vector *vector = find_vector("PutRecord");
    struct hy_credential_spec credential = credential_for(vector);
    struct hy_auth *auth = make_auth(&credential);
    now_ms = vector_ms;
    vector_make(vector, &made);
    add_header(&made, "User-Agent", "another/2");
    add_header(&made, "amz-sdk-request", "attempt=2");
    add_header(&made, "X-Amzn-Trace-Id", "Root=1");
    *vector_header(&made, "Content-Type") = HY_SV("  application/x-amz-json-1.1 ");
    assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err), HY_OK);
    hy_auth_destroy(auth);
}

/* ---- time ----------------------------------------------------------------------------------- */

static const struct time_case {
    const char *name, *vector;
    int64_t later_s;
    const char *text; /* NULL: admitted */
} times[] = {
    { "five minutes old", PUT, 300, NULL },
    { "a second older", PUT, 301,
      "Signature expired: 20261121T171943Z is now earlier than 20261121T171944Z "
      "(20261121T172444Z - 5 min.)" },
    { "five minutes early", PUT, -300, NULL },
    { "a second earlier", PUT, -301,
      "Signature not yet current: 20261121T171943Z is still later than 20261121T171942Z "
      "(20261121T171442Z + 5 min.)" },
    { "a Date header, five minutes old", "a Date header", 300, NULL },
    { "a Date header, older", "a Date header", 301, "Signature expired: 20261121T171943Z is " },
    { "S3: 15 minutes", "S3: an object", 900, NULL },
    { "S3: a second more", "S3: an object", 901,
      "Signature expired: 20261121T171943Z is now earlier than 20261121T171944Z "
      "(20261121T173444Z - 15 min.)" },
    { "presigned: as long as it says", PRESIGNED, 900, NULL },
    { "presigned: a second longer", PRESIGNED, 901,
      "Signature expired: 20261121T171943Z is now earlier than 20261121T171944Z "
      "(20261121T173444Z - 15 min.)" },
    { "presigned: less than the usual", "presigned", 61, "Signature expired: 20261121T171943Z" },
    { "presigned: a week", "S3: presigned", 604800, NULL },
    { "presigned: a week and a second", "S3: presigned", 604801, "Signature expired: " },
    { "presigned: not yet", PRESIGNED, -301, "Signature not yet current: 20261121T171943Z is " },
};

static void test_times(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(times); i++) {
        const struct vector *vector = find_vector(times[i].vector);
        struct vector_request made;
        struct hy_err err = { 0 };
        size_t body_len;
        struct hy_credential_spec credential = credential_for(vector);
        struct hy_auth *auth = make_auth(&credential);
        now_ms = (uint64_t)((int64_t)vector_ms + times[i].later_s * 1000);
        vector_make(vector, &made);
        enum hy_code code = hy_auth_admit(auth, &made.request, hy_sv_of(vector->service),
                                          &body_len, &err);
        bool good = times[i].text == NULL
            ? code == HY_OK
            : code == HY_REFUSED && strcmp(err.refusal->name, INVALID) == 0 &&
                  strncmp(err.text, times[i].text, strlen(times[i].text)) == 0;
        if (!good) {
            fail_msg("%s: code %d: %s", times[i].name, (int)code, err.text);
        }
        hy_auth_destroy(auth);
    }
}

static void test_a_credential_s_end(void **state)
{
    (void)state;
    struct vector_request made;
    struct hy_err err;
    size_t body_len;
    const struct vector *vector = find_vector(WITH_TOKEN);
    struct hy_credential_spec credential = credential_for(vector);
    credential.expires_ms = vector_ms + 1000;
    struct hy_auth *auth = make_auth(&credential);
    vector_make(vector, &made);
    now_ms = vector_ms + 999;
    assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err), HY_OK);
    now_ms = vector_ms + 1000;
    assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err),
                     HY_REFUSED);
    assert_string_equal(err.refusal->name, "ExpiredTokenException");
    assert_string_equal(err.text, "The security token included in the request is expired");
    hy_auth_destroy(auth);
}

/* ---- kept keys ------------------------------------------------------------------------------ */

/* More scopes than are kept come by, none of them with a good signature; then the first again. */
static void test_many_scopes(void **state)
{
    (void)state;
    struct vector_request made;
    struct hy_err err;
    size_t body_len;
    const struct vector *vector = find_vector(PUT);
    struct hy_credential_spec credential = credential_for(vector);
    struct hy_auth *auth = make_auth(&credential);
    now_ms = vector_ms;
    for (int i = 0; i < 200; i++) {
        char region[160];
        (void)snprintf(region, sizeof region, "%0*d", 1 + i * 150 / 200, i);
        vector_make(vector, &made);
        hy_sv *header = vector_header(&made, "Authorization");
        hy_sv good = *header;
        *header = replace(good, "eu-west-1", region);
        assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err),
                         HY_REFUSED);
        assert_string_equal(err.text, MISMATCH);
        *header = good;
        assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err),
                         HY_OK);
    }
    hy_auth_destroy(auth);
}

static void test_two_credentials(void **state)
{
    (void)state;
    struct vector_request made;
    struct hy_err err;
    size_t body_len;
    char other_key[] = "OTHER";
    char other_secret[] = "other";
    const struct vector *vector = find_vector(PUT);
    const struct hy_credential_spec both[] = {
        { .access_key = other_key, .secret_key = other_secret, .expires_ms = HY_NEVER_MS },
        credential_for(vector),
    };
    const struct hy_auth_options options = { .is_signed = true,
                                             .credentials = both,
                                             .credential_count = 2,
                                             .real = { .now_ms = read_now } };
    struct hy_auth *auth = hy_auth_create(&options);
    now_ms = vector_ms;
    vector_make(vector, &made);
    assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err), HY_OK);
    hy_sv *header = vector_header(&made, "Authorization");
    *header = replace(*header, "AKIDEXAMPLE", "OTHER"); /* the same scope: another key */
    assert_int_equal(hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err),
                     HY_REFUSED);
    assert_string_equal(err.text, MISMATCH);
    hy_auth_destroy(auth);
}

/* ---- without --auth sign --------------------------------------------------------------------- */

static void test_off(void **state)
{
    (void)state;
    struct hy_http_header headers[2] = { { HY_SV("x-amz-content-sha256"),
                                           HY_SV("STREAMING-UNSIGNED-PAYLOAD-TRAILER") },
                                         { HY_SV("x-amz-decoded-content-length"), HY_SV("2") } };
    char body[] = "2\r\n{}\r\n0\r\n\r\n";
    struct hy_http_request request = { .method = HY_SV("POST"), .path = HY_SV("/"),
                                       .headers = { headers, 2 }, .body = body,
                                       .body_len = sizeof body - 1 };
    struct hy_err err;
    size_t body_len;
    struct hy_auth *auth = hy_auth_create(&(struct hy_auth_options){ .is_signed = false });
    assert_int_equal(hy_auth_admit(auth, &request, HY_SV("firehose"), &body_len, &err), HY_OK);
    assert_int_equal(body_len, 2);
    assert_memory_equal(body, "{}", 2);

    request.body_len = 2; /* no chunks any more */
    assert_int_equal(hy_auth_admit(auth, &request, HY_SV("firehose"), &body_len, &err),
                     HY_REFUSED);
    assert_string_equal(err.refusal->name, "SerializationException");
    request.headers.count = 0;
    assert_int_equal(hy_auth_admit(auth, &request, HY_SV("firehose"), &body_len, &err), HY_OK);
    assert_int_equal(body_len, 2);

    char lying[] = "2\r\n{}\r\n0\r\n\r\n";
    request.body = lying;
    request.body_len = sizeof lying - 1;
    request.headers.count = 2;
    headers[1].value = HY_SV("3");
    assert_int_equal(hy_auth_admit(auth, &request, HY_SV("firehose"), &body_len, &err),
                     HY_REFUSED);
    assert_string_equal(err.text, "x-amz-decoded-content-length must be 2, not '3'");
    hy_auth_destroy(auth);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void admit_once(void *ctx)
{
    (void)ctx;
    struct vector_request made;
    struct hy_err err;
    size_t body_len;
    const struct vector *vector = find_vector("presigned, with a session token");
    struct hy_credential_spec credential = credential_for(vector);
    struct hy_auth *auth = make_auth(&credential);
    if (auth == NULL) {
        assert_true(torture_struck());
        return;
    }
    vector_make(vector, &made);
    enum hy_code code =
        hy_auth_admit(auth, &made.request, HY_SV("firehose"), &body_len, &err);
    assert_int_equal(code, torture_struck() ? HY_NO_MEMORY : HY_OK);
    hy_auth_destroy(auth);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    now_ms = vector_ms;
    assert_true(torture(admit_once, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_botocore_signs),
        cmocka_unit_test(test_what_was_changed),
        cmocka_unit_test(test_what_may_change),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_a_credential_s_end),
        cmocka_unit_test(test_many_scopes),
        cmocka_unit_test(test_two_credentials),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

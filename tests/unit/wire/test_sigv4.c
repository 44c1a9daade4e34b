/* test_sigv4.c - signatures that AWS has published, and the ways to write one request. */
#include "wire/sigv4.h"

#include "support/test.h"
#include "wire/canonical.h"

#include <stdio.h>
#include <string.h>

static const char secret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";      /* of the S3 pages */
static const char suite_secret[] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"; /* of the others */

enum { HEADERS_MAX = 8 };

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* AWS's documentation of S3's signatures, its general reference, and its test suite. */
static const struct published {
    const char *name, *method, *target, *secret, *stamp, *scope, *signed_headers, *payload;
    struct hy_http_header headers[HEADERS_MAX];
    const char *signature;
} published[] = {
    { "S3: GET object", "GET", "/test.txt", secret, "20130524T000000Z",
      "20130524/us-east-1/s3/aws4_request", "host;range;x-amz-content-sha256;x-amz-date", EMPTY,
      { { HY_SV_INIT("Host"), HY_SV_INIT("examplebucket.s3.amazonaws.com") },
        { HY_SV_INIT("Range"), HY_SV_INIT("bytes=0-9") },
        { HY_SV_INIT("x-amz-content-sha256"), HY_SV_INIT(EMPTY) },
        { HY_SV_INIT("x-amz-date"), HY_SV_INIT("20130524T000000Z") } },
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
    { "S3: PUT object", "PUT", "/test%24file.text", secret, "20130524T000000Z",
      "20130524/us-east-1/s3/aws4_request",
      "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
      "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
      { { HY_SV_INIT("Host"), HY_SV_INIT("examplebucket.s3.amazonaws.com") },
        { HY_SV_INIT("Date"), HY_SV_INIT("Fri, 24 May 2013 00:00:00 GMT") },
        { HY_SV_INIT("x-amz-date"), HY_SV_INIT("20130524T000000Z") },
        { HY_SV_INIT("x-amz-storage-class"), HY_SV_INIT("REDUCED_REDUNDANCY") },
        { HY_SV_INIT("x-amz-content-sha256"),
          HY_SV_INIT("44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072") } },
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
    { "S3: a parameter without a value", "GET", "/?lifecycle", secret, "20130524T000000Z",
      "20130524/us-east-1/s3/aws4_request", "host;x-amz-content-sha256;x-amz-date", EMPTY,
      { { HY_SV_INIT("Host"), HY_SV_INIT("examplebucket.s3.amazonaws.com") },
        { HY_SV_INIT("x-amz-date"), HY_SV_INIT("20130524T000000Z") },
        { HY_SV_INIT("x-amz-content-sha256"), HY_SV_INIT(EMPTY) } },
      "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
    { "S3: a list", "GET", "/?max-keys=2&prefix=J", secret, "20130524T000000Z",
      "20130524/us-east-1/s3/aws4_request", "host;x-amz-content-sha256;x-amz-date", EMPTY,
      { { HY_SV_INIT("Host"), HY_SV_INIT("examplebucket.s3.amazonaws.com") },
        { HY_SV_INIT("x-amz-date"), HY_SV_INIT("20130524T000000Z") },
        { HY_SV_INIT("x-amz-content-sha256"), HY_SV_INIT(EMPTY) } },
      "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
    { "S3: presigned", "GET",
      "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524"
      "%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400"
      "&X-Amz-SignedHeaders=host&X-Amz-Signature=whatever",
      secret, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", "host",
      "UNSIGNED-PAYLOAD", { { HY_SV_INIT("Host"), HY_SV_INIT("examplebucket.s3.amazonaws.com") } },
      "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404" },
    { "IAM: ListUsers", "GET", "/?Action=ListUsers&Version=2010-05-08", suite_secret,
      "20150830T123600Z", "20150830/us-east-1/iam/aws4_request", "content-type;host;x-amz-date",
      EMPTY,
      { { HY_SV_INIT("Content-Type"),
          HY_SV_INIT("application/x-www-form-urlencoded; charset=utf-8") },
        { HY_SV_INIT("Host"), HY_SV_INIT("iam.amazonaws.com") },
        { HY_SV_INIT("X-Amz-Date"), HY_SV_INIT("20150830T123600Z") } },
      "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7" },
    { "suite: get-vanilla", "GET", "/", suite_secret, "20150830T123600Z",
      "20150830/us-east-1/service/aws4_request", "host;x-amz-date", EMPTY,
      { { HY_SV_INIT("Host"), HY_SV_INIT("example.amazonaws.com") },
        { HY_SV_INIT("X-Amz-Date"), HY_SV_INIT("20150830T123600Z") } },
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
    { "suite: get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1",
      suite_secret, "20150830T123600Z", "20150830/us-east-1/service/aws4_request",
      "host;x-amz-date", EMPTY,
      { { HY_SV_INIT("Host"), HY_SV_INIT("example.amazonaws.com") },
        { HY_SV_INIT("X-Amz-Date"), HY_SV_INIT("20150830T123600Z") } },
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
    { "suite: post-vanilla", "POST", "/", suite_secret, "20150830T123600Z",
      "20150830/us-east-1/service/aws4_request", "host;x-amz-date", EMPTY,
      { { HY_SV_INIT("Host"), HY_SV_INIT("example.amazonaws.com") },
        { HY_SV_INIT("X-Amz-Date"), HY_SV_INIT("20150830T123600Z") } },
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
};

struct work {
    struct hy_arena arena;
    struct hy_buf canonical;
    struct hy_sha256 *sha256;
};

static void work_open(struct work *work)
{
    hy_arena_init(&work->arena, 1024 * 1024);
    hy_buf_init(&work->canonical, 64 * 1024);
    work->sha256 = hy_sha256_create();
    assert_non_null(work->sha256);
}

static void work_close(struct work *work)
{
    hy_sha256_destroy(work->sha256);
    hy_buf_finish(&work->canonical);
    hy_arena_finish(&work->arena);
}

static struct hy_http_request request_of(const char *method, const char *target,
                                         const struct hy_http_header *headers)
{
    struct hy_http_request request = { .method = hy_sv_of(method), .target = hy_sv_of(target) };
    request.headers.items = headers;
    while (request.headers.count < HEADERS_MAX && headers[request.headers.count].name.len > 0) {
        request.headers.count++;
    }
    request.query = request.target;
    request.path = hy_sv_cut(&request.query, '?');
    request.query.len = request.path.len == request.target.len ? 0 : request.query.len;
    return request;
}

static void check_published(struct work *work, const struct published *row)
{
    struct hy_http_request request = request_of(row->method, row->target, row->headers);
    struct hy_sigv4_claim claim = { .stamp = hy_sv_of(row->stamp),
                                    .scope = hy_sv_of(row->scope) };
    hy_sv rest = claim.scope;
    claim.who.date = hy_sv_cut(&rest, '/');
    claim.who.region = hy_sv_cut(&rest, '/');
    claim.who.service = hy_sv_cut(&rest, '/');
    const struct hy_canonical_options options = {
        .is_s3 = hy_sv_equal(claim.who.service, HY_SV("s3")),
        .is_presigned = strstr(row->target, "X-Amz-") != NULL,
        .signed_headers = hy_sv_of(row->signed_headers),
        .payload = hy_sv_of(row->payload),
    };
    unsigned char key[HY_SHA256_BYTES];
    char signature[HY_SHA256_HEX_CHARS];
    hy_buf_clear(&work->canonical);
    assert_int_equal(
        hy_canonical_request(&request, &options, &work->arena, &work->canonical), HY_OK);
    assert_int_equal(hy_sigv4_key(work->sha256, hy_sv_of(row->secret), &claim.who, key), HY_OK);
    assert_int_equal(hy_sigv4_sign(work->sha256, key, &claim, hy_buf_sv(&work->canonical),
                                   &work->arena, signature), HY_OK);
    if (memcmp(signature, row->signature, sizeof signature) != 0) {
        fail_msg("%s: %.*s of\n%.*s", row->name, HY_SHA256_HEX_CHARS, signature,
                 HY_SV_ARG(hy_buf_sv(&work->canonical)));
    }
}

static void test_what_aws_published(void **state)
{
    (void)state;
    struct work work;
    work_open(&work);
    for (size_t i = 0; i < ROWS(published); i++) {
        check_published(&work, &published[i]);
    }
    work_close(&work);
}

static void test_the_published_key(void **state)
{
    (void)state;
    struct work work;
    unsigned char key[HY_SHA256_BYTES];
    char hex[HY_SHA256_HEX_CHARS + 1] = "";
    const struct hy_credential who = { .date = HY_SV("20120215"), .region = HY_SV("us-east-1"),
                                       .service = HY_SV("iam") };
    work_open(&work);
    assert_int_equal(hy_sigv4_key(work.sha256, hy_sv_of(suite_secret), &who, key), HY_OK);
    for (size_t i = 0; i < sizeof key; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", key[i]);
    }
    assert_string_equal(hex, "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d");
    work_close(&work);
}

/* ---- the canonical request, line by line --------------------------------------------------- */

static const struct line_case {
    const char *name, *target, *expected; /* path \n query */
    bool is_s3, is_presigned;
} lines[] = {
    { "the root", "/", "/\n", false, false },
    { "no path at all", "", "/\n", false, false },
    { "slashes are joined", "//a///b", "/a/b\n", false, false },
    { "the last slash stays", "/a/b//", "/a/b/\n", false, false },
    { "a dot is nothing", "/./a/.", "/a\n", false, false },
    { "two dots take one back", "/a/b/../c", "/a/c\n", false, false },
    { "two dots take the last back", "/a/..", "/\n", false, false },
    { "two dots stop at the root", "/../../a", "/a\n", false, false },
    { "three dots are a name", "/a/...", "/a/...\n", false, false },
    { "an escape is escaped again", "/a%20b", "/a%2520b\n", false, false },
    { "what needs an escape gets one", "/a:b@c,d", "/a%3Ab%40c%2Cd\n", false, false },
    { "unreserved bytes stay", "/aZ09-._~", "/aZ09-._~\n", false, false },
    { "S3: as it was sent", "//a/./b/../c%20d", "//a/./b/../c%20d\n", true, false },
    { "parameters are sorted", "/?b=1&a=2&B=3", "/\nB=3&a=2&b=1", false, false },
    { "by value, too", "/?a=2&a=10&a=1", "/\na=1&a=10&a=2", false, false },
    { "by the encoded name", "/?a%5D=1&aZ=2", "/\na%5D=1&aZ=2", false, false },
    { "a name is no longer name's prefix", "/?aa=1&a=2", "/\na=2&aa=1", false, false },
    { "no value", "/?b&a=", "/\na=&b=", false, false },
    { "an equals sign in a value", "/?a=b=c", "/\na=b%3Dc", false, false },
    { "escapes become capital", "/?a=%2f%c3%a9", "/\na=%2F%C3%A9", false, false },
    { "escapes that are not needed go", "/?a=%41%7e", "/\na=A~", false, false },
    { "what needs an escape gets one", "/?a=/:(", "/\na=%2F%3A%28", false, false },
    { "a plus is a blank", "/?a=b+c", "/\na=b%20c", false, false },
    { "half an escape is text", "/?a=%4&b=%zz&c=%", "/\na=%254&b=%25zz&c=%25", false, false },
    { "empty parameters go", "/?&&a=1&", "/\na=1", false, false },
    { "presigned: less the signature", "/?X-Amz-Signature=0&X-Amz-Date=1", "/\nX-Amz-Date=1",
      false, true },
    { "signed by a header: all of it", "/?X-Amz-Signature=0", "/\nX-Amz-Signature=0", false,
      false },
};

static void test_paths_and_queries(void **state)
{
    (void)state;
    struct work work;
    const struct hy_http_header none[HEADERS_MAX] = { { HY_SV(""), HY_SV("") } };
    work_open(&work);
    for (size_t i = 0; i < ROWS(lines); i++) {
        struct hy_http_request request = request_of("GET", lines[i].target, none);
        const struct hy_canonical_options options = { .is_s3 = lines[i].is_s3,
                                                      .is_presigned = lines[i].is_presigned,
                                                      .payload = HY_SV("P") };
        char expected[256];
        (void)snprintf(expected, sizeof expected, "GET\n%s\n\n\nP", lines[i].expected);
        hy_buf_clear(&work.canonical);
        assert_int_equal(
            hy_canonical_request(&request, &options, &work.arena, &work.canonical), HY_OK);
        if (!hy_sv_equal(hy_buf_sv(&work.canonical), hy_sv_of(expected))) {
            fail_msg("%s: %.*s", lines[i].name, HY_SV_ARG(hy_buf_sv(&work.canonical)));
        }
    }
    work_close(&work);
}

static void test_headers(void **state)
{
    (void)state;
    struct work work;
    const struct hy_http_header headers[HEADERS_MAX] = {
        { HY_SV("X-List"), HY_SV("a,b") },  { HY_SV("Host"), HY_SV("h:80") },
        { HY_SV("x-list"), HY_SV(" c ") },  { HY_SV("X-Blank"), HY_SV("\t a \t b  c ") },
        { HY_SV("X-Empty"), HY_SV("  ") }, { HY_SV("X-Not-Signed"), HY_SV("1") },
    };
    struct hy_http_request request = request_of("POST", "/", headers);
    const struct hy_canonical_options options = {
        .signed_headers = HY_SV("host;x-blank;x-empty;x-list;x-missing"), .payload = HY_SV("P")
    };
    work_open(&work);
    assert_int_equal(
        hy_canonical_request(&request, &options, &work.arena, &work.canonical), HY_OK);
    hy_buf_append_byte(&work.canonical, '\0');
    assert_string_equal(work.canonical.data,
                        "POST\n/\n\nhost:h:80\nx-blank:a b c\nx-empty:\nx-list:a,b,c\n"
                        "x-missing:\n\nhost;x-blank;x-empty;x-list;x-missing\nP");
    work_close(&work);
}

static void test_an_arena_that_is_full(void **state)
{
    (void)state;
    const struct hy_http_header none[HEADERS_MAX] = { { HY_SV(""), HY_SV("") } };
    struct hy_http_request request = request_of("GET", "/?a=1&b=2", none);
    const struct hy_canonical_options options = { .payload = HY_SV("P") };
    struct hy_arena arena;
    struct hy_buf out;
    for (size_t cap = 0; cap < 64; cap++) { /* neither is enough for it */
        hy_arena_init(&arena, cap);
        hy_buf_init(&out, 1024);
        assert_int_equal(hy_canonical_request(&request, &options, &arena, &out), HY_NO_MEMORY);
        hy_buf_finish(&out);
        hy_arena_finish(&arena);
        hy_arena_init(&arena, 64 * 1024);
        hy_buf_init(&out, cap / 4);
        assert_int_equal(hy_canonical_request(&request, &options, &arena, &out), HY_NO_MEMORY);
        hy_buf_finish(&out);
        hy_arena_finish(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_aws_published),
        cmocka_unit_test(test_the_published_key),
        cmocka_unit_test(test_paths_and_queries),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_an_arena_that_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_aws_chunked.c - bodies in chunks: AWS's own example, and everything that may be wrong. */
#include "wire/aws_chunked.h"

#include "support/test.h"
#include "wire/sigv4.h"

#include <stdlib.h>
#include <string.h>

enum { BIG = 65536, SMALL = 1024, BODY_MAX = BIG + SMALL + 4096 };

#define SIGNED "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
#define SIGNED_TRAILER "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
#define UNSIGNED_TRAILER "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

/* The example of "Transferring Payload in Multiple Chunks": 66560 letters a, in two chunks. */
static const char seed[] = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
static const char sizes_and_signatures[] =
    "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
    "A\r\n"
    "400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
    "a\r\n"
    "0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n"
    "\r\n";

/* And of "... with trailing headers": the same, and a checksum. */
static const char trailer_seed[] =
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
static const char with_trailer[] =
    "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
    "A\r\n"
    "400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
    "a\r\n"
    "0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
    "x-amz-checksum-crc32c:sOO8/Q==\r\n"
    "x-amz-trailer-signature:"
    "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
    "\r\n";

struct work {
    struct hy_sha256 *sha256;
    unsigned char key[HY_SHA256_BYTES];
    struct hy_aws_chunk_signer signer;
    struct hy_aws_trailers trailers;
    char *body;
    size_t len;
};

static void work_open(struct work *work, const char *first_signature)
{
    const struct hy_credential who = { .date = HY_SV("20130524"), .region = HY_SV("us-east-1"),
                                       .service = HY_SV("s3") };
    work->sha256 = hy_sha256_create();
    assert_non_null(work->sha256);
    assert_int_equal(hy_sigv4_key(work->sha256, HY_SV("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                                  &who, work->key), HY_OK);
    work->signer = (struct hy_aws_chunk_signer){
        .sha256 = work->sha256,
        .key = work->key,
        .stamp = HY_SV("20130524T000000Z"),
        .scope = HY_SV("20130524/us-east-1/s3/aws4_request"),
        .signature = hy_sv_of(first_signature),
    };
    work->body = NULL;
}

static void work_close(struct work *work)
{
    hy_sha256_destroy(work->sha256);
    free(work->body);
}

/* A line of "A" or "a" stands for the example's big or small chunk. On the heap to the byte, so
 * that a sanitizer sees who reads beyond it. */
static void set_body(struct work *work, const char *text)
{
    char *whole = malloc(BODY_MAX);
    assert_non_null(whole);
    work->len = 0;
    for (const char *at = text; *at != '\0'; at++) {
        bool is_chunk = (*at == 'A' || *at == 'a') && at[1] == '\r' && at > text && at[-1] == '\n';
        size_t count = !is_chunk ? 1 : *at == 'A' ? BIG : SMALL;
        memset(whole + work->len, is_chunk ? 'a' : *at, count);
        work->len += count;
    }
    free(work->body);
    work->body = malloc(work->len + (work->len == 0));
    assert_non_null(work->body);
    memcpy(work->body, whole, work->len);
    free(whole);
}

static enum hy_code decode(struct work *work, const char *content_sha256, bool verify)
{
    struct hy_aws_chunked kind;
    assert_true(hy_aws_chunked_of(hy_sv_of(content_sha256), &kind));
    return hy_aws_chunked_decode(kind, verify ? &work->signer : NULL, work->body, &work->len,
                                 &work->trailers);
}

static void assert_decoded(const struct work *work)
{
    assert_int_equal(work->len, BIG + SMALL);
    for (size_t i = 0; i < work->len; i++) {
        assert_int_equal(work->body[i], 'a');
    }
}

static void test_the_example(void **state)
{
    (void)state;
    struct work work;
    work_open(&work, seed);
    set_body(&work, sizes_and_signatures);
    assert_int_equal(decode(&work, SIGNED, true), HY_OK);
    assert_decoded(&work);
    assert_int_equal(work.trailers.count, 0);
    work_close(&work);
}

static void test_the_example_with_a_trailer(void **state)
{
    (void)state;
    struct work work;
    work_open(&work, trailer_seed);
    set_body(&work, with_trailer);
    assert_int_equal(decode(&work, SIGNED_TRAILER, true), HY_OK);
    assert_decoded(&work);
    assert_int_equal(work.trailers.count, 1);
    assert_true(hy_sv_equal(work.trailers.items[0].name, HY_SV("x-amz-checksum-crc32c")));
    assert_true(hy_sv_equal(work.trailers.items[0].value, HY_SV("sOO8/Q==")));
    work_close(&work);
}

/* Every byte of sizes, signatures, trailers and some of the data, changed: none gets through. */
static void check_changes(const char *text, const char *first_signature, const char *kind)
{
    struct work work;
    work_open(&work, first_signature);
    set_body(&work, text);
    const size_t whole = work.len;
    for (size_t at = 0; at < whole; at++) {
        if (at > 120 && at < whole - 400 && at % 4999 != 0) {
            continue; /* data */
        }
        set_body(&work, text);
        work.body[at] = (char)(work.body[at] ^ 1);
        enum hy_code code = decode(&work, kind, true);
        if (code != HY_INVALID && code != HY_MALFORMED) {
            fail_msg("byte %zu of %s changed: code %d", at, kind, (int)code);
        }
    }
    work_close(&work);
}

static void test_every_byte_is_signed(void **state)
{
    (void)state;
    check_changes(sizes_and_signatures, seed, SIGNED);
    check_changes(with_trailer, trailer_seed, SIGNED_TRAILER);
}

static void test_every_byte_is_needed(void **state)
{
    (void)state;
    struct work work;
    work_open(&work, trailer_seed);
    set_body(&work, with_trailer);
    const size_t whole = work.len;
    for (size_t len = 0; len < whole; len += len > 120 && len < whole - 400 ? 4999 : 1) {
        set_body(&work, with_trailer);
        work.len = len;
        assert_int_equal(decode(&work, SIGNED_TRAILER, true), HY_MALFORMED);
    }
    work_close(&work);
}

static void test_another_request_s_chunks(void **state)
{
    (void)state;
    struct work work;
    work_open(&work, trailer_seed); /* the right key, but not the signature that they follow */
    set_body(&work, sizes_and_signatures);
    assert_int_equal(decode(&work, SIGNED, true), HY_INVALID);
    work.signer.signature = HY_SV("4f23"); /* no signature at all */
    set_body(&work, sizes_and_signatures);
    assert_int_equal(decode(&work, SIGNED, true), HY_INVALID);
    work_close(&work);
}

#define S ";chunk-signature=0000000000000000000000000000000000000000000000000000000000000000"

/* Signatures are not looked at here. NULL: malformed. */
static const struct form_case {
    const char *name, *kind, *body, *expected;
    size_t trailers;
} forms[] = {
    { "nothing in chunks", UNSIGNED_TRAILER, "0\r\n\r\n", "", 0 },
    { "one chunk and a checksum", UNSIGNED_TRAILER,
      "3\r\nhi\n\r\n0\r\nx-amz-checksum-crc32:7W96eg==\r\n\r\n", "hi\n", 1 },
    { "two chunks, digits of either case", UNSIGNED_TRAILER,
      "a\r\n0123456789\r\nB\r\n0123456789-\r\n0\r\n\r\n", "01234567890123456789-", 0 },
    { "zeros before a size", UNSIGNED_TRAILER, "0001\r\nx\r\n00\r\n\r\n", "x", 0 },
    { "a line end in the data", UNSIGNED_TRAILER, "4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n", 0 },
    { "blanks around a trailer's value", UNSIGNED_TRAILER, "0\r\na: b \n\r\n\r\n", "", 1 },
    { "signed", SIGNED, "1" S "\r\nx\r\n0" S "\r\n\r\n", "x", 0 },
    { "signed, with a signed trailer", SIGNED_TRAILER,
      "0" S "\r\na:b\r\nx-amz-trailer-signature:00\r\n\r\n", "", 1 },

    { "empty", UNSIGNED_TRAILER, "", NULL, 0 },
    { "no chunks at all", UNSIGNED_TRAILER, "{\"a\":1}", NULL, 0 },
    { "no size", UNSIGNED_TRAILER, "\r\nx\r\n0\r\n\r\n", NULL, 0 },
    { "a size that is no number", UNSIGNED_TRAILER, "1g\r\nx\r\n0\r\n\r\n", NULL, 0 },
    { "a negative size", UNSIGNED_TRAILER, "-1\r\nx\r\n0\r\n\r\n", NULL, 0 },
    { "a size of 64 bits", UNSIGNED_TRAILER, "ffffffffffffffff\r\nx\r\n0\r\n\r\n", NULL, 0 },
    { "a size beyond the body", UNSIGNED_TRAILER, "2\r\nx", NULL, 0 },
    { "a size that is too small", UNSIGNED_TRAILER, "1\r\nxy\r\n0\r\n\r\n", NULL, 0 },
    { "no line end after the data", UNSIGNED_TRAILER, "1\r\nx0\r\n\r\n", NULL, 0 },
    { "the last chunk is missing", UNSIGNED_TRAILER, "1\r\nx\r\n", NULL, 0 },
    { "the last line is missing", UNSIGNED_TRAILER, "1\r\nx\r\n0\r\n", NULL, 0 },
    { "something follows", UNSIGNED_TRAILER, "0\r\n\r\nmore", NULL, 0 },
    { "a trailer without a colon", UNSIGNED_TRAILER, "0\r\nab\r\n\r\n", NULL, 0 },
    { "nine trailers", UNSIGNED_TRAILER,
      "0\r\na:1\r\nb:1\r\nc:1\r\nd:1\r\ne:1\r\nf:1\r\ng:1\r\nh:1\r\ni:1\r\n\r\n", NULL, 0 },
    { "a signature that nobody announced", UNSIGNED_TRAILER, "0" S "\r\n\r\n", NULL, 0 },
    { "a trailer signature, likewise", UNSIGNED_TRAILER,
      "0\r\nx-amz-trailer-signature:00\r\n\r\n", NULL, 0 },
    { "a trailer that nobody announced", SIGNED, "0" S "\r\na:b\r\n\r\n", NULL, 0 },
    { "an announced signature is missing", SIGNED, "0\r\n\r\n", NULL, 0 },
    { "another extension", SIGNED, "0;signature=00\r\n\r\n", NULL, 0 },
    { "the trailer's signature is missing", SIGNED_TRAILER, "0" S "\r\na:b\r\n\r\n", NULL, 0 },
    { "a trailer behind the signature", SIGNED_TRAILER,
      "0" S "\r\nx-amz-trailer-signature:00\r\na:b\r\n\r\n", NULL, 0 },
};

static void test_forms(void **state)
{
    (void)state;
    struct work work;
    work_open(&work, seed);
    for (size_t i = 0; i < ROWS(forms); i++) {
        set_body(&work, forms[i].body);
        enum hy_code code = decode(&work, forms[i].kind, false);
        bool good = code == (forms[i].expected == NULL ? HY_MALFORMED : HY_OK);
        if (good && code == HY_OK) {
            good = hy_sv_equal((hy_sv){ work.body, work.len }, hy_sv_of(forms[i].expected)) &&
                   work.trailers.count == forms[i].trailers;
        }
        if (!good) {
            fail_msg("%s: code %d", forms[i].name, (int)code);
        }
    }
    work_close(&work);
}

static void test_other_payloads_are_no_chunks(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "UNSIGNED-PAYLOAD",
        "STREAMING-",
        "streaming-unsigned-payload-trailer",
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    };
    struct hy_aws_chunked kind;
    for (size_t i = 0; i < ROWS(others); i++) {
        assert_false(hy_aws_chunked_of(hy_sv_of(others[i]), &kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_example),
        cmocka_unit_test(test_the_example_with_a_trailer),
        cmocka_unit_test(test_every_byte_is_signed),
        cmocka_unit_test(test_every_byte_is_needed),
        cmocka_unit_test(test_another_request_s_chunks),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_other_payloads_are_no_chunks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

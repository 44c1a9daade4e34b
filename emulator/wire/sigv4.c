#include "wire/sigv4.h"

#include "base/date.h"
#include "base/date_read.h"
#include "wire/percent.h"

#include <stdio.h>
#include <string.h>

const struct hy_refusal hy_missing_token = { "MissingAuthenticationTokenException", 400 };
const struct hy_refusal hy_incomplete_signature = { "IncompleteSignatureException", 400 };
const struct hy_refusal hy_invalid_signature = { "InvalidSignatureException", 400 };
const struct hy_refusal hy_unrecognized_client = { "UnrecognizedClientException", 400 };
const struct hy_refusal hy_expired_token = { "ExpiredTokenException", 400 };

static const hy_sv algorithm = HY_SV_INIT("AWS4-HMAC-SHA256");
static const hy_sv terminator = HY_SV_INIT("aws4_request");

enum { STAMP_CHARS = 16 }; /* "20260101T000317Z" */

static void write_stamp(uint64_t ms, char out[HY_DATE_TEXT_BYTES])
{
    char iso[HY_DATE_TEXT_BYTES]; /* 2026-01-01T00:03:17.123Z */
    hy_date_iso(ms, iso);
    size_t len = 0;
    for (const char *at = iso; *at != '.'; at++) {
        if (*at != '-' && *at != ':') {
            out[len++] = *at;
        }
    }
    out[len] = 'Z';
    out[len + 1] = '\0';
}

/* ---- the claim: the Authorization header ------------------------------------------------- */

/* A Date header is an HTTP date: what is signed is the same instant in the basic format. */
HY_MUST_CHECK
static enum hy_code read_date(struct hy_sigv4_claim *claim, struct hy_arena *arena,
                              struct hy_err *err)
{
    if (hy_date_read_basic(claim->stamp, &claim->signed_ms)) {
        return HY_OK;
    }
    if (claim->is_presigned || !hy_date_read_http(claim->stamp, &claim->signed_ms)) {
        return hy_refuse(err, &hy_incomplete_signature,
                         "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                         "http://en.wikipedia.org/wiki/ISO_8601", HY_SV_ARG(claim->stamp));
    }
    char text[HY_DATE_TEXT_BYTES];
    write_stamp(claim->signed_ms, text);
    claim->stamp = (hy_sv){ hy_arena_cstr(arena, hy_sv_of(text)), STAMP_CHARS };
    return claim->stamp.ptr == NULL ? HY_NO_MEMORY : HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_header_form(const struct hy_http_request *request, hy_sv authorization,
                                     struct hy_arena *arena, struct hy_sigv4_claim *claim,
                                     struct hy_err *err)
{
    const struct hy_authorization parts = hy_authorization_of(authorization);
    claim->algorithm = parts.algorithm;
    claim->credential = parts.credential;
    claim->signed_headers = parts.signed_headers;
    claim->signature = parts.signature;
    claim->stamp = hy_http_header(request->headers, HY_SV("x-amz-date"));
    if (claim->stamp.len == 0) {
        claim->stamp = hy_http_header(request->headers, HY_SV("date"));
    }
    claim->token = hy_http_header(request->headers, HY_SV("x-amz-security-token"));
    const char *no_credential =
        claim->credential.len > 0 ? "" : "Authorization header requires 'Credential' parameter. ";
    const char *no_signature =
        claim->signature.len > 0 ? "" : "Authorization header requires 'Signature' parameter. ";
    const char *no_headers = claim->signed_headers.len > 0
        ? "" : "Authorization header requires 'SignedHeaders' parameter. ";
    const char *no_date = claim->stamp.len > 0
        ? "" : "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
               "header. ";
    if (*no_credential != '\0' || *no_signature != '\0' || *no_headers != '\0' ||
        *no_date != '\0') {
        return hy_refuse(err, &hy_incomplete_signature, "%s%s%s%sAuthorization=%.*s",
                         no_credential, no_signature, no_headers, no_date,
                         HY_SV_ARG(authorization));
    }
    return read_date(claim, arena, err);
}

/* ---- the claim: query parameters --------------------------------------------------------- */

/* The parameter as sent; ptr NULL when there is none. */
static hy_sv find_parameter(hy_sv query, hy_sv name)
{
    while (query.len > 0) {
        hy_sv value = hy_sv_cut(&query, '&');
        hy_sv key = hy_sv_cut(&value, '=');
        if (hy_sv_equal(key, name)) {
            return value.len > 0 ? value : HY_SV("");
        }
    }
    return (hy_sv){ NULL, 0 };
}

HY_MUST_CHECK
static enum hy_code read_expires(hy_sv text, struct hy_sigv4_claim *claim, struct hy_err *err)
{
    if (text.ptr == NULL) {
        return HY_OK;
    }
    if (!hy_sv_to_u64(text, &claim->expires_s) || claim->expires_s < 1 ||
        claim->expires_s > HY_SIGV4_EXPIRES_MAX_S) {
        return hy_refuse(err, &hy_invalid_signature,
                         "X-Amz-Expires must be a number of seconds between 1 and %d, not '%.*s'",
                         HY_SIGV4_EXPIRES_MAX_S, HY_SV_ARG(text));
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_query_form(hy_sv query, struct hy_arena *arena,
                                    struct hy_sigv4_claim *claim, struct hy_err *err)
{
    const struct parameter {
        hy_sv name;
        hy_sv *out;
        bool is_optional;
    } parameters[] = {
        { HY_SV("X-Amz-Algorithm"), &claim->algorithm, false },
        { HY_SV("X-Amz-Credential"), &claim->credential, false },
        { HY_SV("X-Amz-Signature"), &claim->signature, false },
        { HY_SV("X-Amz-SignedHeaders"), &claim->signed_headers, false },
        { HY_SV("X-Amz-Date"), &claim->stamp, false },
        { HY_SV("X-Amz-Security-Token"), &claim->token, true },
    };
    char missing[512];
    size_t missing_len = 0;
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        hy_sv sent = find_parameter(query, parameters[i].name);
        if (sent.len == 0 && !parameters[i].is_optional) {
            missing_len += (size_t)snprintf(missing + missing_len, sizeof missing - missing_len,
                                            "AWS query-string parameters must include '%s'. ",
                                            parameters[i].name.ptr);
        } else if (sent.ptr != NULL) {
            *parameters[i].out = hy_percent_decode(sent, arena);
            if (parameters[i].out->ptr == NULL) {
                return HY_NO_MEMORY;
            }
        }
    }
    if (missing_len > 0) {
        return hy_refuse(err, &hy_incomplete_signature,
                         "%sRe-examine the query-string parameters.", missing);
    }
    enum hy_code code = read_date(claim, arena, err);
    return code == HY_OK ? read_expires(find_parameter(query, HY_SV("X-Amz-Expires")), claim, err)
                         : code;
}

enum hy_code hy_sigv4_read(const struct hy_http_request *request, struct hy_arena *arena,
                           struct hy_sigv4_claim *claim, struct hy_err *err)
{
    hy_sv authorization = hy_http_header(request->headers, HY_SV("authorization"));
    *claim = (struct hy_sigv4_claim){
        .is_presigned = find_parameter(request->query, HY_SV("X-Amz-Algorithm")).ptr != NULL
    };
    if (claim->is_presigned && authorization.len > 0) {
        return hy_refuse(err, &hy_invalid_signature,
                         "Found both 'X-Amz-Algorithm' as a query-string param and "
                         "'Authorization' as HTTP header.");
    }
    if (claim->is_presigned) {
        return read_query_form(request->query, arena, claim, err);
    }
    return authorization.len > 0
        ? read_header_form(request, authorization, arena, claim, err)
        : hy_refuse(err, &hy_missing_token, "Missing Authentication Token");
}

/* ---- what can be judged without a secret -------------------------------------------------- */

static bool is_signed(const struct hy_sigv4_claim *claim, hy_sv header)
{
    hy_sv names = claim->signed_headers;
    while (names.len > 0) {
        if (hy_sv_equal_nocase(hy_sv_cut(&names, ';'), header)) {
            return true;
        }
    }
    return false;
}

HY_MUST_CHECK
static enum hy_code check_time(const struct hy_sigv4_claim *claim, uint64_t now_ms,
                               struct hy_err *err)
{
    const uint64_t skew_s = claim->is_s3 ? HY_SIGV4_SKEW_MAX_S3_S : HY_SIGV4_SKEW_MAX_S;
    const uint64_t valid_s = claim->expires_s > 0 ? claim->expires_s : skew_s;
    const uint64_t now_s = now_ms / 1000;
    const uint64_t signed_s = claim->signed_ms / 1000;
    char now[HY_DATE_TEXT_BYTES];
    char limit[HY_DATE_TEXT_BYTES];
    if (now_s > signed_s + valid_s) {
        bool in_minutes = valid_s % 60 == 0;
        write_stamp(now_ms, now);
        write_stamp((now_s - valid_s) * 1000, limit);
        return hy_refuse(err, &hy_invalid_signature,
                         "Signature expired: %.*s is now earlier than %s (%s - %u %s.)",
                         HY_SV_ARG(claim->stamp), limit, now,
                         (unsigned)(in_minutes ? valid_s / 60 : valid_s),
                         in_minutes ? "min" : "sec");
    }
    if (signed_s > now_s + skew_s) {
        write_stamp(now_ms, now);
        write_stamp((now_s + skew_s) * 1000, limit);
        return hy_refuse(err, &hy_invalid_signature,
                         "Signature not yet current: %.*s is still later than %s (%s + %u min.)",
                         HY_SV_ARG(claim->stamp), limit, now, (unsigned)(skew_s / 60));
    }
    return HY_OK;
}

static bool split_credential(struct hy_sigv4_claim *claim, hy_sv *last)
{
    hy_sv rest = claim->credential;
    claim->who.access_key = hy_sv_cut(&rest, '/');
    claim->scope = rest;
    claim->who.date = hy_sv_cut(&rest, '/');
    claim->who.region = hy_sv_cut(&rest, '/');
    claim->who.service = hy_sv_cut(&rest, '/');
    *last = rest;
    return rest.len > 0 && hy_sv_find(rest, '/') == rest.len;
}

/* Services know the caller by hy_credential_of_request: a credential that it reads in another way
 * (an escape where none is needed) is refused, or it could stand for somebody else. */
static bool is_known_alike(const struct hy_sigv4_claim *claim,
                           const struct hy_http_request *request)
{
    const struct hy_credential known = hy_credential_of_request(request);
    return hy_sv_equal(known.access_key, claim->who.access_key) &&
           hy_sv_equal(known.region, claim->who.region) &&
           hy_sv_equal(known.service, claim->who.service);
}

/* Any region will do: hydrant is in all of them. */
HY_MUST_CHECK
static enum hy_code check_scope(const struct hy_sigv4_claim *claim, hy_sv last, hy_sv service,
                                struct hy_err *err)
{
    hy_sv day = { claim->stamp.ptr, 8 };
    bool good_service = service.len == 0 || hy_sv_equal(claim->who.service, service);
    bool good_last = hy_sv_equal(last, terminator);
    bool good_day = hy_sv_equal(claim->who.date, day);
    if (good_service && good_last && good_day) {
        return HY_OK;
    }
    char text[3][512] = { "", "", "" };
    if (!good_service) {
        (void)snprintf(text[0], sizeof text[0],
                       "Credential should be scoped to correct service: '%.*s'. ",
                       HY_SV_ARG(service));
    }
    if (!good_last) {
        (void)snprintf(text[1], sizeof text[1], "Credential should be scoped with a valid "
                       "terminator: 'aws4_request', not '%.*s'. ", HY_SV_ARG(last));
    }
    if (!good_day) {
        (void)snprintf(text[2], sizeof text[2], "Date in Credential scope does not match "
                       "YYYYMMDD from ISO-8601 version of date from HTTP: '%.*s' != '%.*s', from "
                       "'%.*s'.", HY_SV_ARG(claim->who.date), HY_SV_ARG(day),
                       HY_SV_ARG(claim->stamp));
    }
    return hy_refuse(err, &hy_invalid_signature, "%s%s%s", text[0], text[1], text[2]);
}

/* AWS wants every x-amz- header signed that is there: else who sits between could change it. */
HY_MUST_CHECK
static enum hy_code check_signed_headers(const struct hy_sigv4_claim *claim,
                                         const struct hy_http_request *request,
                                         struct hy_err *err)
{
    for (size_t i = 0; i < request->headers.count; i++) {
        hy_sv name = request->headers.items[i].name;
        hy_sv start = { name.ptr, name.len < 6 ? name.len : 6 };
        if (hy_sv_equal_nocase(start, HY_SV("x-amz-")) && !is_signed(claim, name)) {
            return hy_refuse(err, &hy_invalid_signature,
                             "'%.*s' must be a 'SignedHeader' in the AWS Authorization.",
                             HY_SV_ARG(name));
        }
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code refuse_credential(const struct hy_sigv4_claim *claim, struct hy_err *err)
{
    return hy_refuse(err, &hy_incomplete_signature,
                     "Credential must have exactly 5 slash-delimited elements, e.g. "
                     "keyid/date/region/service/term, got '%.*s'", HY_SV_ARG(claim->credential));
}

enum hy_code hy_sigv4_check(struct hy_sigv4_claim *claim, const struct hy_http_request *request,
                            hy_sv service, uint64_t now_ms, struct hy_err *err)
{
    hy_sv last;
    bool is_five = split_credential(claim, &last);
    claim->is_s3 = is_five && hy_sv_equal(claim->who.service, HY_SV("s3"));
    enum hy_code code = check_time(claim, now_ms, err);
    if (code != HY_OK) {
        return code;
    }
    if (!is_signed(claim, HY_SV("host"))) {
        return hy_refuse(err, &hy_invalid_signature,
                         "'Host' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (!hy_sv_equal(claim->algorithm, algorithm)) {
        return hy_refuse(err, &hy_incomplete_signature,
                         "Unsupported AWS 'algorithm': '%.*s' (only AWS4-HMAC-SHA256 for now). ",
                         HY_SV_ARG(claim->algorithm));
    }
    if (!is_five) {
        return refuse_credential(claim, err);
    }
    code = check_scope(claim, last, service, err);
    if (code == HY_OK && !is_known_alike(claim, request)) {
        code = refuse_credential(claim, err);
    }
    return code == HY_OK ? check_signed_headers(claim, request, err) : code;
}

/* ---- keys and signatures ------------------------------------------------------------------ */

static hy_sv bytes_of(const unsigned char key[HY_SHA256_BYTES])
{
    return (hy_sv){ (const char *)key, HY_SHA256_BYTES };
}

enum hy_code hy_sigv4_key(struct hy_sha256 *sha256, hy_sv secret, const struct hy_credential *who,
                          unsigned char key[HY_SHA256_BYTES])
{
    char first[256];
    int len = snprintf(first, sizeof first, "AWS4%.*s", HY_SV_ARG(secret));
    if (len < 0 || (size_t)len >= sizeof first) {
        return HY_LIMIT;
    }
    bool good = hy_sha256_hmac(sha256, (hy_sv){ first, (size_t)len }, who->date, key) &&
                hy_sha256_hmac(sha256, bytes_of(key), who->region, key) &&
                hy_sha256_hmac(sha256, bytes_of(key), who->service, key) &&
                hy_sha256_hmac(sha256, bytes_of(key), terminator, key);
    return good ? HY_OK : HY_NO_MEMORY;
}

/* In the arena; ptr NULL when that is full. */
static hy_sv join_lines(const hy_sv *lines, size_t count, struct hy_arena *arena)
{
    size_t len = count - 1;
    for (size_t i = 0; i < count; i++) {
        len += lines[i].len;
    }
    char *text = hy_arena_alloc(arena, len);
    char *at = text;
    for (size_t i = 0; text != NULL && i < count; i++) {
        if (i > 0) {
            *at++ = '\n';
        }
        memcpy(at, lines[i].ptr, lines[i].len);
        at += lines[i].len;
    }
    return (hy_sv){ text, len };
}

enum hy_code hy_sigv4_sign(struct hy_sha256 *sha256, const unsigned char key[HY_SHA256_BYTES],
                           const struct hy_sigv4_claim *claim, hy_sv canonical,
                           struct hy_arena *arena, char signature[HY_SHA256_HEX_CHARS])
{
    char hash[HY_SHA256_HEX_CHARS];
    if (!hy_sha256_hex(sha256, canonical, hash)) {
        return HY_NO_MEMORY;
    }
    const hy_sv lines[] = { algorithm, claim->stamp, claim->scope, { hash, sizeof hash } };
    hy_sv text = join_lines(lines, sizeof lines / sizeof lines[0], arena);
    return text.ptr != NULL && hy_sha256_hmac_hex(sha256, bytes_of(key), text, signature)
        ? HY_OK : HY_NO_MEMORY;
}

#include "wire/credential.h"

/* The first of each name counts. */
static void take(hy_sv *field, hy_sv value)
{
    if (field->ptr == NULL) {
        *field = value;
    }
}

struct hy_authorization hy_authorization_of(hy_sv header)
{
    struct hy_authorization parts = { .algorithm = hy_sv_cut(&header, ' ') };
    while (header.len > 0) {
        hy_sv words = hy_sv_cut(&header, ',');
        while (words.len > 0) {
            hy_sv value = hy_sv_cut(&words, ' ');
            hy_sv name = hy_sv_cut(&value, '=');
            if (hy_sv_equal(name, HY_SV("Credential"))) {
                take(&parts.credential, value);
            } else if (hy_sv_equal(name, HY_SV("SignedHeaders"))) {
                take(&parts.signed_headers, value);
            } else if (hy_sv_equal(name, HY_SV("Signature"))) {
                take(&parts.signature, value);
            }
        }
    }
    return parts;
}

/* In a query the slash is "/" or, as clients write it, "%2F". No part has another escape. */
static hy_sv cut_part(hy_sv *scope)
{
    for (size_t i = 0; i + 3 <= scope->len; i++) {
        hy_sv escape = { scope->ptr + i, 3 };
        if (scope->ptr[i] == '/') {
            break;
        }
        if (hy_sv_equal_nocase(escape, HY_SV("%2F"))) {
            hy_sv part = { scope->ptr, i };
            *scope = (hy_sv){ scope->ptr + i + 3, scope->len - i - 3 };
            return part;
        }
    }
    return hy_sv_cut(scope, '/');
}

static struct hy_credential split(hy_sv scope)
{
    struct hy_credential credential = { 0 };
    hy_sv access_key = cut_part(&scope);
    hy_sv date = cut_part(&scope);
    hy_sv region = cut_part(&scope);
    hy_sv service = cut_part(&scope);
    if (hy_sv_equal(scope, HY_SV("aws4_request"))) {
        credential = (struct hy_credential){ access_key, date, region, service };
    }
    return credential;
}

struct hy_credential hy_credential_of(struct hy_http_headers headers)
{
    return split(hy_authorization_of(hy_http_header(headers, HY_SV("authorization"))).credential);
}

struct hy_credential hy_credential_of_request(const struct hy_http_request *request)
{
    static const hy_sv parameter = HY_SV_INIT("X-Amz-Credential=");
    hy_sv query = request->query;
    if (hy_http_header(request->headers, HY_SV("authorization")).len > 0) {
        return hy_credential_of(request->headers);
    }
    while (query.len > 0) {
        hy_sv word = hy_sv_cut(&query, '&');
        if (hy_sv_starts_with(word, parameter)) {
            return split((hy_sv){ word.ptr + parameter.len, word.len - parameter.len });
        }
    }
    return (struct hy_credential){ 0 };
}

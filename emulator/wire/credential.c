#include "wire/credential.h"

static const hy_sv marker = HY_SV_INIT("Credential=");

/* What follows "Credential=", up to the next comma or blank. */
static hy_sv find_scope(hy_sv authorization)
{
    for (size_t i = 0; i + marker.len <= authorization.len; i++) {
        hy_sv rest = { authorization.ptr + i, authorization.len - i };
        if (hy_sv_starts_with(rest, marker)) {
            rest = (hy_sv){ rest.ptr + marker.len, rest.len - marker.len };
            hy_sv word = hy_sv_cut(&rest, ',');
            return hy_sv_cut(&word, ' ');
        }
    }
    return (hy_sv){ 0 };
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
    return split(find_scope(hy_http_header(headers, HY_SV("authorization"))));
}

struct hy_credential hy_credential_of_request(const struct hy_http_request *request)
{
    static const hy_sv parameter = HY_SV_INIT("X-Amz-Credential=");
    hy_sv query = request->query;
    while (query.len > 0) {
        hy_sv word = hy_sv_cut(&query, '&');
        if (hy_sv_starts_with(word, parameter)) {
            return split((hy_sv){ word.ptr + parameter.len, word.len - parameter.len });
        }
    }
    return hy_credential_of(request->headers);
}

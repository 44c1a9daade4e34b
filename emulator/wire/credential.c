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

struct hy_credential hy_credential_of(struct hy_http_headers headers)
{
    hy_sv scope = find_scope(hy_http_header(headers, HY_SV("authorization")));
    struct hy_credential credential = { 0 };
    hy_sv access_key = hy_sv_cut(&scope, '/');
    hy_sv date = hy_sv_cut(&scope, '/');
    hy_sv region = hy_sv_cut(&scope, '/');
    hy_sv service = hy_sv_cut(&scope, '/');
    if (hy_sv_equal(scope, HY_SV("aws4_request"))) {
        credential = (struct hy_credential){ access_key, date, region, service };
    }
    return credential;
}

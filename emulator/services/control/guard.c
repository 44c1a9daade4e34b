#include "services/control/guard.h"

/* "127.0.0.1:4573", "localhost", "[::1]:80" */
static bool is_loopback_host(hy_sv host)
{
    if (hy_sv_starts_with(host, HY_SV("["))) {
        hy_sv rest = host;
        return hy_sv_equal(hy_sv_cut(&rest, ']'), HY_SV("[::1"));
    }
    hy_sv name = hy_sv_cut(&host, ':');
    return hy_sv_equal_nocase(name, HY_SV("localhost")) ||
           hy_sv_equal(name, HY_SV("127.0.0.1"));
}

static bool is_loopback_origin(hy_sv origin)
{
    static const hy_sv schemes[] = { HY_SV_INIT("http://"), HY_SV_INIT("https://") };
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (hy_sv_starts_with(origin, schemes[i])) {
            return is_loopback_host(
                (hy_sv){ origin.ptr + schemes[i].len, origin.len - schemes[i].len });
        }
    }
    return false; /* "null" too: a page in a sandbox */
}

const char *hy_control_guard(const struct hy_http_request *request)
{
    hy_sv origin = hy_http_header(request->headers, HY_SV("origin"));
    if (!request->peer_is_loopback) {
        return "the control API answers only callers on the same machine";
    }
    if (!is_loopback_host(hy_http_header(request->headers, HY_SV("host")))) {
        return "the control API answers only to localhost, 127.0.0.1 or [::1] as Host";
    }
    if (origin.ptr != NULL && !is_loopback_origin(origin)) {
        return "the control API does not answer web pages of other origins";
    }
    return NULL;
}

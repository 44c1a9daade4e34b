/* curl_lib.h - libcurl, loaded when it is first needed.
 *
 * Linked in, it and the thirty libraries behind it cost every start 12 ms and 6 MiB (measured
 * on Debian 12), for something that most runs never use. So it is opened at the first fetch.
 */
#ifndef HY_IO_CURL_LIB_H
#define HY_IO_CURL_LIB_H

#include <stdbool.h>

#define CURL_DISABLE_TYPECHECK /* its checks are macros around the names we only take types of */
#include <curl/curl.h>

#define HY_CURL_FUNCTIONS(X)                                                                \
    X(global_init) X(global_cleanup) X(free)                                                \
    X(multi_init) X(multi_cleanup) X(multi_setopt) X(multi_assign) X(multi_add_handle)      \
    X(multi_remove_handle) X(multi_socket_action) X(multi_info_read)                        \
    X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo) X(easy_strerror)            \
    X(slist_append) X(slist_free_all)                                                       \
    X(url) X(url_cleanup) X(url_set) X(url_get)

struct hy_curl {
#define X(name) __typeof__(curl_##name) *name;
    HY_CURL_FUNCTIONS(X)
#undef X
};

extern struct hy_curl hy_curl; /* usable after hy_curl_load said true */

/* Loop thread. Tries again each time until it succeeds; says in the log why it did not. */
bool hy_curl_load(void);

#endif

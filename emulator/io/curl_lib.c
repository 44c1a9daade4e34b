#include "io/curl_lib.h"

#include "base/log.h"

#include <dlfcn.h>
#include <string.h>

struct hy_curl hy_curl;

/* POSIX's way around ISO C: a function's address comes as void *. */
static bool find(void *library, const char *name, void *function, size_t size)
{
    void *found = dlsym(library, name);
    memcpy(function, &found, size);
    return found != NULL;
}

static bool find_all(void *library, struct hy_curl *curl)
{
    bool has_all = true;
#define X(name) has_all &= find(library, "curl_" #name, &curl->name, sizeof curl->name);
    HY_CURL_FUNCTIONS(X)
#undef X
    return has_all;
}

bool hy_curl_load(void)
{
    if (hy_curl.easy_init != NULL) {
        return true;
    }
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    struct hy_curl curl;
    if (library == NULL || !find_all(library, &curl)) {
        hy_log(HY_LOG_ERROR, "io", NULL, "libcurl cannot be used: %s",
               library == NULL ? dlerror() : "it lacks a function");
        return false; /* an opened library stays open: it may have started something */
    }
    hy_curl = curl;
    return true;
}

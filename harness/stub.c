#include "harness/stub.h"

#include <cjson/cJSON.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct route {
    hy_sv method, path; /* in the tree */
    int status;
    struct hy_http_header *headers; /* their texts are in the tree */
    size_t header_count;
    hy_sv body;
    char *printed;      /* the body, when it is not a string of the tree */
    uint64_t delay_ms;
    bool has_times;     /* it is over after `times` more answers */
    uint64_t times;
    bool cut;
};

struct hy_stub {
    cJSON *tree;
    struct route *routes;
    size_t count;
};

static const struct hy_http_header json_type = {
    HY_SV_INIT("Content-Type"), HY_SV_INIT("application/json"),
};

struct loader {
    struct hy_stub *stub;
    const char *name;
    size_t index;
    struct hy_err *err;
};

HY_PRINTF(2, 3)
static enum hy_code route_fail(struct loader *loader, const char *format, ...)
{
    char what[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return hy_fail(loader->err, HY_INVALID, "%s: routes[%zu]: %s", loader->name, loader->index,
                   what);
}

static enum hy_code memory_fail(struct loader *loader)
{
    return hy_fail(loader->err, HY_NO_MEMORY, "%s: out of memory", loader->name);
}

/* ---- loading ---- */

typedef enum hy_code member_fn(struct loader *loader, struct route *route, const cJSON *value);

static enum hy_code load_method(struct loader *loader, struct route *route, const cJSON *value)
{
    route->method = hy_sv_of(cJSON_GetStringValue(value));
    return route->method.len > 0 ? HY_OK : route_fail(loader, "method must be a string");
}

static enum hy_code load_path(struct loader *loader, struct route *route, const cJSON *value)
{
    route->path = hy_sv_of(cJSON_GetStringValue(value));
    return hy_sv_starts_with(route->path, HY_SV("/"))
        ? HY_OK : route_fail(loader, "path must be a string that begins with a slash");
}

static enum hy_code load_status(struct loader *loader, struct route *route, const cJSON *value)
{
    int status = cJSON_IsNumber(value) ? value->valueint : 0;
    if (status < 200 || status > 599 || (double)status != value->valuedouble) {
        return route_fail(loader, "status must be a number from 200 to 599");
    }
    route->status = status;
    return HY_OK;
}

static bool can_be_sent(const char *text)
{
    return text != NULL && strpbrk(text, "\r\n") == NULL;
}

static enum hy_code load_headers(struct loader *loader, struct route *route, const cJSON *value)
{
    int count = cJSON_GetArraySize(value);
    if (!cJSON_IsObject(value)) {
        return route_fail(loader, "headers must be an object");
    }
    route->headers = calloc((size_t)count + 1, sizeof *route->headers);
    if (route->headers == NULL) {
        return memory_fail(loader);
    }
    const cJSON *header;
    cJSON_ArrayForEach(header, value) {
        const char *text = cJSON_GetStringValue(header);
        if (header->string[0] == '\0' || !can_be_sent(header->string) || !can_be_sent(text)) {
            return route_fail(loader, "header \"%s\" must be a string of one line",
                              header->string);
        }
        route->headers[route->header_count++] =
            (struct hy_http_header){ hy_sv_of(header->string), hy_sv_of(text) };
    }
    return HY_OK;
}

static enum hy_code load_body(struct loader *loader, struct route *route, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        route->body = hy_sv_of(value->valuestring);
        return HY_OK;
    }
    route->printed = cJSON_PrintUnformatted(value);
    route->body = hy_sv_of(route->printed);
    return route->printed != NULL ? HY_OK : memory_fail(loader);
}

static enum hy_code load_whole(struct loader *loader, const cJSON *value, const char *name,
                               double max, uint64_t *out)
{
    double number = cJSON_IsNumber(value) ? value->valuedouble : -1;
    if (!(number >= 0 && number <= max) || (double)(uint64_t)number < number) {
        return route_fail(loader, "%s must be a whole number up to %.0f", name, max);
    }
    *out = (uint64_t)number;
    return HY_OK;
}

static enum hy_code load_delay_ms(struct loader *loader, struct route *route, const cJSON *value)
{
    return load_whole(loader, value, "delay_ms", 3600000, &route->delay_ms);
}

static enum hy_code load_times(struct loader *loader, struct route *route, const cJSON *value)
{
    route->has_times = true;
    return load_whole(loader, value, "times", 1e9, &route->times);
}

static enum hy_code load_cut(struct loader *loader, struct route *route, const cJSON *value)
{
    route->cut = cJSON_IsTrue(value);
    return cJSON_IsBool(value) ? HY_OK : route_fail(loader, "cut must be true or false");
}

static const struct member {
    const char *name;
    member_fn *load;
} members[] = {
    { "method", load_method }, { "path", load_path }, { "status", load_status },
    { "headers", load_headers }, { "body", load_body }, { "delay_ms", load_delay_ms },
    { "times", load_times }, { "cut", load_cut },
};

enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

/* Its row; MEMBER_COUNT: none. */
static size_t find_member(const char *name)
{
    size_t i = 0;
    while (i < MEMBER_COUNT && strcmp(members[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* A body that was printed is JSON, and says so. */
static enum hy_code add_type(struct loader *loader, struct route *route)
{
    struct hy_http_headers headers = { route->headers, route->header_count };
    if (route->printed == NULL || hy_http_header(headers, json_type.name).ptr != NULL) {
        return HY_OK;
    }
    struct hy_http_header *items =
        realloc(route->headers, (route->header_count + 1) * sizeof *items);
    if (items == NULL) {
        return memory_fail(loader);
    }
    route->headers = items;
    route->headers[route->header_count++] = json_type;
    return HY_OK;
}

static enum hy_code load_route(struct loader *loader, struct route *route, const cJSON *value)
{
    *route = (struct route){ .method = HY_SV("GET"), .status = 200 };
    if (!cJSON_IsObject(value)) {
        return route_fail(loader, "must be an object");
    }
    const cJSON *member;
    unsigned seen = 0;
    cJSON_ArrayForEach(member, value) {
        size_t at = find_member(member->string);
        if (at == MEMBER_COUNT) {
            return route_fail(loader, "unknown member \"%s\"", member->string);
        }
        if ((seen & 1U << at) != 0) {
            return route_fail(loader, "%s stands there twice", members[at].name);
        }
        seen |= 1U << at;
        enum hy_code code = members[at].load(loader, route, member);
        if (code != HY_OK) {
            return code;
        }
    }
    return route->path.len > 0 ? add_type(loader, route)
                               : route_fail(loader, "path is missing");
}

static enum hy_code load(struct loader *loader)
{
    struct hy_stub *stub = loader->stub;
    const cJSON *routes = cJSON_GetObjectItemCaseSensitive(stub->tree, "routes"), *value;
    int count = cJSON_GetArraySize(routes);
    if (!cJSON_IsArray(routes) || cJSON_GetArraySize(stub->tree) != 1) {
        return hy_fail(loader->err, HY_INVALID,
                       "%s: must be an object with one member, \"routes\", an array",
                       loader->name);
    }
    stub->routes = calloc((size_t)count + 1, sizeof *stub->routes);
    if (stub->routes == NULL) {
        return memory_fail(loader);
    }
    cJSON_ArrayForEach(value, routes) {
        loader->index = stub->count;
        enum hy_code code = load_route(loader, &stub->routes[stub->count++], value);
        if (code != HY_OK) {
            return code;
        }
    }
    return HY_OK;
}

static size_t line_at(hy_sv text, const char *at)
{
    size_t line = 1;
    for (const char *p = text.ptr; p < at && p < text.ptr + text.len; p++) {
        line += *p == '\n';
    }
    return line;
}

enum hy_code hy_stub_create(hy_sv json, const char *name, struct hy_stub **out,
                            struct hy_err *err)
{
    struct hy_stub *stub = calloc(1, sizeof *stub);
    if (stub == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "%s: out of memory", name);
    }
    const char *end = json.ptr;
    stub->tree = cJSON_ParseWithLengthOpts(json.ptr, json.len, &end, false);
    struct loader loader = { .stub = stub, .name = name, .err = err };
    enum hy_code code = stub->tree != NULL
        ? load(&loader)
        : hy_fail(err, HY_MALFORMED, "%s:%zu: not JSON", name, line_at(json, end));
    if (code != HY_OK) {
        hy_stub_destroy(stub);
        return code;
    }
    *out = stub;
    return HY_OK;
}

void hy_stub_destroy(struct hy_stub *stub)
{
    if (stub == NULL) {
        return;
    }
    for (size_t i = 0; i < stub->count; i++) {
        free(stub->routes[i].headers);
        cJSON_free(stub->routes[i].printed);
    }
    free(stub->routes);
    cJSON_Delete(stub->tree);
    free(stub);
}

/* ---- answering ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes one character off the front of *text, percent-decoded. */
static char take_char(hy_sv *text)
{
    size_t len = 1;
    char c = text->ptr[0];
    if (c == '%' && text->len >= 3) {
        int high = hex_digit(text->ptr[1]), low = hex_digit(text->ptr[2]);
        if (high >= 0 && low >= 0) {
            c = (char)(high << 4 | low);
            len = 3;
        }
    }
    *text = (hy_sv){ text->ptr + len, text->len - len };
    return c;
}

static bool segment_fits(hy_sv pattern, hy_sv segment)
{
    if (pattern.len >= 2 && pattern.ptr[0] == '{' && pattern.ptr[pattern.len - 1] == '}') {
        return segment.len > 0;
    }
    size_t i = 0;
    while (segment.len > 0 && i < pattern.len && pattern.ptr[i] == take_char(&segment)) {
        i++;
    }
    return segment.len == 0 && i == pattern.len;
}

static bool path_fits(hy_sv pattern, hy_sv path)
{
    while (pattern.len > 0 && path.len > 0) {
        bool pattern_goes_on = hy_sv_find(pattern, '/') < pattern.len;
        bool path_goes_on = hy_sv_find(path, '/') < path.len;
        hy_sv segment = hy_sv_cut(&pattern, '/');
        if (pattern_goes_on != path_goes_on || !segment_fits(segment, hy_sv_cut(&path, '/'))) {
            return false;
        }
    }
    return pattern.len == 0 && path.len == 0;
}

static bool method_fits(hy_sv route, hy_sv method)
{
    return hy_sv_equal(route, method) ||
           (hy_sv_equal(method, HY_SV("HEAD")) && hy_sv_equal(route, HY_SV("GET")));
}

static struct hy_stub_answer refuse(int status, hy_sv body)
{
    return (struct hy_stub_answer){ .status = status, .headers = { &json_type, 1 }, .body = body };
}

struct hy_stub_answer hy_stub_answer(struct hy_stub *stub, hy_sv method, hy_sv path)
{
    bool has_path = false;
    for (size_t i = 0; i < stub->count; i++) {
        struct route *route = &stub->routes[i];
        bool fits = (!route->has_times || route->times > 0) && path_fits(route->path, path);
        has_path = has_path || fits;
        if (fits && method_fits(route->method, method)) {
            route->times -= route->has_times;
            return (struct hy_stub_answer){
                .status = route->status, .headers = { route->headers, route->header_count },
                .body = route->body, .delay_ms = route->delay_ms, .cut = route->cut,
            };
        }
    }
    return has_path ? refuse(405, HY_SV("{\"message\":\"no route of this method\"}"))
                    : refuse(404, HY_SV("{\"message\":\"no route for this path\"}"));
}

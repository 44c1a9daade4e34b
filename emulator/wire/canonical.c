#include "wire/canonical.h"

#include "wire/percent.h"

#include <stdlib.h>

/* ---- path -------------------------------------------------------------------------------- */

/* Takes the last segment back: `start` is where the path begins in the buffer. */
static void drop_segment(struct hy_buf *out, size_t start)
{
    while (out->len > start && out->data[--out->len] != '/') {
    }
}

static void write_normal_path(struct hy_buf *out, hy_sv path)
{
    size_t start = out->len;
    bool ends_in_slash = hy_sv_ends_with(path, HY_SV("/"));
    while (path.len > 0) {
        hy_sv segment = hy_sv_cut(&path, '/');
        if (hy_sv_equal(segment, HY_SV(".."))) {
            drop_segment(out, start);
        } else if (segment.len > 0 && !hy_sv_equal(segment, HY_SV("."))) {
            hy_buf_append_byte(out, '/');
            hy_percent_encode(out, segment, "");
        }
    }
    if (ends_in_slash || out->len == start) {
        hy_buf_append_byte(out, '/');
    }
}

/* ---- query ------------------------------------------------------------------------------- */

struct pair {
    hy_sv name, value;
};

static int compare_pairs(const void *one, const void *other)
{
    const struct pair *a = one;
    const struct pair *b = other;
    int order = hy_sv_compare(a->name, b->name);
    return order != 0 ? order : hy_sv_compare(a->value, b->value);
}

/* Decoded and encoded again, in the arena; ptr NULL when that is full. */
static hy_sv normalise(hy_sv text, struct hy_arena *arena, struct hy_buf *work)
{
    hy_sv decoded = hy_percent_decode(text, arena);
    if (decoded.ptr == NULL) {
        return decoded;
    }
    size_t start = work->len;
    hy_percent_encode(work, decoded, "");
    size_t len = work->len - start;
    char *kept = work->failed ? NULL
                              : hy_arena_cstr(arena, (hy_sv){ work->data + start, len });
    work->len = start;
    return (hy_sv){ kept, len };
}

HY_MUST_CHECK
static enum hy_code write_query(const struct hy_http_request *request, bool is_presigned,
                                struct hy_arena *arena, struct hy_buf *out)
{
    hy_sv query = request->query;
    size_t count = 1;
    for (size_t i = 0; i < query.len; i++) {
        count += query.ptr[i] == '&';
    }
    struct pair *pairs = hy_arena_alloc(arena, count * sizeof *pairs);
    if (pairs == NULL) {
        return HY_NO_MEMORY;
    }
    count = 0;
    while (query.len > 0) {
        hy_sv value = hy_sv_cut(&query, '&');
        hy_sv name = hy_sv_cut(&value, '=');
        if (name.len + value.len == 0 ||
            (is_presigned && hy_sv_equal(name, HY_SV("X-Amz-Signature")))) {
            continue;
        }
        pairs[count] = (struct pair){ normalise(name, arena, out), normalise(value, arena, out) };
        if (pairs[count].name.ptr == NULL || pairs[count].value.ptr == NULL) {
            return HY_NO_MEMORY;
        }
        count++;
    }
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            hy_buf_append_byte(out, '&');
        }
        hy_buf_append(out, pairs[i].name);
        hy_buf_append_byte(out, '=');
        hy_buf_append(out, pairs[i].value);
    }
    return HY_OK;
}

/* ---- headers ----------------------------------------------------------------------------- */

static void write_value(struct hy_buf *out, hy_sv value)
{
    char *at = hy_buf_reserve(out, value.len + 1); /* never asks for nothing */
    size_t len = 0;
    bool is_blank = false;
    for (size_t i = 0; at != NULL && i < value.len; i++) {
        if (value.ptr[i] == ' ' || value.ptr[i] == '\t') {
            is_blank = len > 0;
            continue;
        }
        if (is_blank) {
            at[len++] = ' ';
            is_blank = false;
        }
        at[len++] = value.ptr[i];
    }
    hy_buf_commit(out, len);
}

static void write_name(struct hy_buf *out, hy_sv name)
{
    char *at = hy_buf_reserve(out, name.len + 1);
    for (size_t i = 0; at != NULL && i < name.len; i++) {
        char byte = name.ptr[i];
        at[i] = byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
    }
    hy_buf_commit(out, at == NULL ? 0 : name.len);
}

static void write_header(struct hy_buf *out, struct hy_http_headers headers, hy_sv name)
{
    bool is_first = true;
    write_name(out, name);
    hy_buf_append_byte(out, ':');
    for (size_t i = 0; i < headers.count; i++) {
        if (headers.items[i].name.len == name.len &&
            hy_sv_equal_nocase(headers.items[i].name, name)) {
            if (!is_first) {
                hy_buf_append_byte(out, ',');
            }
            write_value(out, headers.items[i].value);
            is_first = false;
        }
    }
    hy_buf_append_byte(out, '\n');
}

enum hy_code hy_canonical_request(const struct hy_http_request *request,
                                  const struct hy_canonical_options *options,
                                  struct hy_arena *arena, struct hy_buf *out)
{
    hy_buf_append(out, request->method);
    hy_buf_append_byte(out, '\n');
    if (options->is_s3) {
        hy_buf_append(out, request->path);
    } else {
        write_normal_path(out, request->path);
    }
    hy_buf_append_byte(out, '\n');
    enum hy_code code = write_query(request, options->is_presigned, arena, out);
    hy_buf_append_byte(out, '\n');
    hy_sv names = options->signed_headers;
    while (names.len > 0) {
        write_header(out, request->headers, hy_sv_cut(&names, ';'));
    }
    hy_buf_append_byte(out, '\n');
    hy_buf_append(out, options->signed_headers);
    hy_buf_append_byte(out, '\n');
    hy_buf_append(out, options->payload);
    return code == HY_OK && out->failed ? HY_NO_MEMORY : code;
}

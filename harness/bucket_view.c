#include "harness/bucket_view.h"

#include "harness/files.h"

#include <errno.h>
#include <dirent.h>
#include <fnmatch.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { VIEW_BYTES_MAX = 1024 * 1024 * 1024, PATH_BYTES_MAX = 8192, UUID_CHARS = 36 };

struct walk {
    struct hy_bucket_view *view;
    const char *bucket;
    struct hy_err *err;
};

HY_MUST_CHECK
static enum hy_code no_memory(struct hy_err *err)
{
    return hy_fail(err, HY_NO_MEMORY, "the buckets hold too much to be compared");
}

/* ---- keys ---- */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The key that a file name stands for: %XX is a byte, %+/ joins pieces, a lone % is an empty
 * segment. In place. */
static void decode_key(char *key)
{
    char *to = key;
    for (const char *from = key; *from != '\0';) {
        if (*from != '%') {
            *to++ = *from++;
        } else if (from[1] == '+' && from[2] == '/') {
            from += 3;
        } else if (hex_digit(from[1]) >= 0 && hex_digit(from[2]) >= 0) {
            *to++ = (char)(hex_digit(from[1]) << 4 | hex_digit(from[2]));
            from += 3;
        } else {
            from++;
        }
    }
    *to = '\0';
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* Where the random part of a key begins; its length when there is none. */
static size_t uuid_at(const char *key)
{
    static const char pattern[] = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    size_t len = strlen(key);
    for (size_t at = 0; at + UUID_CHARS <= len; at++) {
        size_t i = 0;
        while (i < UUID_CHARS && (pattern[i] == 'h' ? is_hex(key[at + i]) : key[at + i] == '-')) {
            i++;
        }
        if (i == UUID_CHARS) {
            return at;
        }
    }
    return len;
}

static int compare(const void *left, const void *right)
{
    const struct hy_seen_object *a = left, *b = right;
    int order = strcmp(a->bucket, b->bucket);
    if (order == 0) {
        order = hy_sv_compare((hy_sv){ a->key, uuid_at(a->key) },
                              (hy_sv){ b->key, uuid_at(b->key) });
    }
    if (order == 0) {
        order = a->made_ns < b->made_ns ? -1 : a->made_ns > b->made_ns;
    }
    return order != 0 ? order : strcmp(a->key, b->key);
}

/* ---- contents ---- */

HY_MUST_CHECK
static enum hy_code unpack(struct walk *walk, struct hy_seen_object *object)
{
    const unsigned char *bytes = (const unsigned char *)object->bytes.ptr;
    size_t len = object->bytes.len;
    object->content = object->bytes;
    object->is_gzip = len >= 18 && bytes[0] == 0x1f && bytes[1] == 0x8b;
    if (!object->is_gzip) {
        return HY_OK;
    }
    size_t size = bytes[len - 4] | (size_t)bytes[len - 3] << 8 | (size_t)bytes[len - 2] << 16 |
                  (size_t)bytes[len - 1] << 24;
    char *room = hy_arena_alloc(&walk->view->arena, size + 1);
    struct libdeflate_decompressor *unpacker = libdeflate_alloc_decompressor();
    enum libdeflate_result result = LIBDEFLATE_INSUFFICIENT_SPACE;
    if (room != NULL && unpacker != NULL) {
        result = libdeflate_gzip_decompress(unpacker, bytes, len, room, size, NULL);
    }
    libdeflate_free_decompressor(unpacker);
    object->content = (hy_sv){ room, size };
    return result == LIBDEFLATE_SUCCESS ? HY_OK
        : room == NULL || unpacker == NULL ? no_memory(walk->err)
        : hy_fail(walk->err, HY_MALFORMED, "object %s/%s is broken gzip", object->bucket,
                  object->key);
}

static struct hy_seen_object *grow(struct hy_bucket_view *view)
{
    if (view->count == view->cap) {
        size_t cap = view->cap == 0 ? 64 : view->cap * 2;
        struct hy_seen_object *objects = realloc(view->objects, cap * sizeof *objects);
        if (objects == NULL) {
            return NULL;
        }
        view->objects = objects;
        view->cap = cap;
    }
    struct hy_seen_object *object = &view->objects[view->count++];
    *object = (struct hy_seen_object){ .bucket = "" };
    return object;
}

HY_MUST_CHECK
static enum hy_code read_object(struct walk *walk, const char *path, const char *key,
                                const struct stat *info)
{
    struct hy_arena *arena = &walk->view->arena;
    struct hy_seen_object *object = grow(walk->view);
    char *name = hy_arena_cstr(arena, hy_sv_of(key));
    if (object == NULL || name == NULL) {
        return no_memory(walk->err);
    }
    decode_key(name);
    object->bucket = walk->bucket;
    object->key = name;
    object->made_ns = (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
    struct hy_buf bytes;
    hy_buf_init(&bytes, HY_FILE_BYTES_MAX);
    enum hy_code code = hy_file_read(path, &bytes, walk->err);
    if (code == HY_OK) {
        object->bytes = (hy_sv){ hy_arena_cstr(arena, hy_buf_sv(&bytes)), bytes.len };
        code = object->bytes.ptr != NULL ? unpack(walk, object) : no_memory(walk->err);
    }
    hy_buf_finish(&bytes);
    return code;
}

/* ---- folders ---- */

/* `path` is the folder; its first `bucket_len` characters, and a slash, are not part of keys. The
 * depth is that of the keys, which are short. */
HY_MUST_CHECK
static enum hy_code walk_folder(struct walk *walk, const char *path, size_t bucket_len)
{
    DIR *folder = opendir(path);
    enum hy_code code = HY_OK;
    struct dirent *entry;
    if (folder == NULL) {
        return hy_fail(walk->err, HY_IO, "%s: %s", path, strerror(errno));
    }
    while (code == HY_OK && (entry = readdir(folder)) != NULL) {
        char child[PATH_BYTES_MAX];
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
        if (lstat(child, &info) != 0) {
            continue; /* gone meanwhile */
        }
        code = S_ISDIR(info.st_mode) ? walk_folder(walk, child, bucket_len)
                                     : read_object(walk, child, child + bucket_len + 1, &info);
    }
    (void)closedir(folder);
    return code;
}

HY_MUST_CHECK
static enum hy_code walk_buckets(struct walk *walk, const char *root)
{
    DIR *folder = opendir(root);
    enum hy_code code = HY_OK;
    struct dirent *entry;
    if (folder == NULL) {
        return errno == ENOENT ? HY_OK
                               : hy_fail(walk->err, HY_IO, "%s: %s", root, strerror(errno));
    }
    while (code == HY_OK && (entry = readdir(folder)) != NULL) {
        char path[PATH_BYTES_MAX];
        (void)snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
        if (entry->d_name[0] != '.' && hy_folder_is(path)) {
            walk->bucket = hy_arena_cstr(&walk->view->arena, hy_sv_of(entry->d_name));
            code = walk->bucket != NULL ? walk_folder(walk, path, strlen(path))
                                        : no_memory(walk->err);
        }
    }
    (void)closedir(folder);
    return code;
}

enum hy_code hy_bucket_view_read(struct hy_bucket_view *view, const char *folder,
                                 struct hy_err *err)
{
    *view = (struct hy_bucket_view){ .count = 0 };
    hy_arena_init(&view->arena, VIEW_BYTES_MAX);
    struct walk walk = { .view = view, .err = err };
    enum hy_code code = walk_buckets(&walk, folder);
    if (view->count > 0) {
        qsort(view->objects, view->count, sizeof *view->objects, compare);
    }
    return code;
}

void hy_bucket_view_finish(struct hy_bucket_view *view)
{
    free(view->objects);
    hy_arena_finish(&view->arena);
}

/* ---- choosing ---- */

bool hy_seen_object_is_error(const struct hy_seen_object *object)
{
    return strstr(object->key, "processing-failed") != NULL;
}

bool hy_seen_object_fits(const struct hy_seen_object *object, hy_sv bucket, hy_sv key_glob)
{
    if (bucket.len > 0 && !hy_sv_equal(bucket, hy_sv_of(object->bucket))) {
        return false;
    }
    return key_glob.len > 0 ? fnmatch(key_glob.ptr, object->key, 0) == 0
                            : !hy_seen_object_is_error(object);
}

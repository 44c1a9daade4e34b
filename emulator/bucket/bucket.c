/* bucket.c - the root folder, buckets, and how a temporary becomes an object. */
#define _GNU_SOURCE /* realpath with a NULL buffer, O_PATH */
#include "bucket/buckets.h"

#include "base/log.h"
#include "bucket/folder.h"
#include "bucket/key.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUCKET_NAME_MIN = 3, BUCKET_NAME_MAX = 63, PUBLISH_TRIES = 3 };

/* ---- the root ---- */

enum hy_code hy_buckets_open(const char *root, struct hy_buckets **out, struct hy_err *err)
{
    struct hy_buckets *buckets = calloc(1, sizeof *buckets);
    if (buckets == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    buckets->root_fd = -1;
    if (hy_folder_make(root)) {
        buckets->root = realpath(root, NULL);
    }
    if (buckets->root != NULL) {
        buckets->root_fd = open(buckets->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (buckets->root_fd < 0 ||
        (mkdirat(buckets->root_fd, HY_TEMPORARIES, 0777) != 0 && errno != EEXIST)) {
        const int why = errno;
        hy_buckets_close(buckets);
        return hy_fail(err, HY_IO, "cannot make the buckets' folder %s: %s", root,
                       strerror(why));
    }
    *out = buckets;
    return HY_OK;
}

void hy_buckets_close(struct hy_buckets *buckets)
{
    if (buckets == NULL) {
        return;
    }
    if (buckets->root_fd >= 0) {
        /* Left alone when something is in it: recovery wants to see that. */
        (void)unlinkat(buckets->root_fd, HY_TEMPORARIES, AT_REMOVEDIR);
        (void)close(buckets->root_fd);
    }
    free(buckets->root);
    free(buckets);
}

const char *hy_buckets_root(const struct hy_buckets *buckets)
{
    return buckets->root;
}

/* ---- buckets ---- */

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool hy_bucket_name_is_valid(hy_sv name)
{
    if (name.len < BUCKET_NAME_MIN || name.len > BUCKET_NAME_MAX ||
        !is_letter_or_digit(name.ptr[0]) || !is_letter_or_digit(name.ptr[name.len - 1])) {
        return false;
    }
    for (size_t i = 1; i < name.len; i++) {
        const char c = name.ptr[i];
        if (!is_letter_or_digit(c) && c != '-' && (c != '.' || name.ptr[i - 1] == '.')) {
            return false;
        }
    }
    return true;
}

/* The folder of a bucket, below the root. */
struct bucket_name {
    char text[BUCKET_NAME_MAX + 1];
};

static bool name_of(hy_sv bucket, struct bucket_name *out)
{
    if (!hy_bucket_name_is_valid(bucket)) {
        return false;
    }
    memcpy(out->text, bucket.ptr, bucket.len);
    out->text[bucket.len] = '\0';
    return true;
}

static bool is_folder(const struct hy_buckets *buckets, const char *name)
{
    struct stat status;
    return fstatat(buckets->root_fd, name, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

enum hy_code hy_bucket_create(struct hy_buckets *buckets, hy_sv bucket)
{
    struct bucket_name name;
    if (!name_of(bucket, &name)) {
        return HY_INVALID;
    }
    if (mkdirat(buckets->root_fd, name.text, 0777) != 0 && !is_folder(buckets, name.text)) {
        hy_log(HY_LOG_ERROR, "bucket", NULL, "cannot make %s/%s: %s", buckets->root, name.text,
               strerror(errno));
        return HY_IO;
    }
    return HY_OK;
}

bool hy_bucket_exists(struct hy_buckets *buckets, hy_sv bucket)
{
    struct bucket_name name;
    return name_of(bucket, &name) && is_folder(buckets, name.text);
}

enum hy_code hy_bucket_empty(struct hy_buckets *buckets, hy_sv bucket)
{
    struct bucket_name name;
    if (!name_of(bucket, &name) || !is_folder(buckets, name.text)) {
        return HY_NOT_FOUND;
    }
    struct hy_buf path;
    hy_buf_init(&path, HY_OBJECT_PATH_MAX);
    hy_buf_printf(&path, "%s/%s", buckets->root, name.text);
    hy_buf_append_byte(&path, '\0');
    const enum hy_code code = path.failed ? HY_NO_MEMORY : hy_folder_empty(path.data);
    hy_buf_finish(&path);
    return code;
}

/* ---- objects ---- */

/* By way of the folder, which is made as needed and can be flushed. 0, or errno. */
static int publish_into(int bucket_fd, int temporaries_fd, const char *temporary, char *path,
                        bool sync)
{
    char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    if (slash != NULL) {
        *slash = '\0';
    }
    const int fd = hy_folder_open_making(bucket_fd, slash == NULL ? "" : path, sync);
    int why = 0;
    if (fd < 0 || renameat(temporaries_fd, temporary, fd, name) != 0 ||
        (sync && fsync(fd) != 0)) {
        why = errno;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (slash != NULL) {
        *slash = '/';
    }
    return why;
}

static int publish(int bucket_fd, int root_fd, const char *temporary, char *path, bool sync)
{
    if (!sync && renameat(root_fd, temporary, bucket_fd, path) == 0) {
        return 0;
    }
    int why = 0;
    for (int i = 0; i < PUBLISH_TRIES; i++) {
        why = publish_into(bucket_fd, root_fd, temporary, path, sync);
        if (why != ENOENT) { /* else somebody removed the folder under our hands */
            break;
        }
    }
    return why;
}

static enum hy_code code_of(int why)
{
    switch (why) {
    case 0:
        return HY_OK;
    case EISDIR:
    case ENOTDIR:
    case EEXIST:
    case ENOTEMPTY:
        return HY_EXISTS;
    default:
        return HY_IO;
    }
}

static enum hy_code publish_as(struct hy_buckets *buckets, const char *temporary,
                               const char *bucket, struct hy_buf *path, bool sync)
{
    const int fd = openat(buckets->root_fd, bucket, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR ? HY_NOT_FOUND : HY_IO;
    }
    const int why = publish(fd, buckets->root_fd, temporary, path->data, sync);
    (void)close(fd);
    if (why != 0) {
        hy_log(HY_LOG_ERROR, "bucket", NULL, "cannot make %s/%s/%s: %s", buckets->root, bucket,
               path->data, strerror(why));
    }
    return code_of(why);
}

enum hy_code hy_object_publish(struct hy_buckets *buckets, hy_sv temporary, hy_sv bucket,
                               hy_sv key, bool sync)
{
    struct bucket_name name;
    char from[HY_TEMPORARY_PATH_BYTES];
    if (!hy_temporary_path(temporary, from)) {
        return HY_INVALID;
    }
    if (!name_of(bucket, &name)) {
        return HY_NOT_FOUND;
    }
    struct hy_buf path;
    hy_buf_init(&path, HY_OBJECT_PATH_MAX);
    enum hy_code code = hy_key_to_path(key, &path);
    if (code == HY_OK) {
        hy_buf_append_byte(&path, '\0');
        code = path.failed ? HY_NO_MEMORY : publish_as(buckets, from, name.text, &path, sync);
    }
    hy_buf_finish(&path);
    return code;
}

static int is_bucket_entry(const struct dirent *entry)
{
    return hy_bucket_name_is_valid(hy_sv_of(entry->d_name));
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

enum hy_code hy_buckets_each(struct hy_buckets *buckets, bool (*each)(void *ctx, hy_sv bucket),
                             void *ctx)
{
    struct dirent **entries = NULL;
    const int count = scandir(buckets->root, &entries, is_bucket_entry, by_bytes);
    if (count < 0) {
        return HY_IO;
    }
    bool go_on = true;
    for (int i = 0; i < count; i++) {
        const hy_sv name = hy_sv_of(entries[i]->d_name);
        go_on = go_on && (!hy_bucket_exists(buckets, name) || each(ctx, name));
        free(entries[i]);
    }
    free(entries);
    return go_on ? HY_OK : HY_IO;
}

#include "app/paths.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* mkdir -p. `path` is written to meanwhile and is as before afterwards. */
HY_MUST_CHECK
static bool make_folders(char *path)
{
    for (char *slash = path + 1; *slash != '\0'; slash++) {
        if (*slash == '/') {
            *slash = '\0';
            bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
            *slash = '/';
            if (!made) {
                return false;
            }
        }
    }
    return mkdir(path, 0755) == 0 || errno == EEXIST;
}

HY_MUST_CHECK
static enum hy_code open_folder(const char *folder, char out[PATH_MAX], struct hy_err *err)
{
    char wanted[PATH_MAX];
    int length = snprintf(wanted, sizeof wanted, "%s", folder);
    if (length <= 0 || length >= PATH_MAX || !make_folders(wanted) ||
        realpath(wanted, out) == NULL) {
        return hy_fail(err, HY_IO, "cannot make the folder %s: %s", folder, strerror(errno));
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code below(const char *folder, const char *name, char out[PATH_MAX],
                          struct hy_err *err)
{
    int length = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    return length > 0 && length < PATH_MAX ? HY_OK
                                           : hy_fail(err, HY_IO, "%s: path too long", folder);
}

/* Installed: PREFIX/bin/hydrant and PREFIX/share/hydrant/runtime. Built: beside each other. */
static void find_runtime(char out[PATH_MAX])
{
    static const char *const places[] = { "../share/hydrant/runtime", "runtime" };
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    out[0] = '\0';
    if (length <= 0) {
        return;
    }
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char place[PATH_MAX];
        char probe[PATH_MAX];
        struct hy_err ignored;
        if (below(program, places[i], place, &ignored) == HY_OK &&
            below(place, "bootstrap.py", probe, &ignored) == HY_OK && access(probe, R_OK) == 0) {
            (void)memcpy(out, place, PATH_MAX);
            return;
        }
    }
}

/* Both are real paths. */
static bool is_in(const char *path, const char *folder)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

/* `POST reset` empties buckets, so nothing of ours may look like one. */
HY_MUST_CHECK
static enum hy_code check_buckets(const struct hy_paths *paths, struct hy_err *err)
{
    const char *const ours[] = { paths->journal, paths->spool, paths->functions };
    bool ok = !is_in(paths->data, paths->buckets);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        ok = ok && !is_in(paths->buckets, ours[i]);
    }
    return ok ? HY_OK
              : hy_fail(err, HY_INVALID, "--buckets %s: hydrant keeps its own files there (--data)",
                        paths->buckets);
}

enum hy_code hy_paths_open(struct hy_paths *paths, const struct hy_options *options,
                           struct hy_err *err)
{
    char buckets[PATH_MAX];
    enum hy_code code = open_folder(options->data_dir, paths->data, err);
    const struct {
        const char *name;
        char *out;
    } parts[] = {
        { "journal", paths->journal },     { "spool", paths->spool },
        { "logs", paths->logs },
        { "functions", paths->functions }, { "hydrant.db", paths->database },
        { "buckets", buckets },
    };
    for (size_t i = 0; code == HY_OK && i < sizeof parts / sizeof parts[0]; i++) {
        code = below(paths->data, parts[i].name, parts[i].out, err);
    }
    if (code == HY_OK) {
        code = open_folder(options->buckets_dir != NULL ? options->buckets_dir : buckets,
                           paths->buckets, err);
    }
    if (code == HY_OK) {
        code = check_buckets(paths, err);
    }
    if (code == HY_OK) {
        code = open_folder(paths->spool, paths->spool, err);
    }
    find_runtime(paths->runtime);
    return code;
}

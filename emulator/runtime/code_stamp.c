#include "runtime/code_stamp.h"

#include "runtime/function.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOURCES_MAX = 64 };

/* Of what a language loads; a function may write other files beside its code. */
static const hy_sv source_endings[] = {
    HY_SV_INIT(".py"),  HY_SV_INIT(".js"), HY_SV_INIT(".mjs"),
    HY_SV_INIT(".cjs"), HY_SV_INIT(".rb"),
};

static uint64_t mix(uint64_t stamp, uint64_t value)
{
    stamp = (stamp ^ value) * 0x9E3779B97F4A7C15u;
    return stamp ^ (stamp >> 29);
}

static uint64_t of_file(int folder, const char *path)
{
    struct stat st;
    if (fstatat(folder, path, &st, 0) != 0 || !S_ISREG(st.st_mode)) {
        return 0;
    }
    uint64_t stamp = mix((uint64_t)st.st_dev, (uint64_t)st.st_ino);
    stamp = mix(stamp, (uint64_t)st.st_size);
    stamp = mix(stamp, (uint64_t)st.st_mtim.tv_sec);
    return mix(stamp, (uint64_t)st.st_mtim.tv_nsec);
}

static bool is_source(const char *name)
{
    for (size_t i = 0; i < sizeof source_endings / sizeof *source_endings; i++) {
        if (hy_sv_ends_with(hy_sv_of(name), source_endings[i])) {
            return true;
        }
    }
    return false;
}

/* Sums, because a folder has no order. */
static uint64_t of_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return 0;
    }
    uint64_t stamp = 0;
    int left = SOURCES_MAX;
    for (struct dirent *entry = readdir(dir); entry != NULL && left > 0; entry = readdir(dir)) {
        if (is_source(entry->d_name)) {
            stamp += of_file(dirfd(dir), entry->d_name);
            left--;
        }
    }
    (void)closedir(dir);
    return stamp;
}

/* The folder of "lib/handlers/app.handler", below the root. */
static uint64_t of_handler_folder(const char *root, const char *handler)
{
    const char *slash = handler == NULL ? NULL : strrchr(handler, '/');
    char path[4096];
    if (slash == NULL) {
        return 0;
    }
    int len = snprintf(path, sizeof path, "%s/%.*s", root, (int)(slash - handler), handler);
    return len > 0 && (size_t)len < sizeof path ? of_folder(path) : 0;
}

uint64_t hy_code_stamp(const struct hy_function *function)
{
    const struct hy_launch *launch = &function->launch;
    uint64_t stamp = function->program == NULL ? 0 : of_file(AT_FDCWD, function->program);
    int root = open(launch->task_root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root >= 0) {
        for (char **word = launch->argv; *word != NULL; word++) {
            stamp = mix(stamp, of_file(root, *word));
        }
        (void)close(root);
    }
    if (function->folder != NULL) {
        stamp = mix(stamp, of_folder(function->folder));
        stamp = mix(stamp, of_handler_folder(function->folder, function->spec->handler));
    }
    return stamp;
}

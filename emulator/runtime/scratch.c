#include "runtime/scratch.h"

#include "base/sv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Deeper than this is a trap, not a tree: each level costs an open descriptor. */
enum { DEPTH_MAX = 64 };

static bool make_one(const char *path)
{
    struct stat st;
    return mkdir(path, 0700) == 0 ||
           (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

enum hy_code hy_scratch_make(const char *path, struct hy_err *err)
{
    if (make_one(path)) { /* mostly its parents are there */
        return HY_OK;
    }
    char *copy = hy_sv_dup(hy_sv_of(path));
    if (copy == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    bool made = true;
    char *slash = strchr(copy + 1, '/');
    while (slash != NULL && made) {
        *slash = '\0';
        made = make_one(copy);
        *slash = '/';
        slash = strchr(slash + 1, '/');
    }
    made = made && make_one(copy);
    int why = errno;
    free(copy);
    return made ? HY_OK
                : hy_fail(err, HY_IO, "cannot make the folder %s: %s", path, strerror(why));
}

static void remove_content(int folder, int depth);

static void remove_entry(int folder, const char *name, int depth)
{
    if (unlinkat(folder, name, 0) == 0 || depth == DEPTH_MAX) {
        return;
    }
    int inner = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (inner >= 0) {
        (void)fchmod(inner, 0700); /* unpacked code is read-only */
        remove_content(inner, depth + 1);
        (void)unlinkat(folder, name, AT_REMOVEDIR);
    }
}

/* Takes the descriptor. */
static void remove_content(int folder, int depth)
{
    DIR *dir = fdopendir(folder);
    if (dir == NULL) {
        (void)close(folder);
        return;
    }
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            remove_entry(folder, entry->d_name, depth);
        }
    }
    (void)closedir(dir);
}

void hy_scratch_remove(const char *path)
{
    remove_entry(AT_FDCWD, path, 0);
}

/* spawn.h - starts a program in a session of its own.
 *
 * Ours and not uv_spawn, for what that has no hook for: the child is killed when we die
 * (PR_SET_PDEATHSIG), whatever descriptors we inherited ourselves are not passed on, and the
 * memory of a large parent is not duplicated (vfork). The caller reaps.
 */
#ifndef HY_IO_SPAWN_H
#define HY_IO_SPAWN_H

#include <sys/types.h>

enum { HY_SPAWN_FDS = 4 };

struct hy_spawn {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in env's PATH */
    const char *const *env;
    const char *cwd; /* NULL: ours */
    int fds[HY_SPAWN_FDS]; /* become 0, 1, 2, 3 of the child; -1 for a closed one */
};

enum hy_spawn_step {
    HY_SPAWN_PREPARE, /* ours: pipe, memory, vfork */
    HY_SPAWN_CHDIR,
    HY_SPAWN_EXEC,
};

/* 0, or an errno and at which step. To be called on the main thread: the kernel takes the end
 * of the thread that started the child for the end of the parent. */
int hy_spawn(const struct hy_spawn *spawn, pid_t *pid, enum hy_spawn_step *step);

#endif

/* spawn.c - vfork, a few system calls, exec.
 *
 * Between vfork and exec the child runs on our memory while we stand still: it may make
 * system calls and write to what lies in `struct child`, nothing else. All signals are blocked
 * meanwhile, so that none of our handlers runs in it. It reports a failure through a pipe
 * that a successful exec closes.
 */
#include "io/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char default_path[] = "/usr/local/bin:/usr/bin:/bin"; /* as execvp without PATH */

struct failure {
    int error;
    enum hy_spawn_step step;
};

struct child {
    const struct hy_spawn *spawn;
    const char *path;        /* PATH of the child's environment */
    const char **shell_argv; /* "/bin/sh", the script, the other arguments */
    int fds[HY_SPAWN_FDS];
    int report_fd;
    pid_t parent;
    char file[PATH_MAX];
};

static const char *path_of(const char *const *env)
{
    for (; *env != NULL; env++) {
        if (strncmp(*env, "PATH=", 5) == 0) {
            return *env + 5;
        }
    }
    return default_path;
}

/* Makes room below HY_SPAWN_FDS: nothing that is needed may be overwritten by a dup2. */
static int move_up(int fd)
{
    return fd >= 0 && fd < HY_SPAWN_FDS ? fcntl(fd, F_DUPFD_CLOEXEC, HY_SPAWN_FDS) : fd;
}

static bool place_fds(struct child *child)
{
    child->report_fd = move_up(child->report_fd);
    for (int i = 0; i < HY_SPAWN_FDS; i++) {
        child->fds[i] = move_up(child->fds[i]);
    }
    for (int i = 0; i < HY_SPAWN_FDS; i++) {
        if (child->fds[i] < 0) {
            (void)close(i);
        } else if (dup2(child->fds[i], i) < 0) {
            return false;
        }
    }
#ifdef SYS_close_range
    /* What our own parent forgot to close. Kernels before 5.9 say no: then it stays open. */
    unsigned report = (unsigned)child->report_fd;
    (void)syscall(SYS_close_range, (unsigned)HY_SPAWN_FDS, report - 1, 0);
    (void)syscall(SYS_close_range, report + 1, ~0U, 0);
#endif
    return true;
}

static void reset_signals(void)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    for (int number = 1; number < NSIG; number++) {
        (void)sigaction(number, &by_default, NULL); /* SIGKILL, SIGSTOP: refused, fine */
    }
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void exec_file(struct child *child, const char *file)
{
    char *const *env = (char *const *)(uintptr_t)child->spawn->env;
    (void)execve(file, (char *const *)(uintptr_t)child->spawn->argv, env);
    if (errno == ENOEXEC) { /* a script without #!, as execvp does it */
        child->shell_argv[1] = file;
        (void)execve(child->shell_argv[0], (char *const *)(uintptr_t)child->shell_argv, env);
    }
}

/* Returns only when nothing could be started; errno says why. */
static void exec_in_path(struct child *child, const char *name)
{
    size_t name_len = strlen(name);
    int error = ENOENT;
    for (const char *at = child->path;; at++) {
        size_t len = strcspn(at, ":");
        if (len + 1 + name_len < sizeof child->file) {
            memcpy(child->file, at, len);
            child->file[len] = '/';
            memcpy(child->file + len + (len > 0), name, name_len + 1);
            exec_file(child, child->file);
            if (errno == EACCES) {
                error = EACCES; /* worth telling, if nothing better follows */
            } else if (errno != ENOENT && errno != ENOTDIR) {
                return;
            }
        }
        at += len;
        if (*at == '\0') {
            errno = error;
            return;
        }
    }
}

static void report_and_exit(const struct child *child, enum hy_spawn_step step)
{
    struct failure failure = { errno, step };
    ssize_t written = write(child->report_fd, &failure, sizeof failure);
    (void)written;
    _exit(127);
}

static void child_main(struct child *child)
{
    const char *name = child->spawn->argv[0];
    (void)setsid();
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != child->parent) {
        _exit(127); /* the parent died before the kernel knew that we care */
    }
    if (!place_fds(child)) {
        report_and_exit(child, HY_SPAWN_PREPARE);
    }
    if (child->spawn->cwd != NULL && chdir(child->spawn->cwd) != 0) {
        report_and_exit(child, HY_SPAWN_CHDIR);
    }
    reset_signals();
    if (strchr(name, '/') != NULL) {
        exec_file(child, name);
    } else {
        exec_in_path(child, name);
    }
    report_and_exit(child, HY_SPAWN_EXEC);
}

/* Own function: what the child writes in its frame is not the caller's. */
__attribute__((noinline)) static pid_t fork_child(struct child *child)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = vfork();
    if (pid == 0) {
        child_main(child);
    }
    int error = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return pid;
}

static const char **make_shell_argv(const char *const *argv)
{
    size_t count = 0;
    while (argv[count] != NULL) {
        count++;
    }
    const char **shell_argv = calloc(count + 2, sizeof *shell_argv);
    if (shell_argv != NULL) {
        shell_argv[0] = "/bin/sh";
        for (size_t i = 1; i < count; i++) {
            shell_argv[i + 1] = argv[i];
        }
    }
    return shell_argv;
}

/* Waits for exec: the pipe ends without a word, or with one. */
static int read_report(int fd, enum hy_spawn_step *step)
{
    struct failure failure;
    ssize_t got;
    do {
        got = read(fd, &failure, sizeof failure);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof failure) {
        return 0;
    }
    *step = failure.step;
    return failure.error;
}

static int start(struct child *child, pid_t *pid, enum hy_spawn_step *step)
{
    int report[2];
    if (pipe(report) != 0) {
        return errno;
    }
    (void)fcntl(report[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(report[1], F_SETFD, FD_CLOEXEC);
    child->report_fd = report[1];
    pid_t started = fork_child(child);
    int error = started < 0 ? errno : 0;
    (void)close(report[1]);
    if (started > 0) {
        error = read_report(report[0], step);
    }
    (void)close(report[0]);
    if (error == 0) {
        *pid = started;
    } else if (started > 0) {
        while (waitpid(started, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    return error;
}

int hy_spawn(const struct hy_spawn *spawn, pid_t *pid, enum hy_spawn_step *step)
{
    *step = HY_SPAWN_PREPARE;
    struct child *child = calloc(1, sizeof *child);
    const char **shell_argv = make_shell_argv(spawn->argv);
    int error = ENOMEM;
    if (child != NULL && shell_argv != NULL) {
        child->spawn = spawn;
        child->path = path_of(spawn->env);
        child->shell_argv = shell_argv;
        child->parent = getpid();
        memcpy(child->fds, spawn->fds, sizeof child->fds);
        error = start(child, pid, step);
    }
    free((void *)shell_argv);
    free(child);
    return error;
}

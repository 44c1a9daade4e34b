/* A child's streams and its end, with the programs that every system has. */
#include "io/process.h"

#include "wire.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

struct run {
    struct wire wire;
    struct hy_process *process;
    struct hy_buf out[3];
    int ends_seen[3];
    bool is_over;
    bool is_written;
    int overs;
    bool was_written_at_end;
    struct hy_process_end end;
    size_t kill_after; /* SIGKILL to the group when so many bytes came on stdout; 0: never */
};

static void on_output(void *ctx, enum hy_process_stream stream, hy_sv bytes)
{
    struct run *run = ctx;
    assert_false(run->is_over);
    if (bytes.len == 0) {
        run->ends_seen[stream]++;
        return;
    }
    hy_buf_append(&run->out[stream], bytes);
    if (run->kill_after > 0 && run->out[0].len >= run->kill_after) {
        hy_process_kill(run->process, SIGKILL);
    }
}

static void on_end(void *ctx, const struct hy_process_end *end)
{
    struct run *run = ctx;
    run->is_over = true;
    run->was_written_at_end = run->is_written;
    run->overs++;
    run->end = *end;
}

static void on_written(void *ctx)
{
    *(bool *)ctx = true;
}

static const char *const plain_env[] = { "PATH=/usr/bin:/bin", "GREETING=hello", NULL };

static void open_run(struct run *run)
{
    *run = (struct run){ 0 };
    wire_open(&run->wire);
    for (int i = 0; i < 3; i++) {
        hy_buf_init(&run->out[i], 64 * 1024 * 1024);
    }
}

static void close_run(struct run *run)
{
    for (int i = 0; i < 3; i++) {
        hy_buf_finish(&run->out[i]);
    }
    wire_close(&run->wire);
}

static struct hy_process_options options_of(struct run *run, const char *const *argv)
{
    return (struct hy_process_options){
        .argv = argv, .env = plain_env, .on_output = on_output, .on_end = on_end, .ctx = run,
    };
}

static void start(struct run *run, const struct hy_process_options *options)
{
    struct hy_err err;
    if (hy_process_start(run->wire.loop, options, &run->process, &err) != HY_OK) {
        fail_msg("%s", err.text);
    }
}

static void assert_ended_once(const struct run *run)
{
    assert_int_equal(run->overs, 1);
    assert_int_equal(run->ends_seen[HY_PROCESS_STDOUT], 1);
    assert_int_equal(run->ends_seen[HY_PROCESS_STDERR], 1);
}

static const struct shell_case {
    const char *name, *script, *out, *err;
    int exit_status, signal;
} shell_cases[] = {
    { "exit 0", "exit 0", "", "", 0, 0 },
    { "exit 3", "exit 3", "", "", 3, 0 },
    { "exit 255", "exit 255", "", "", 255, 0 },
    { "ended by a signal", "kill -SEGV $$", "", "", 0, SIGSEGV },
    { "both outputs", "echo one; echo two >&2", "one\n", "two\n", 0, 0 },
    { "the environment is what was given", "echo $GREETING ${HOME-none} ${USER-none}",
      "hello none none\n", "", 0, 0 },
    { "no stdin is an empty one", "cat; echo end", "end\n", "", 0, 0 },
    { "it leads a session", "set -- $(cat /proc/$$/stat); [ $5 = $$ ] && [ $6 = $$ ] && echo yes",
      "yes\n", "", 0, 0 },
    { "signals are as by default", "kill -PIPE $$; echo ignored", "", "", 0, SIGPIPE },
    { "descriptors 0, 1, 2 and that of ls", "ls /proc/self/fd", "0\n1\n2\n3\n", "", 0, 0 },
    { "output after the leader's exit is not lost", "echo first; echo second", "first\nsecond\n",
      "", 0, 0 },
};

static void test_scripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(shell_cases); i++) {
        const struct shell_case *row = &shell_cases[i];
        const char *const argv[] = { "sh", "-c", row->script, NULL };
        struct run run;
        open_run(&run);
        struct hy_process_options options = options_of(&run, argv);
        start(&run, &options);
        assert_true(hy_process_pid(run.process) > 0);
        wire_turn_until(&run.wire, &run.is_over);
        assert_ended_once(&run);
        if (run.end.exit_status != row->exit_status || run.end.signal != row->signal ||
            !hy_sv_equal(hy_buf_sv(&run.out[0]), hy_sv_of(row->out)) ||
            !hy_sv_equal(hy_buf_sv(&run.out[1]), hy_sv_of(row->err))) {
            fail_msg("row %zu, %s: exit %d, signal %d, out '%.*s', err '%.*s'", i, row->name,
                     run.end.exit_status, run.end.signal, HY_SV_ARG(hy_buf_sv(&run.out[0])),
                     HY_SV_ARG(hy_buf_sv(&run.out[1])));
        }
        close_run(&run);
    }
}

static const struct refused_case {
    const char *name, *program, *cwd;
    enum hy_code code;
    const char *says;
} refused_cases[] = {
    { "not in PATH", "no-such-program-here", NULL, HY_NOT_FOUND, "no-such-program-here" },
    { "not at its path", "/nowhere/at/all", NULL, HY_NOT_FOUND, "/nowhere/at/all" },
    { "not executable", "/etc/passwd", NULL, HY_IO, "ermission" },
    { "a folder", "/etc", NULL, HY_IO, "ermission" },
    { "no such folder to run in", "sh", "/nowhere/at/all", HY_NOT_FOUND, "enter the folder" },
};

static void test_what_cannot_be_started_says_so_and_calls_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused_cases); i++) {
        const struct refused_case *row = &refused_cases[i];
        const char *const argv[] = { row->program, NULL };
        struct run run;
        open_run(&run);
        struct hy_process_options options = options_of(&run, argv);
        options.cwd = row->cwd;
        options.with_stdin = options.with_result = true;
        struct hy_err err = { .text = "" };
        enum hy_code code = hy_process_start(run.wire.loop, &options, &run.process, &err);
        if (code != row->code || strstr(err.text, row->says) == NULL) {
            fail_msg("row %zu, %s: %s, '%s'", i, row->name, hy_code_name(code), err.text);
        }
        wire_turns(&run.wire, 5);
        assert_int_equal(run.overs, 0);
        close_run(&run);
    }
}

/* Larger than any pipe, so it only works when both directions move at the same time. */
static void test_cat_gives_six_megabytes_back(void **state)
{
    (void)state;
    enum { SIZE = 6 * 1024 * 1024 };
    static const char *const programs[][3] = { { "cat", NULL }, { "cat", "/dev/stdin", NULL } };
    char *bytes = malloc(SIZE);
    assert_non_null(bytes);
    for (size_t i = 0; i < SIZE; i++) {
        bytes[i] = (char)(i * 31 + i / 4096);
    }
    for (size_t i = 0; i < ROWS(programs); i++) {
        struct run run;
        open_run(&run);
        struct hy_process_options options = options_of(&run, programs[i]);
        options.with_stdin = true;
        start(&run, &options);
        hy_process_write(run.process, (hy_sv){ bytes, SIZE }, on_written, &run.is_written);
        hy_process_close_stdin(run.process);
        assert_false(run.is_written);
        wire_turn_until(&run.wire, &run.is_over);
        assert_true(run.was_written_at_end);
        assert_int_equal(run.out[0].len, SIZE);
        assert_memory_equal(run.out[0].data, bytes, SIZE);
        close_run(&run);
    }
    free(bytes);
}

static void test_a_child_that_does_not_read_is_no_error(void **state)
{
    (void)state;
    enum { SIZE = 4 * 1024 * 1024 };
    static const char *const argv[] = { "sh", "-c", "exec <&-; echo done", NULL };
    char *bytes = calloc(1, SIZE);
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    options.with_stdin = true;
    start(&run, &options);
    hy_process_write(run.process, (hy_sv){ bytes, SIZE }, on_written, &run.is_written);
    wire_turn_until(&run.wire, &run.is_over);
    assert_true(run.was_written_at_end); /* before on_end */
    assert_int_equal(run.end.exit_status, 0);
    close_run(&run);
    free(bytes);
}

static void test_done_comes_also_without_a_stdin(void **state)
{
    (void)state;
    static const char *const argv[] = { "true", NULL };
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    start(&run, &options);
    hy_process_write(run.process, HY_SV("nobody reads this"), on_written, &run.is_written);
    hy_process_close_stdin(run.process);
    assert_false(run.is_written); /* never from inside the call */
    wire_turn_until(&run.wire, &run.is_over);
    assert_true(run.was_written_at_end);
    close_run(&run);
}

static void test_descriptor_3_is_for_results(void **state)
{
    (void)state;
    static const char *const argv[] = { "sh", "-c", "echo log; echo result >&3", NULL };
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    options.with_result = true;
    start(&run, &options);
    wire_turn_until(&run.wire, &run.is_over);
    assert_true(hy_sv_equal(hy_buf_sv(&run.out[HY_PROCESS_STDOUT]), HY_SV("log\n")));
    assert_true(hy_sv_equal(hy_buf_sv(&run.out[HY_PROCESS_RESULT]), HY_SV("result\n")));
    assert_int_equal(run.ends_seen[HY_PROCESS_RESULT], 1);
    close_run(&run);
}

static void test_ten_megabytes_of_log(void **state)
{
    (void)state;
    static const char *const argv[] = { "sh", "-c", "head -c 10485760 /dev/zero >&2; echo ok",
                                        NULL };
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    start(&run, &options);
    wire_turn_until(&run.wire, &run.is_over);
    assert_int_equal(run.out[HY_PROCESS_STDERR].len, 10485760);
    assert_true(hy_sv_equal(hy_buf_sv(&run.out[0]), HY_SV("ok\n")));
    close_run(&run);
}

/* The end of the pipe's writers is the proof: `cat` would hold stdout for ever. */
static void test_a_kill_reaches_the_whole_group(void **state)
{
    (void)state;
    static const char *const argv[] = { "sh", "-c", "cat /dev/zero & cat /dev/zero & wait", NULL };
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    options.drain_ms = 600000; /* only the end of both cats can end it */
    run.kill_after = 1;
    start(&run, &options);
    wire_turn_until(&run.wire, &run.is_over);
    assert_int_equal(run.end.signal, SIGKILL);
    assert_ended_once(&run);
    close_run(&run);
}

static void test_what_the_leader_leaves_behind_is_killed(void **state)
{
    (void)state;
    static const char *const argv[] = { "sh", "-c", "tail -f /dev/null & exit 7", NULL };
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    options.drain_ms = 600000;
    start(&run, &options);
    wire_turn_until(&run.wire, &run.is_over);
    assert_int_equal(run.end.exit_status, 7);
    close_run(&run);
}

/* A grandchild with a session of its own is out of reach and holds stdout. */
static void test_the_drain_time_ends_the_wait_for_a_held_pipe(void **state)
{
    (void)state;
    static const char *const argv[] = {
        "sh", "-c", "setsid sh -c 'echo $$; exec tail -f /dev/null' & read line; exit 0", NULL
    };
    struct run run;
    open_run(&run);
    struct hy_process_options options = options_of(&run, argv);
    options.with_stdin = true;
    options.drain_ms = 100;
    start(&run, &options);
    while (run.out[0].len == 0) {
        wire_turns(&run.wire, 1);
    }
    hy_process_close_stdin(run.process);
    wire_turn_until(&run.wire, &run.is_over);
    assert_ended_once(&run);
    assert_int_equal(run.end.exit_status, 0);
    hy_buf_append_byte(&run.out[0], '\0');
    pid_t survivor = (pid_t)strtol(run.out[0].data, NULL, 10);
    assert_true(survivor > 1);
    assert_int_equal(kill(survivor, SIGKILL), 0);
    close_run(&run);
}

/* Gone, or dead and not yet reaped by whoever inherited it. */
static bool is_dead(pid_t pid)
{
    char path[64], stat[256];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, stat, sizeof stat - 1);
    if (fd >= 0) {
        (void)close(fd);
    }
    stat[len > 0 ? len : 0] = '\0';
    const char *state = strrchr(stat, ')');
    return state == NULL || state[2] == 'Z' || state[2] == 'X';
}

static void test_a_child_dies_with_its_parent(void **state)
{
    (void)state;
    static const char *const argv[] = { "tail", "-f", "/dev/null", NULL };
    int told[2];
    assert_int_equal(pipe(told), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct run run;
        open_run(&run);
        struct hy_process_options options = options_of(&run, argv);
        start(&run, &options);
        int pid = hy_process_pid(run.process);
        _exit(write(told[1], &pid, sizeof pid) == (ssize_t)sizeof pid ? 0 : 1);
    }
    int pid = 0;
    assert_int_equal(read(told[0], &pid, sizeof pid), sizeof pid);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    while (!is_dead(pid)) {
        (void)sched_yield();
    }
    (void)close(told[0]);
    (void)close(told[1]);
}

static void test_scripts_without_an_interpreter_line(void **state)
{
    (void)state;
    char dir[] = "/tmp/hy-process-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/tool", dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_int_equal(write(fd, "echo \"$1\" from $(pwd)\n", 22), 22);
    (void)close(fd);

    char env_path[64], expected[64];
    (void)snprintf(env_path, sizeof env_path, "PATH=/nowhere:%s:/bin:/usr/bin", dir);
    (void)snprintf(expected, sizeof expected, "greetings from %s\n", dir);
    const char *const env[] = { env_path, NULL };
    static const char *const names[] = { "tool", "./tool" }; /* by PATH, and below cwd */
    for (size_t i = 0; i < ROWS(names); i++) {
        const char *const argv[] = { names[i], "greetings", NULL };
        struct run run;
        open_run(&run);
        struct hy_process_options options = options_of(&run, argv);
        options.env = env;
        options.cwd = dir;
        start(&run, &options);
        wire_turn_until(&run.wire, &run.is_over);
        assert_true(hy_sv_equal(hy_buf_sv(&run.out[0]), hy_sv_of(expected)));
        close_run(&run);
    }
    (void)unlink(path);
    (void)rmdir(dir);
}

static void test_many_at_once(void **state)
{
    (void)state;
    enum { COUNT = 20 };
    static const char *const argv[] = { "sh", "-c", "read line; exit $line", NULL };
    struct run runs[COUNT];
    open_run(&runs[0]);
    for (int i = 0; i < COUNT; i++) {
        struct wire wire = runs[0].wire;
        if (i > 0) {
            runs[i] = (struct run){ .wire = wire };
        }
        struct hy_process_options options = options_of(&runs[i], argv);
        options.with_stdin = true;
        start(&runs[i], &options);
    }
    static const char *const digits[COUNT] = { "0\n", "1\n", "2\n", "3\n", "4\n" };
    for (int i = 0; i < COUNT; i++) {
        hy_process_write(runs[i].process, hy_sv_of(digits[i % 5]), NULL, NULL);
        hy_process_close_stdin(runs[i].process);
    }
    for (int i = 0; i < COUNT; i++) {
        wire_turn_until(&runs[0].wire, &runs[i].is_over);
        assert_int_equal(runs[i].end.exit_status, i % 5);
    }
    close_run(&runs[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scripts),
        cmocka_unit_test(test_what_cannot_be_started_says_so_and_calls_nothing),
        cmocka_unit_test(test_cat_gives_six_megabytes_back),
        cmocka_unit_test(test_a_child_that_does_not_read_is_no_error),
        cmocka_unit_test(test_done_comes_also_without_a_stdin),
        cmocka_unit_test(test_descriptor_3_is_for_results),
        cmocka_unit_test(test_ten_megabytes_of_log),
        cmocka_unit_test(test_a_kill_reaches_the_whole_group),
        cmocka_unit_test(test_what_the_leader_leaves_behind_is_killed),
        cmocka_unit_test(test_the_drain_time_ends_the_wait_for_a_held_pipe),
        cmocka_unit_test(test_a_child_dies_with_its_parent),
        cmocka_unit_test(test_scripts_without_an_interpreter_line),
        cmocka_unit_test(test_many_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* functions_fixture.h - for tests of functions that really run: a loop, a folder for code and
 * work, calls that are waited for. Nothing here sleeps: the loop runs until an answer is
 * there, or until GUARD_MS are over, which fails the test.
 */
#ifndef TEST_FUNCTIONS_FIXTURE_H
#define TEST_FUNCTIONS_FIXTURE_H

#include "base/log.h"
#include "io/timer.h"
#include "runtime/functions.h"
#include "runtime/interpreter.h"
#include "runtime/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

extern char **environ;

enum { GUARD_MS = 40 * 1000, CALLS_MAX = 16 };

#ifndef START_MS
#define START_MS 5000 /* what a process has to start, beside its own timeout */
#endif

struct call {
    struct fixture *fixture;
    bool is_over;
    enum hy_invoke_outcome outcome;
    char *payload; /* NUL-terminated */
    size_t payload_len;
    char type[256], message[2048], log[4097], request_id[HY_UUID_BYTES];
    uint64_t duration_ms;
    bool cold;
};

struct fixture {
    struct hy_loop *loop;
    struct hy_timer *guard;
    struct hy_functions *functions;
    char folder[64]; /* code/ and work/ are in it */
    struct call calls[CALLS_MAX];
    bool is_stopped;
};

static inline uint64_t fixture_now_ms(void *ctx)
{
    (void)ctx;
    return hy_loop_wall_ms();
}

static inline void fixture_guard(void *ctx)
{
    (void)ctx;
    fail_msg("nothing happened for %d ms", (int)GUARD_MS);
}

static inline void write_code(struct fixture *fixture, const char *name, const char *content)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/code/%s", fixture->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static inline int fixture_set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct hy_err err;
    char path[128], work[128];
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = 2 });
    (void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/test_functions.XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(path, sizeof path, "%s/code", fixture->folder);
    assert_int_equal(hy_scratch_make(path, &err), HY_OK);
    (void)snprintf(work, sizeof work, "%s/work", fixture->folder);
    fixture->loop = hy_loop_create();
    fixture->guard = hy_timer_create(fixture->loop, fixture_guard, fixture);
    const struct hy_functions_options options = {
        .work_dir = work, .runtime_dir = HY_RUNTIME_DIR, .region = "us-east-1",
        .account = "123456789012", .endpoint = "http://127.0.0.1:4573",
        .inherited = (const char *const *)environ, .start_ms_max = START_MS, .idle_ms_max = 500,
        .settle_ms_max = 1000, /* the machine may be busy with other tests */
        .clock = { .now_ms = fixture_now_ms }, .random = hy_random_from_seed(1),
    };
    fixture->functions = hy_functions_create(fixture->loop, &options);
    assert_non_null(fixture->functions);
    *state = fixture;
    return 0;
}

static inline void fixture_on_stopped(void *ctx)
{
    ((struct fixture *)ctx)->is_stopped = true;
}

static inline void run_until(struct fixture *fixture, const bool *flag)
{
    hy_timer_start(fixture->guard, GUARD_MS);
    while (!*flag) {
        (void)hy_loop_turn(fixture->loop);
    }
    hy_timer_stop(fixture->guard);
}

static inline void fixture_tick(void *ctx)
{
    (void)ctx;
}

/* Until the file that functions append to has so many bytes: that is how a test knows that
 * they have begun. */
static inline void run_until_size(struct fixture *fixture, const char *path, off_t size)
{
    struct stat st = { 0 };
    struct hy_timer *tick = hy_timer_create(fixture->loop, fixture_tick, NULL);
    hy_timer_start(fixture->guard, GUARD_MS);
    while (stat(path, &st) != 0 || st.st_size < size) {
        hy_timer_start(tick, 1);
        (void)hy_loop_turn(fixture->loop);
    }
    hy_timer_stop(fixture->guard);
    hy_timer_destroy(tick);
}

static inline void stop_functions(struct fixture *fixture)
{
    if (!fixture->is_stopped) {
        hy_functions_stop(fixture->functions, fixture_on_stopped, fixture);
        run_until(fixture, &fixture->is_stopped);
    }
}

static inline int fixture_tear_down(void **state)
{
    struct fixture *fixture = *state;
    stop_functions(fixture);
    hy_functions_destroy(fixture->functions);
    hy_timer_destroy(fixture->guard);
    hy_loop_destroy(fixture->loop);
    hy_scratch_remove(fixture->folder);
    for (size_t i = 0; i < CALLS_MAX; i++) {
        free(fixture->calls[i].payload);
    }
    free(fixture);
    return 0;
}

static inline void on_result(void *ctx, const struct hy_invoke_result *result)
{
    struct call *call = ctx;
    assert_false(call->is_over); /* once */
    call->is_over = true;
    call->outcome = result->outcome;
    call->payload = hy_sv_dup(result->payload);
    call->payload_len = result->payload.len;
    (void)snprintf(call->type, sizeof call->type, "%.*s", HY_SV_ARG(result->error_type));
    (void)snprintf(call->message, sizeof call->message, "%.*s", HY_SV_ARG(result->error_message));
    (void)snprintf(call->log, sizeof call->log, "%.*s", HY_SV_ARG(result->log_tail));
    (void)snprintf(call->request_id, sizeof call->request_id, "%s", result->request_id);
    call->duration_ms = result->duration_ms;
    call->cold = result->cold;
}

static inline struct call *begin_call(struct fixture *fixture, size_t index, const char *name,
                                      hy_sv payload, uint64_t timeout_ms)
{
    struct call *call = &fixture->calls[index];
    free(call->payload);
    *call = (struct call){ .fixture = fixture };
    const struct hy_invoke_options options = { .function = hy_sv_of(name), .payload = payload,
                                               .timeout_ms = timeout_ms };
    assert_non_null(hy_invoke(fixture->functions, &options, on_result, call));
    assert_false(call->is_over); /* never from inside */
    return call;
}

static inline struct call *call_with(struct fixture *fixture, const char *name, hy_sv payload)
{
    struct call *call = begin_call(fixture, 0, name, payload, 0);
    run_until(fixture, &call->is_over);
    return call;
}

static inline struct call *call_function(struct fixture *fixture, const char *name)
{
    return call_with(fixture, name, HY_SV("{\"records\":[]}"));
}

/* "<folder>/code", or a file in it; the caller frees it. */
static inline char *code_path(const struct fixture *fixture, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/code%s%s", fixture->folder, name[0] == '\0' ? "" : "/",
                   name);
    return hy_sv_dup(hy_sv_of(path));
}

static inline enum hy_code add_spec(struct fixture *fixture, struct hy_function_spec *spec)
{
    struct hy_err err = { 0 };
    enum hy_code code = hy_functions_add(fixture->functions, spec, &err);
    if (code != HY_OK && code != HY_INVALID && code != HY_EXISTS) {
        fail_msg("%s", err.text);
    }
    return code;
}

static inline struct hy_function_spec *new_spec(const char *name)
{
    struct hy_function_spec *spec = hy_function_spec_create(hy_sv_of(name));
    assert_non_null(spec);
    spec->timeout_s = 20;
    return spec;
}

/* A function in the code folder. */
static inline void add_handler(struct fixture *fixture, const char *name, const char *runtime,
                               const char *handler)
{
    struct hy_function_spec *spec = new_spec(name);
    spec->runtime = hy_sv_dup(hy_sv_of(runtime));
    spec->handler = handler == NULL ? NULL : hy_sv_dup(hy_sv_of(handler));
    spec->code = code_path(fixture, "");
    assert_int_equal(add_spec(fixture, spec), HY_OK);
}

/* `program` with the words behind it; NULL ends them. */
static inline struct hy_function_spec *new_command(const char *name, enum hy_protocol protocol,
                                                   const char *const *words)
{
    struct hy_function_spec *spec = new_spec(name);
    size_t count = 0;
    while (words[count] != NULL) {
        count++;
    }
    spec->command = calloc(count + 1, sizeof *spec->command);
    for (size_t i = 0; i < count; i++) {
        spec->command[i] = hy_sv_dup(hy_sv_of(words[i]));
    }
    spec->protocol = protocol;
    return spec;
}

static inline void add_shell(struct fixture *fixture, const char *name, enum hy_protocol protocol,
                             const char *script)
{
    const char *const words[] = { "sh", "-c", script, NULL };
    assert_int_equal(add_spec(fixture, new_command(name, protocol, words)), HY_OK);
}

static inline bool have_program(const char *name)
{
    char *path = hy_find_program((const char *const *)environ, name);
    free(path);
    return path != NULL;
}

static inline void assert_ok(const struct call *call, const char *payload)
{
    if (call->outcome != HY_INVOKE_OK || strcmp(call->payload, payload) != 0) {
        fail_msg("outcome %d: %.300s, not %.300s", (int)call->outcome, call->payload, payload);
    }
}

static inline void assert_error(const struct call *call, enum hy_invoke_outcome outcome,
                                const char *type, const char *message)
{
    if (call->outcome != outcome || strcmp(call->type, type) != 0 ||
        strstr(call->message, message) == NULL) {
        fail_msg("outcome %d: %s: %s (%.300s)", (int)call->outcome, call->type, call->message,
                 call->payload);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

#endif

/* Every allocation of runtime fails once: a call is refused, or it is answered, once; nothing
 * leaks, and a stop always comes to its end. */
#include "runtime/functions.h"

#include "base/log.h"
#include "runtime/scratch.h"
#include "support/torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static char work[] = "/tmp/test_runtime_oom.XXXXXX";

struct kind {
    const char *rule, *script, *url;
    enum hy_protocol protocol;
    enum hy_invoke_outcome outcome; /* when no allocation fails */
};

struct attempt {
    unsigned answers;
    bool is_stopped;
    enum hy_invoke_outcome outcome;
};

static uint64_t now_ms(void *ctx)
{
    (void)ctx;
    return hy_loop_wall_ms();
}

static void on_result(void *ctx, const struct hy_invoke_result *result)
{
    struct attempt *attempt = ctx;
    attempt->answers++;
    attempt->outcome = result->outcome;
}

static void on_stopped(void *ctx)
{
    ((struct attempt *)ctx)->is_stopped = true;
}

/* NULL when one of its words found no memory. */
static struct hy_function_spec *make_spec(const struct kind *kind)
{
    struct hy_function_spec *spec = hy_function_spec_create(HY_SV("f"));
    if (spec == NULL) {
        return NULL;
    }
    spec->protocol = kind->protocol;
    bool complete;
    if (kind->url != NULL) {
        spec->url = hy_sv_dup(hy_sv_of(kind->url));
        complete = spec->url != NULL;
    } else {
        spec->command = calloc(4, sizeof *spec->command);
        complete = spec->command != NULL &&
                   (spec->command[0] = hy_sv_dup(HY_SV("/bin/sh"))) != NULL &&
                   (spec->command[1] = hy_sv_dup(HY_SV("-c"))) != NULL &&
                   (spec->command[2] = hy_sv_dup(hy_sv_of(kind->script))) != NULL;
    }
    if (!complete) {
        hy_function_spec_destroy(spec);
        return NULL;
    }
    return spec;
}

static void call_it(struct hy_loop *loop, struct hy_functions *functions,
                    struct attempt *attempt)
{
    const struct hy_invoke_options options = { .function = HY_SV("f"), .payload = HY_SV("{}"),
                                               .timeout_ms = 10000 };
    if (hy_invoke(functions, &options, on_result, attempt) != NULL) {
        while (attempt->answers == 0) {
            (void)hy_loop_turn(loop);
        }
    }
}

static void use(struct hy_loop *loop, struct hy_functions *functions, const struct kind *kind)
{
    struct attempt attempt = { 0 };
    struct hy_err err;
    struct hy_function_spec *spec = make_spec(kind);
    if (spec != NULL && hy_functions_add(functions, spec, &err) == HY_OK) {
        call_it(loop, functions, &attempt);
    }
    hy_functions_stop(functions, on_stopped, &attempt);
    while (!attempt.is_stopped) {
        (void)hy_loop_turn(loop);
    }
    assert_true(attempt.answers <= 1);
    if (!torture_struck() && (attempt.answers != 1 || attempt.outcome != kind->outcome)) {
        fail_msg("%s: %u answers, outcome %d", kind->rule, attempt.answers,
                 (int)attempt.outcome);
    }
}

static void attempt(void *ctx)
{
    struct hy_loop *loop = hy_loop_create();
    if (loop == NULL) {
        return;
    }
    const struct hy_functions_options options = {
        .work_dir = work, .runtime_dir = "/rt", .region = "r", .account = "123456789012",
        .clock = { .now_ms = now_ms }, .random = hy_random_from_seed(1),
    };
    struct hy_functions *functions = hy_functions_create(loop, &options);
    if (functions != NULL) {
        use(loop, functions, ctx);
        hy_functions_destroy(functions);
    }
    hy_loop_destroy(loop);
}

static const struct kind kinds[] = {
    { "stdio", "cat", NULL, HY_PROTOCOL_STDIO, HY_INVOKE_OK },
    { "ndjson", "read -r line; echo 1 >&3; cat", NULL, HY_PROTOCOL_NDJSON, HY_INVOKE_OK },
    { "auto", "cat", NULL, HY_PROTOCOL_AUTO, HY_INVOKE_OK },
    { "runtime-api", "exit 3", NULL, HY_PROTOCOL_RUNTIME_API, HY_INVOKE_FUNCTION_ERROR },
    { "url", NULL, "http://127.0.0.1:1/", HY_PROTOCOL_AUTO, HY_INVOKE_TRANSPORT },
};

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct kind kind = kinds[i];
        unsigned rounds = torture(attempt, &kind);
        print_message("%s: %u rounds\n", kind.rule, rounds);
        assert_true(rounds > 20); /* it did strike, many times */
    }
}

static int make_work(void **state)
{
    (void)state;
    hy_log_setup(&(struct hy_log_options){ .level = HY_LOG_ERROR, .fd = 2 });
    return mkdtemp(work) == NULL ? -1 : 0;
}

static int remove_work(void **state)
{
    (void)state;
    hy_scratch_remove(work);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_work, remove_work);
}

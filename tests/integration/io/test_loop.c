/* Turns, hooks, timers, the thread pool and the worker thread. */
#include "io/loop.h"
#include "io/timer.h"
#include "io/work.h"
#include "io/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { LOG_MAX = 128 };

/* What happened, one letter each. */
struct diary {
    struct hy_loop *loop;
    struct hy_timer *timer;
    char text[LOG_MAX];
    size_t len;
    bool is_done;
};

static void note(struct diary *diary, char letter)
{
    assert_true(diary->len + 1 < LOG_MAX);
    diary->text[diary->len++] = letter;
    diary->text[diary->len] = '\0';
}

static void write_d(void *ctx)
{
    note(ctx, 'd');
}

static void defer_from_deferred(void *ctx)
{
    struct diary *diary = ctx;
    note(diary, 'D');
    assert_true(hy_loop_defer(diary->loop, write_d, diary));
}

static void hook_a(void *ctx)
{
    note(ctx, 'a');
}

static void hook_b(void *ctx)
{
    note(ctx, 'b');
}

static void on_timer(void *ctx)
{
    struct diary *diary = ctx;
    note(diary, 't');
    assert_true(hy_loop_defer(diary->loop, write_d, diary));
}

static void test_hooks_run_after_all_that_happened_and_in_order(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    diary.timer = hy_timer_create(diary.loop, on_timer, &diary);
    assert_true(hy_loop_add_turn_end(diary.loop, hook_a, &diary));
    assert_true(hy_loop_add_turn_end(diary.loop, hook_b, &diary));
    hy_timer_start(diary.timer, 0);
    hy_loop_run(diary.loop);
    const char *timer = strchr(diary.text, 't');
    assert_non_null(timer);
    assert_memory_equal(timer, "tdab", 4);
    hy_timer_destroy(diary.timer);
    hy_loop_destroy(diary.loop);
}

static void test_deferred_calls_run_later_and_in_order(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    assert_true(hy_loop_defer(diary.loop, defer_from_deferred, &diary));
    assert_true(hy_loop_defer(diary.loop, hook_a, &diary));
    assert_string_equal(diary.text, "");
    hy_loop_run(diary.loop); /* ends by itself: nothing is left */
    assert_string_equal(diary.text, "Dad");
    hy_loop_destroy(diary.loop);
}

static void defer_once(void *ctx)
{
    struct diary *diary = ctx;
    if (!diary->is_done) {
        diary->is_done = true;
        assert_true(hy_loop_defer(diary->loop, write_d, diary));
    }
}

static void test_a_hook_may_defer(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    assert_true(hy_loop_add_turn_end(diary.loop, defer_once, &diary));
    assert_true(hy_loop_turn(diary.loop)); /* the deferred call keeps the loop alive */
    hy_loop_run(diary.loop);
    assert_string_equal(diary.text, "d");
    hy_loop_destroy(diary.loop);
}

static void remove_both(void *ctx)
{
    struct diary *diary = ctx;
    note(diary, 'r');
    hy_loop_remove_turn_end(diary->loop, remove_both, diary);
    hy_loop_remove_turn_end(diary->loop, hook_a, diary);
}

static void test_hooks_may_be_removed_by_a_hook(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    assert_true(hy_loop_add_turn_end(diary.loop, remove_both, &diary));
    assert_true(hy_loop_add_turn_end(diary.loop, hook_a, &diary));
    assert_true(hy_loop_add_turn_end(diary.loop, hook_b, &diary));
    (void)hy_loop_turn(diary.loop);
    assert_memory_equal(diary.text, "rb", 2);
    assert_null(strchr(diary.text, 'a'));
    assert_ptr_equal(strrchr(diary.text, 'r'), diary.text); /* once */
    hy_loop_destroy(diary.loop);
}

static void stop_loop(void *ctx)
{
    struct diary *diary = ctx;
    note(diary, 's');
    hy_loop_stop(diary->loop);
}

static void test_stop_returns_although_something_is_left(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    struct hy_timer *later = hy_timer_create(diary.loop, on_timer, &diary);
    struct hy_timer *now = hy_timer_create(diary.loop, stop_loop, &diary);
    hy_timer_start(later, 600000);
    hy_timer_start(now, 0);
    hy_loop_run(diary.loop);
    assert_string_equal(diary.text, "s");
    hy_timer_destroy(later);
    hy_timer_destroy(now);
    hy_loop_destroy(diary.loop);
}

static void destroy_own_timer(void *ctx)
{
    struct diary *diary = ctx;
    note(diary, 'x');
    hy_timer_destroy(diary->timer);
}

static void test_timers(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    struct hy_timer *stopped = hy_timer_create(diary.loop, hook_a, &diary);
    struct hy_timer *destroyed = hy_timer_create(diary.loop, hook_a, &diary);
    struct hy_timer *restarted = hy_timer_create(diary.loop, hook_b, &diary);
    diary.timer = hy_timer_create(diary.loop, destroy_own_timer, &diary);
    hy_timer_start(stopped, 0);
    hy_timer_stop(stopped);
    hy_timer_start(destroyed, 0);
    hy_timer_destroy(destroyed);
    hy_timer_start(restarted, 600000);
    hy_timer_start(restarted, 20);
    hy_timer_start(diary.timer, 1);
    uint64_t begin = hy_loop_nanoseconds();
    hy_loop_run(diary.loop);
    assert_true(hy_loop_nanoseconds() - begin >= 19 * 1000000u);
    assert_string_equal(diary.text, "xb");
    hy_timer_destroy(stopped);
    hy_timer_destroy(restarted);
    hy_timer_destroy(NULL);
    hy_loop_destroy(diary.loop);
}

static void test_writing_to_who_has_left_is_no_signal(void **state)
{
    (void)state;
    struct hy_loop *loop = hy_loop_create();
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1); /* and we are still here */
    (void)close(ends[1]);
    hy_loop_destroy(loop);
}

/* --- threads --- */

struct job {
    struct diary *diary;
    pthread_t ran_on;
    bool was_run;
    char letter;
    int *order; /* of runs, counted by the one worker thread */
    int ran_as;
};

static void run_job(void *ctx)
{
    struct job *job = ctx;
    job->ran_on = pthread_self();
    job->was_run = true;
    if (job->order != NULL) {
        job->ran_as = (*job->order)++;
    }
}

static void job_done(void *ctx)
{
    struct job *job = ctx;
    assert_true(job->was_run);
    assert_true(pthread_equal(job->ran_on, pthread_self()) == 0);
    note(job->diary, job->letter);
}

static void test_work_runs_elsewhere_and_is_done_here(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    struct job jobs[8];
    for (int i = 0; i < 8; i++) {
        jobs[i] = (struct job){ .diary = &diary, .letter = 'w' };
        assert_true(hy_work(diary.loop, run_job, job_done, &jobs[i]));
    }
    assert_string_equal(diary.text, "");
    hy_loop_run(diary.loop);
    assert_string_equal(diary.text, "wwwwwwww");
    hy_loop_destroy(diary.loop);
}

static void test_a_worker_keeps_the_order(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    struct hy_worker *worker = hy_worker_create(diary.loop, "test-disk");
    struct job jobs[20];
    int order = 0;
    for (int i = 0; i < 20; i++) {
        jobs[i] = (struct job){ .diary = &diary, .letter = (char)('a' + i), .order = &order };
        assert_true(hy_worker_push(worker, run_job, i == 5 ? NULL : job_done, &jobs[i]));
    }
    assert_string_equal(diary.text, "");
    hy_loop_run(diary.loop); /* ends when the last job is done */
    assert_string_equal(diary.text, "abcdeghijklmnopqrst");
    for (int i = 0; i < 20; i++) {
        assert_int_equal(jobs[i].ran_as, i);
    }
    hy_worker_destroy(worker);
    hy_loop_destroy(diary.loop);
}

static void test_destroying_a_worker_finishes_its_jobs(void **state)
{
    (void)state;
    struct diary diary = { .loop = hy_loop_create() };
    struct hy_worker *worker = hy_worker_create(diary.loop, "test-disk");
    struct job jobs[20];
    for (int i = 0; i < 20; i++) {
        jobs[i] = (struct job){ .diary = &diary, .letter = (char)('a' + i) };
        assert_true(hy_worker_push(worker, run_job, job_done, &jobs[i]));
    }
    hy_worker_destroy(worker);
    assert_string_equal(diary.text, "abcdefghijklmnopqrst");
    hy_worker_destroy(NULL);
    hy_loop_destroy(diary.loop);
}

static void test_an_idle_worker_lets_the_loop_end(void **state)
{
    (void)state;
    struct hy_loop *loop = hy_loop_create();
    struct hy_worker *worker = hy_worker_create(loop, "test-disk");
    hy_loop_run(loop);
    hy_worker_destroy(worker);
    hy_loop_destroy(loop);
}

/* Keeps the chain going from inside done, for the tsan preset. */
struct chain {
    struct hy_worker *worker;
    int left;
};

static void run_link(void *ctx)
{
    ((struct chain *)ctx)->left--;
}

static void link_done(void *ctx)
{
    struct chain *chain = ctx;
    if (chain->left > 0) {
        assert_true(hy_worker_push(chain->worker, run_link, link_done, chain));
    }
}

static void test_done_may_push(void **state)
{
    (void)state;
    struct hy_loop *loop = hy_loop_create();
    struct chain chain = { .worker = hy_worker_create(loop, "test-disk"), .left = 1000 };
    assert_true(hy_worker_push(chain.worker, run_link, link_done, &chain));
    hy_loop_run(loop);
    assert_int_equal(chain.left, 0);

    chain.left = 1000; /* and also while it is being destroyed */
    assert_true(hy_worker_push(chain.worker, run_link, link_done, &chain));
    hy_worker_destroy(chain.worker);
    assert_int_equal(chain.left, 0);
    hy_loop_destroy(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hooks_run_after_all_that_happened_and_in_order),
        cmocka_unit_test(test_deferred_calls_run_later_and_in_order),
        cmocka_unit_test(test_a_hook_may_defer),
        cmocka_unit_test(test_hooks_may_be_removed_by_a_hook),
        cmocka_unit_test(test_stop_returns_although_something_is_left),
        cmocka_unit_test(test_timers),
        cmocka_unit_test(test_writing_to_who_has_left_is_no_signal),
        cmocka_unit_test(test_work_runs_elsewhere_and_is_done_here),
        cmocka_unit_test(test_a_worker_keeps_the_order),
        cmocka_unit_test(test_destroying_a_worker_finishes_its_jobs),
        cmocka_unit_test(test_an_idle_worker_lets_the_loop_end),
        cmocka_unit_test(test_done_may_push),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

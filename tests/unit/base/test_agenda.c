#include "base/agenda.h"
#include "base/random.h"

#include "support/test.h"
#include "support/torture.h"

enum { ITEMS = 64 };

/* What was called, in order. */
struct calls {
    size_t ids[4096];
    size_t count;
    uint64_t now_ms;
};

struct alarm {
    struct hy_agenda_item item;
    struct calls *calls;
    size_t id;
};

static void on_due(void *ctx, uint64_t now_ms)
{
    struct alarm *alarm = ctx;
    assert_false(hy_agenda_has(&alarm->item));
    alarm->calls->ids[alarm->calls->count++] = alarm->id;
    alarm->calls->now_ms = now_ms;
}

static void make_alarms(struct alarm *alarms, size_t count, struct calls *calls)
{
    calls->count = 0;
    for (size_t i = 0; i < count; i++) {
        alarms[i] = (struct alarm){
            .item = { .due = on_due, .ctx = &alarms[i] }, .calls = calls, .id = i,
        };
    }
}

static void test_nothing_is_never_due(void **state)
{
    (void)state;
    struct hy_agenda agenda;
    hy_agenda_init(&agenda);
    assert_true(hy_agenda_due_ms(&agenda) == HY_NEVER_MS);
    assert_int_equal(hy_agenda_turn(&agenda, UINT64_MAX), 0);
    hy_agenda_finish(&agenda);
}

static void test_due_at_its_time_and_not_before(void **state)
{
    (void)state;
    struct hy_agenda agenda;
    struct calls calls;
    struct alarm alarm;
    hy_agenda_init(&agenda);
    make_alarms(&alarm, 1, &calls);
    assert_int_equal(hy_agenda_set(&agenda, &alarm.item, 100), HY_OK);
    assert_int_equal(hy_agenda_due_ms(&agenda), 100);
    assert_int_equal(hy_agenda_turn(&agenda, 99), 0);
    assert_int_equal(hy_agenda_turn(&agenda, 100), 1);
    assert_int_equal(calls.now_ms, 100);
    assert_int_equal(hy_agenda_turn(&agenda, 100), 0);
    hy_agenda_finish(&agenda);
}

static void test_ties_in_the_order_they_were_set(void **state)
{
    (void)state;
    struct hy_agenda agenda;
    struct calls calls;
    struct alarm alarms[ITEMS];
    hy_agenda_init(&agenda);
    make_alarms(alarms, ITEMS, &calls);
    for (size_t i = 0; i < ITEMS; i++) {
        assert_int_equal(hy_agenda_set(&agenda, &alarms[i].item, 10 * (i % 2)), HY_OK);
    }
    assert_int_equal(hy_agenda_set(&agenda, &alarms[0].item, 0), HY_OK); /* set anew: last */
    assert_int_equal(hy_agenda_turn(&agenda, 10), ITEMS);
    for (size_t i = 0; i < ITEMS / 2; i++) {
        assert_int_equal(calls.ids[i], i + 1 < ITEMS / 2 ? 2 * i + 2 : 0);
        assert_int_equal(calls.ids[ITEMS / 2 + i], 2 * i + 1);
    }
    hy_agenda_finish(&agenda);
}

static void test_clearing_twice_is_harmless(void **state)
{
    (void)state;
    struct hy_agenda agenda;
    struct calls calls;
    struct alarm alarm;
    hy_agenda_init(&agenda);
    make_alarms(&alarm, 1, &calls);
    hy_agenda_clear(&agenda, &alarm.item);
    assert_int_equal(hy_agenda_set(&agenda, &alarm.item, 1), HY_OK);
    assert_true(hy_agenda_has(&alarm.item));
    hy_agenda_clear(&agenda, &alarm.item);
    hy_agenda_clear(&agenda, &alarm.item);
    assert_false(hy_agenda_has(&alarm.item));
    assert_int_equal(hy_agenda_turn(&agenda, 1), 0);
    hy_agenda_finish(&agenda);
}

struct chain {
    struct hy_agenda_item item;
    struct hy_agenda *agenda;
    struct hy_agenda_item *victim;
    uint64_t step_ms;
    unsigned left;
};

static void on_chain_due(void *ctx, uint64_t now_ms)
{
    struct chain *chain = ctx;
    hy_agenda_clear(chain->agenda, chain->victim);
    if (chain->left-- > 1) {
        assert_int_equal(hy_agenda_set(chain->agenda, &chain->item, now_ms + chain->step_ms),
                         HY_OK);
    }
}

static void test_callbacks_may_set_and_clear(void **state)
{
    (void)state;
    struct hy_agenda agenda;
    struct calls calls;
    struct alarm victim;
    hy_agenda_init(&agenda);
    make_alarms(&victim, 1, &calls);
    struct chain chain = { .agenda = &agenda, .victim = &victim.item, .left = 3 };
    chain.item = (struct hy_agenda_item){ .due = on_chain_due, .ctx = &chain };
    assert_int_equal(hy_agenda_set(&agenda, &chain.item, 5), HY_OK);
    assert_int_equal(hy_agenda_set(&agenda, &victim.item, 5), HY_OK);
    assert_int_equal(hy_agenda_turn(&agenda, 5), 3); /* also those set meanwhile and due */
    assert_int_equal(calls.count, 0);

    chain.left = 2;
    chain.step_ms = 1;
    assert_int_equal(hy_agenda_set(&agenda, &chain.item, 5), HY_OK);
    assert_int_equal(hy_agenda_turn(&agenda, 5), 1);
    assert_int_equal(hy_agenda_due_ms(&agenda), 6);
    assert_int_equal(hy_agenda_turn(&agenda, 6), 1);
    hy_agenda_finish(&agenda);
}

/* The model: each item's due time and when it was set; HY_NEVER_MS for off. */
struct model {
    uint64_t due_ms[ITEMS], order[ITEMS];
};

static size_t model_first(const struct model *model)
{
    size_t first = 0;
    for (size_t i = 1; i < ITEMS; i++) {
        if (model->due_ms[i] < model->due_ms[first] ||
            (model->due_ms[i] == model->due_ms[first] && model->order[i] < model->order[first])) {
            first = i;
        }
    }
    return first;
}

static void model_turn(struct model *model, uint64_t now_ms, const struct calls *calls)
{
    size_t called = 0;
    for (size_t i; model->due_ms[i = model_first(model)] <= now_ms; called++) {
        assert_true(called < calls->count);
        assert_int_equal(calls->ids[called], i);
        model->due_ms[i] = HY_NEVER_MS;
    }
    assert_int_equal(called, calls->count);
}

static void test_random_operations_against_a_model(void **state)
{
    (void)state;
    struct hy_random random = hy_random_from_seed(4);
    struct hy_agenda agenda;
    struct calls calls;
    struct alarm alarms[ITEMS];
    struct model model;
    hy_agenda_init(&agenda);
    make_alarms(alarms, ITEMS, &calls);
    for (size_t i = 0; i < ITEMS; i++) {
        model.due_ms[i] = HY_NEVER_MS;
    }
    uint64_t now_ms = 0;
    for (uint64_t round = 0; round < 20000; round++) {
        size_t i = hy_random_u64(&random) % ITEMS;
        uint64_t kind = hy_random_u64(&random) % 8;
        if (kind < 5) {
            model.due_ms[i] = now_ms + hy_random_u64(&random) % 50;
            model.order[i] = round;
            assert_int_equal(hy_agenda_set(&agenda, &alarms[i].item, model.due_ms[i]), HY_OK);
        } else if (kind < 7) {
            model.due_ms[i] = HY_NEVER_MS;
            hy_agenda_clear(&agenda, &alarms[i].item);
        } else {
            now_ms += hy_random_u64(&random) % 10;
            calls.count = 0;
            hy_agenda_turn(&agenda, now_ms);
            model_turn(&model, now_ms, &calls);
        }
        assert_true(hy_agenda_due_ms(&agenda) == model.due_ms[model_first(&model)]);
    }
    for (size_t i = 0; i < ITEMS; i++) {
        hy_agenda_clear(&agenda, &alarms[i].item);
    }
    hy_agenda_finish(&agenda);
}

static void fill(void *ctx)
{
    (void)ctx;
    struct hy_agenda agenda;
    struct calls calls;
    struct alarm alarms[ITEMS];
    hy_agenda_init(&agenda);
    make_alarms(alarms, ITEMS, &calls);
    size_t accepted = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        bool good = hy_agenda_set(&agenda, &alarms[i].item, i) == HY_OK;
        assert_int_equal(good, hy_agenda_has(&alarms[i].item));
        accepted += good;
    }
    assert_int_equal(accepted, torture_struck() ? ITEMS - 1 : ITEMS);
    assert_int_equal(hy_agenda_turn(&agenda, ITEMS), accepted);
    hy_agenda_finish(&agenda);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(torture(fill, NULL) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_never_due),
        cmocka_unit_test(test_due_at_its_time_and_not_before),
        cmocka_unit_test(test_ties_in_the_order_they_were_set),
        cmocka_unit_test(test_clearing_twice_is_harmless),
        cmocka_unit_test(test_callbacks_may_set_and_clear),
        cmocka_unit_test(test_random_operations_against_a_model),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

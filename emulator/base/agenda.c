#include "base/agenda.h"

#include <assert.h>
#include <stdlib.h>

enum { CAP_MIN = 16 };

void hy_agenda_init(struct hy_agenda *agenda)
{
    *agenda = (struct hy_agenda){ 0 };
}

void hy_agenda_finish(struct hy_agenda *agenda)
{
    assert(agenda->count == 0);
    free(agenda->items);
    hy_agenda_init(agenda);
}

static bool is_before(const struct hy_agenda_item *a, const struct hy_agenda_item *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

/* Places in the heap count from 1: the children of n are 2n and 2n + 1. */
static void put(struct hy_agenda *agenda, struct hy_agenda_item *item, size_t index)
{
    agenda->items[index - 1] = item;
    item->index = index;
}

static struct hy_agenda_item *at(const struct hy_agenda *agenda, size_t index)
{
    return agenda->items[index - 1];
}

static size_t earlier_child(const struct hy_agenda *agenda, size_t index)
{
    size_t child = 2 * index;
    if (child < agenda->count && is_before(at(agenda, child + 1), at(agenda, child))) {
        child++;
    }
    return child;
}

/* Finds the place for an item, from `index` up or down; only one of the loops moves anything. */
static void settle(struct hy_agenda *agenda, struct hy_agenda_item *item, size_t index)
{
    while (index > 1 && is_before(item, at(agenda, index / 2))) {
        put(agenda, at(agenda, index / 2), index);
        index /= 2;
    }
    while (2 * index <= agenda->count) {
        size_t child = earlier_child(agenda, index);
        if (!is_before(at(agenda, child), item)) {
            break;
        }
        put(agenda, at(agenda, child), index);
        index = child;
    }
    put(agenda, item, index);
}

static bool make_room(struct hy_agenda *agenda)
{
    if (agenda->count < agenda->cap) {
        return true;
    }
    size_t cap = agenda->cap == 0 ? CAP_MIN : agenda->cap * 2;
    struct hy_agenda_item **items = realloc(agenda->items, cap * sizeof items[0]);
    if (items == NULL) {
        return false;
    }
    agenda->items = items;
    agenda->cap = cap;
    return true;
}

enum hy_code hy_agenda_set(struct hy_agenda *agenda, struct hy_agenda_item *item,
                           uint64_t due_ms)
{
    if (item->index == 0) {
        if (!make_room(agenda)) {
            return HY_NO_MEMORY;
        }
        agenda->count++;
        put(agenda, item, agenda->count);
    }
    item->due_ms = due_ms;
    item->order = agenda->next_order++;
    settle(agenda, item, item->index);
    return HY_OK;
}

void hy_agenda_clear(struct hy_agenda *agenda, struct hy_agenda_item *item)
{
    if (item->index == 0) {
        return;
    }
    size_t hole = item->index;
    assert(at(agenda, hole) == item); /* on another agenda? */
    struct hy_agenda_item *last = at(agenda, agenda->count);
    agenda->count--;
    item->index = 0;
    if (last != item) {
        settle(agenda, last, hole);
    }
}

bool hy_agenda_has(const struct hy_agenda_item *item)
{
    return item->index != 0;
}

uint64_t hy_agenda_due_ms(const struct hy_agenda *agenda)
{
    return agenda->count == 0 ? HY_NEVER_MS : at(agenda, 1)->due_ms;
}

size_t hy_agenda_turn(struct hy_agenda *agenda, uint64_t now_ms)
{
    size_t called = 0;
    while (agenda->count > 0 && at(agenda, 1)->due_ms <= now_ms) {
        struct hy_agenda_item *item = at(agenda, 1);
        hy_agenda_clear(agenda, item);
        item->due(item->ctx, now_ms); /* may free the item */
        called++;
    }
    return called;
}

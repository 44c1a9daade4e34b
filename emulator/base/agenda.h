/* agenda.h - who wants to be asked when: a binary heap of due times.
 *
 * Every wait that Firehose decides (a buffer's interval, a retry's pause) is an item here; the
 * app's one timer sleeps until hy_agenda_due_ms. Pure data: time is an argument.
 *
 * An item is part of its owner and costs nothing while it is not on the agenda. Items that are
 * due at the same time are called in the order in which they were set.
 */
#ifndef HY_BASE_AGENDA_H
#define HY_BASE_AGENDA_H

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct hy_agenda_item {
    void (*due)(void *ctx, uint64_t now_ms); /* the item is off the agenda when it is called */
    void *ctx;

    /* private */
    uint64_t due_ms, order;
    size_t index; /* in the heap, from 1; 0: not on the agenda */
};

struct hy_agenda {
    struct hy_agenda_item **items;
    size_t count, cap;
    uint64_t next_order;
};

void hy_agenda_init(struct hy_agenda *agenda);
void hy_agenda_finish(struct hy_agenda *agenda); /* no item may be left */

/* Puts the item on the agenda, or moves it. HY_NO_MEMORY leaves it as it was. */
HY_MUST_CHECK
enum hy_code hy_agenda_set(struct hy_agenda *agenda, struct hy_agenda_item *item,
                           uint64_t due_ms);
void hy_agenda_clear(struct hy_agenda *agenda, struct hy_agenda_item *item); /* may be off */
bool hy_agenda_has(const struct hy_agenda_item *item);

/* When the next item is due; HY_NEVER_MS when there is none. */
uint64_t hy_agenda_due_ms(const struct hy_agenda *agenda);

/* Calls every item that is due at now_ms, also those that are set meanwhile and are due.
 * Returns how many were called. */
size_t hy_agenda_turn(struct hy_agenda *agenda, uint64_t now_ms);

#endif

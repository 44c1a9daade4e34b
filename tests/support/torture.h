/* torture.h - every allocation fails once.
 *
 * The linker replaces malloc, calloc and realloc in the test program (link hy_torture); the
 * product knows nothing of it. Allocations that libraries make for themselves are not counted.
 */
#ifndef HY_TESTS_SUPPORT_TORTURE_H
#define HY_TESTS_SUPPORT_TORTURE_H

#include <stdbool.h>

/* Calls `attempt` again and again; in round n the n-th allocation returns NULL. Stops after the
 * first round in which nothing failed, and returns the number of rounds. `attempt` must leave
 * nothing behind: run under ASan and it is told on. One thread. */
unsigned torture(void (*attempt)(void *ctx), void *ctx);

/* Inside attempt: has an allocation been refused in this round? */
bool torture_struck(void);

#endif

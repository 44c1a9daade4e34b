/* torture.h - every allocation fails once. Link with hy_torture, which wraps malloc, calloc and
 * realloc; the product knows nothing of it.
 *
 * Either torture() repeats an attempt until nothing failed any more, or a test with a loop and
 * threads arms and disarms by itself. Run under ASan, a failure path that leaks is told on.
 */
#ifndef HY_TESTS_SUPPORT_TORTURE_H
#define HY_TESTS_SUPPORT_TORTURE_H

#include <stdbool.h>

/* Calls `attempt` again and again; in round n the n-th allocation returns NULL. Stops after the
 * first round in which nothing failed, and returns the number of rounds. `attempt` must leave
 * nothing behind. */
unsigned torture(void (*attempt)(void *ctx), void *ctx);

/* Inside an attempt, or while armed: has an allocation been refused? */
bool torture_struck(void);

/* From now on the n-th allocation of any thread fails, n from 1 on; 0: none does. */
void torture_arm(long n);

/* Back to normal. Was an allocation refused? */
bool torture_disarm(void);

#endif

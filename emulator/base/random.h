/* random.h - ids, random strings and jitter, reproducible from a seed (--seed N).
 *
 * xoshiro256**: quick and even, not for secrets. Not safe to share between threads: each
 * user has its own, forked from the process's one by a label, so that the order in which
 * modules draw does not change what the others get.
 */
#ifndef HY_BASE_RANDOM_H
#define HY_BASE_RANDOM_H

#include "base/sv.h"

struct hy_random {
    uint64_t state[4];
};

enum { HY_UUID_BYTES = 37 }; /* with NUL */

struct hy_random hy_random_from_seed(uint64_t seed);
struct hy_random hy_random_from_system(void);
/* Does not draw from the parent: the same label gives the same child until the parent is drawn
 * from. So labels are distinct ("ids", "faults", "stream/clicks"), and who forks first is no
 * matter. */
struct hy_random hy_random_fork(const struct hy_random *parent, hy_sv label);

uint64_t hy_random_u64(struct hy_random *random);
double hy_random_unit(struct hy_random *random);                   /* 0 <= x < 1 */
void hy_random_uuid(struct hy_random *random, char out[HY_UUID_BYTES]); /* version 4, lower case */
/* `count` characters drawn from `alphabet`, no NUL. */
void hy_random_chars(struct hy_random *random, hy_sv alphabet, char *out, size_t count);

#endif

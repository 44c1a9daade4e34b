/* dictionary.h - the distinct values of one column chunk, numbered from 0 as they come.
 *
 * The pool holds them as PLAIN encodes them, one after the other: it is the dictionary page.
 * Values can be taken back in the reverse order of their coming (a record that turns out not to
 * fit is undone as a whole).
 *
 * Not uthash: an element here is four bytes of pool and a number, and there are millions of
 * lookups an object; an allocation for each would cost more than everything around it.
 */
#ifndef HY_PIPELINE_CONVERT_DICTIONARY_H
#define HY_PIPELINE_CONVERT_DICTIONARY_H

#include "base/buf.h"

struct hy_dictionary_slot {
    uint32_t number; /* of the value, from 1; 0: free */
    uint32_t tag;    /* of its hash: most others are told apart by it */
};

struct hy_dictionary {
    unsigned width;        /* of a value; 0: a length and so many bytes */
    struct hy_buf pool;
    struct hy_buf offsets; /* uint32_t in the pool, one a value */
    struct hy_dictionary_slot *slots;
    size_t slot_count;     /* a power of two, or 0 */
    uint32_t count;
};

void hy_dictionary_init(struct hy_dictionary *dictionary, unsigned width); /* allocates nothing */
void hy_dictionary_finish(struct hy_dictionary *dictionary); /* fine on a zeroed one */
void hy_dictionary_clear(struct hy_dictionary *dictionary);  /* memory kept */

/* The number of `value` (without a length), new or not. HY_NO_MEMORY changes nothing. */
HY_MUST_CHECK
enum hy_code hy_dictionary_add(struct hy_dictionary *dictionary, hy_sv value, uint32_t *number);

/* Forgets all values from number `count` on. */
void hy_dictionary_truncate(struct hy_dictionary *dictionary, uint32_t count);

/* As PLAIN has it, length included. In the pool: until the next add. */
hy_sv hy_dictionary_plain(const struct hy_dictionary *dictionary, uint32_t number);

#endif

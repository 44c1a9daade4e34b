/* removal.h - files of a journal on their way out, by the disk thread.
 *
 * Needs nothing of the set once it was started: the files may outlive it.
 */
#ifndef HY_STORE_REMOVAL_H
#define HY_STORE_REMOVAL_H

#include "store/journals.h"

/* Deletes `count` segments of journal `id`, behind all writes that were asked for before;
 * 0: all of them, and the folder. Out of memory, it is done at once. */
void hy_removal_start(struct hy_journals *journals, uint64_t id,
                      const struct hy_segment *segments, size_t count);

#endif

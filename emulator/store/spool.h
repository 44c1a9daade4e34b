/* spool.h - bytes on their way to an object: in memory while few, in an unlinked file when many.
 *
 * Appended on the loop, read back by whoever makes the object (pool thread). Not durable and
 * need not be: until the object is in the ledger, the journal still has the records.
 */
#ifndef HY_STORE_SPOOL_H
#define HY_STORE_SPOOL_H

#include "base/err.h"
#include "base/sv.h"

struct hy_spool; /* opaque */

/* `dir` is where the file would be made; copied. memory_max: bytes kept in memory. */
struct hy_spool *hy_spool_create(const char *dir, size_t memory_max);
void hy_spool_destroy(struct hy_spool *spool); /* NULL is fine */

/* HY_IO, HY_NO_MEMORY: nothing was appended. */
HY_MUST_CHECK enum hy_code hy_spool_append(struct hy_spool *spool, hy_sv bytes);
uint64_t hy_spool_bytes(const struct hy_spool *spool);

/* Copies `length` bytes from `offset` on. Any thread, while nobody appends. HY_INVALID: there
 * are not so many. */
HY_MUST_CHECK
enum hy_code hy_spool_read(const struct hy_spool *spool, uint64_t offset, char *out,
                           size_t length);

#endif

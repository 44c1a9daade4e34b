/* source.h - reads a delivery stream's Kinesis data stream into its journal (firehose.md 7.1).
 *
 *   list shards -> for each readable one: iterator -> GetRecords, once a second -> journal
 *                                             ^---------- not before it is committed
 *
 * From the journal on, everything is as for records that were put.
 *
 * A shard is readable when none of its parents is still to be read; the end of one asks for the
 * list again. Reading begins at the stream's start (AT_TIMESTAMP; where the endpoint refuses that
 * or does not answer, TRIM_HORIZON, and what arrived earlier is passed over) and goes on after
 * the position. Whatever fails is tried again for ever, after 1, 2, 4 .. 32 seconds, from
 * the position or with the same iterator.
 *
 * What holds: a record of a shard is in the journal exactly once, whatever moment the process
 * dies at. The position is written to the ledger when the journal has committed, and every frame
 * carries its own position: opening a stream takes the further of the two. A frame that
 * is no more in the journal has been settled by a delivery, and the ledger makes changes in the
 * order they were asked for: the position is there before the delivery. (A position that SQLite
 * refuses while it takes the delivery would break that; it is logged, and written again.) Kinesis'
 * own duplicates, a producer's second try, stay two records.
 *
 * Polling goes by real time, whatever --clock says: it is about a socket, and the endpoint knows
 * no other time. So with --clock manual records do arrive while the clock stands; they get the
 * clock's time, and `POST clock` does not wait for a poll. Whoever wants to know
 * waits with `POST await`.
 *
 * Nothing here counts as under way for flush or the clock: only what is in the journal does.
 */
#ifndef HY_PIPELINE_SOURCE_SOURCE_H
#define HY_PIPELINE_SOURCE_SOURCE_H

#include "model/stream_spec.h"
#include "pipeline/channel.h"

struct hy_source; /* opaque */

/* The spec has a source. Reads the ledger's positions: blocking. Takes a hold on the spec. */
HY_MUST_CHECK
enum hy_code hy_source_create(struct hy_channel *channel, struct hy_stream_spec *spec,
                              struct hy_source **out);
/* While the journal is opened: a frame that it has. */
HY_MUST_CHECK
enum hy_code hy_source_recover(struct hy_source *source, const struct hy_frame *frame);
/* Begins to read, unless no endpoint is configured: then the log says so. */
HY_MUST_CHECK
enum hy_code hy_source_start(struct hy_source *source, struct hy_journal *journal);
/* Asks nothing more; channel->on_ended when it has become idle. */
void hy_source_stop(struct hy_source *source);
bool hy_source_is_idle(const struct hy_source *source);
void hy_source_destroy(struct hy_source *source); /* idle; NULL is fine */

#endif

/* journal.h - what a stream has accepted: append-only segment files, written once a turn.
 *
 * A Put reserves room in the stream's open group, writes the record's bytes there (base64 is
 * decoded straight into it), and commits. At the end of the loop's turn each group is written
 * with one write (group commit); then the pipeline is told (on_written), then the Puts that
 * waited are answered. So an acknowledged record survives kill -9. With HY_DURABILITY_POWER
 * the disk thread writes the group and calls fdatasync first.
 *
 * A frame is: length u32 (of the bytes at its end), CRC-32C u32 (of the rest of the frame:
 * everything after these 8 bytes), sequence number u64, arrival ms u64, bytes; little-endian;
 * not padded. When the length's highest bit is set, the bytes begin with a note: its length u16,
 * and what whoever appended the record wants to know about it later (where a source has it from).
 * hy_frame_next takes it off, so that nobody else sees it.
 * Sequence numbers of a stream start at 1 and have no gaps, across segments and restarts.
 * A segment file is `<dir>/<id>/<first sequence number, 20 digits>.seg`.
 *
 * Nothing is kept in memory after it was written: whoever needs the records reads them back
 * by their extent (from the page cache, nearly always). That is what bounds memory behind a
 * stalled transform.
 *
 * When a write takes longer than 5 ms, groups go to the disk thread until one is quick again,
 * so a page cache that pushes back does not stop the loop. Groups of a stream are written in
 * order, one at a time.
 *
 * When a write fails, the segment is cut back to where it was, the waiting Puts are told
 * HY_IO, and none of the group's records exist: their numbers are given again. So a group
 * that gathered behind one that fails on the disk thread fails with it.
 *
 * Recovery reads every segment; a bad frame ends the last segment, which is cut there (it was
 * never acknowledged). A bad frame in an earlier segment is reported, the rest of that
 * segment skipped: we never make up data. Numbers lost that way are never heard of: on_written
 * then sees extents with a gap between them, and whoever counts what is settled counts the gap
 * as settled.
 */
#ifndef HY_STORE_JOURNAL_H
#define HY_STORE_JOURNAL_H

#include "base/err.h"
#include "base/sv.h"
#include "io/loop.h"
#include "io/worker.h"

struct hy_journals; /* opaque: all of them; the folder, the budget, the turn-end hook */
struct hy_journal;  /* opaque: one stream's */

enum { HY_FRAME_HEADER_BYTES = 24, HY_NOTE_BYTES_MAX = 65535 };

#define HY_NOTED_BYTES(note_len) ((note_len) + 2) /* that a note takes in front of the record */

/* Where whole frames with consecutive sequence numbers lie, back to back, in one segment.
 * A value; stays readable until its records are released. */
struct hy_extent {
    uint64_t segment; /* first sequence number of the segment: its name */
    uint64_t offset;  /* of the first frame */
    uint64_t length;  /* bytes of all frames, headers included */
    uint64_t seq;     /* of the first frame */
    uint32_t count;   /* frames */
};

/* One record, while walking over frames that were read or are being written. */
struct hy_frame {
    uint64_t seq;
    uint64_t arrived_ms;
    uint32_t frame_bytes; /* header included: the next frame starts so much further */
    hy_sv data;           /* in the frames walked over */
    hy_sv note;           /* likewise; empty: none */
};

/* Takes one frame off the front of *frames. False at the end, or when what is left is not a
 * whole frame (does not check the CRC; recovery has). */
bool hy_frame_next(hy_sv *frames, struct hy_frame *frame);

enum hy_durability { HY_DURABILITY_PROCESS, HY_DURABILITY_POWER };

struct hy_journals_options {
    const char *dir;             /* created when missing; copied */
    enum hy_durability durability;
    uint64_t segment_bytes;      /* a new segment once the last has so many; 0: 64 MiB */
    uint64_t budget_bytes;       /* of all segments on disk; 0: no limit but the disk's */
    struct hy_worker *disk;      /* the disk thread; must outlive */
};

/* Frames that now exist: written, or found by recovery. `frames` are the very bytes of
 * `extent` and live until the call returns. */
typedef void hy_journal_written_fn(void *ctx, const struct hy_extent *extent, hy_sv frames);

HY_MUST_CHECK
enum hy_code hy_journals_create(struct hy_loop *loop, const struct hy_journals_options *options,
                                struct hy_journals **out, struct hy_err *err);
/* Every journal must have been closed. */
void hy_journals_destroy(struct hy_journals *journals);
uint64_t hy_journals_bytes(const struct hy_journals *journals); /* on disk, for metrics */
/* Deletes the folders of streams that keep() does not know: after a crash in the middle of a
 * discard, or of a stream's creation. At start, before any journal is open; blocks. */
void hy_journals_sweep(struct hy_journals *journals, bool (*keep)(void *ctx, uint64_t id),
                       void *ctx);

/* Opens the journal of stream number `id`, calling on_written for all that is found, in order,
 * before it returns (blocking: at start, and for a new stream, where nothing is found).
 * `released` is the number up to which everything is settled: frames up to it are skipped,
 * segments that hold nothing else are deleted, new numbers start after it at the least. */
HY_MUST_CHECK
enum hy_code hy_journal_open(struct hy_journals *journals, uint64_t id, uint64_t released,
                             hy_journal_written_fn *on_written, void *ctx,
                             struct hy_journal **out, struct hy_err *err);

/* Right after opening: numbers up to `seq` are known to somebody (a delivery settled them) and
 * are not given again, even if recovery did not find them. */
void hy_journal_skip(struct hy_journal *journal, uint64_t seq);

/* Writes what is gathered, then closes; blocking. Files stay. on_written and the waiting Puts
 * are told from inside the call; nobody may be reading. */
void hy_journal_close(struct hy_journal *journal);
/* Closes and deletes the files (by the disk thread); whoever still waits is told HY_CANCELLED
 * from inside the call; nobody may be reading. */
void hy_journal_discard(struct hy_journal *journal);

/* Room for a record of at most `bytes_max` bytes at the end of the open group. NULL: over the
 * disk budget, the group is full (32 MiB; HY_BUSY for the client), or out of memory. The pointer
 * is good until the next reserve or the end of the turn. */
char *hy_journal_reserve(struct hy_journal *journal, size_t bytes_max);

/* The reserved record is `bytes` long and complete. Its sequence number is returned. */
uint64_t hy_journal_append(struct hy_journal *journal, size_t bytes, uint64_t arrived_ms);
/* The same with a note: HY_NOTED_BYTES(note.len) more were reserved, and the record stands behind
 * them. */
uint64_t hy_journal_append_noted(struct hy_journal *journal, hy_sv note, size_t bytes,
                                 uint64_t arrived_ms);

/* The end of the open group, to come back to: one Put's records are appended all or none.
 * What was appended and not committed when the turn ends is rolled back. */
size_t hy_journal_mark(const struct hy_journal *journal);
void hy_journal_rollback(struct hy_journal *journal, size_t mark);

/* Everything appended so far is to be kept: done(ctx, HY_OK) once it is durable (after
 * on_written saw it), or HY_IO, HY_CANCELLED. Never from inside the call. False when out of
 * memory: roll back. */
typedef void hy_journal_done_fn(void *ctx, enum hy_code code);
HY_MUST_CHECK
bool hy_journal_commit(struct hy_journal *journal, hy_journal_done_fn *done, void *ctx);

/* Everything up to `seq` is settled: segments that hold nothing else are deleted (by the disk
 * thread). */
void hy_journal_release(struct hy_journal *journal, uint64_t seq);

uint64_t hy_journal_next_seq(const struct hy_journal *journal);

/* Reads the bytes of an extent into `out` (extent->length bytes). Any thread. HY_IO when it
 * cannot be read or is damaged. */
HY_MUST_CHECK
enum hy_code hy_journal_read(const struct hy_journal *journal, const struct hy_extent *extent,
                             char *out);

#endif

/* journal.c - one stream's journal: records in, a group out.
 *
 * The way of a record, all on the loop: reserve, append, commit touch only the open group.
 * Everything that costs is once a group: write_open, and then either finish (written at once)
 * or start, on_disk, finish (by way of the disk thread).
 */
#include "store/journal.h"

#include "base/log.h"
#include "store/frame.h"
#include "store/journals.h"
#include "store/recovery.h"
#include "store/removal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

#define SLOW_NANOSECONDS (5 * UINT64_C(1000000))

/* ---- records in ---- */

static bool ensure_open(struct hy_journal *journal)
{
    if (journal->open != NULL) {
        return true;
    }
    struct hy_group *group = hy_group_take(&journal->set->pool);
    if (group == NULL) {
        return false;
    }
    group->first_seq = journal->next_seq;
    journal->open = group;
    if (journal->writing == NULL) {
        hy_journal_mark_dirty(journal);
    }
    return true;
}

char *hy_journal_reserve(struct hy_journal *journal, size_t bytes_max)
{
    const struct hy_journals *set = journal->set;
    if (bytes_max > HY_GROUP_BYTES_MAX - HY_FRAME_HEADER_BYTES || journal->closing) {
        return NULL;
    }
    const size_t size = HY_FRAME_HEADER_BYTES + bytes_max;
    if (set->gathered + size > HY_GATHERED_BYTES_MAX ||
        set->bytes + set->gathered + size > set->budget_bytes || !ensure_open(journal)) {
        return NULL;
    }
    char *at = hy_group_reserve(journal->open, size);
    return at == NULL ? NULL : at + HY_FRAME_HEADER_BYTES;
}

uint64_t hy_journal_append(struct hy_journal *journal, size_t bytes, uint64_t arrived_ms)
{
    struct hy_group *group = journal->open;
    assert(group != NULL && bytes + HY_FRAME_HEADER_BYTES <= group->cap - group->len);
    const uint64_t seq = journal->next_seq++;
    hy_frame_seal(group->bytes + group->len, bytes, seq, arrived_ms);
    group->len += HY_FRAME_HEADER_BYTES + bytes;
    journal->set->gathered += HY_FRAME_HEADER_BYTES + bytes;
    return seq;
}

uint64_t hy_journal_append_noted(struct hy_journal *journal, hy_sv note, size_t bytes,
                                 uint64_t arrived_ms)
{
    struct hy_group *group = journal->open;
    const size_t size = HY_FRAME_HEADER_BYTES + HY_NOTED_BYTES(note.len) + bytes;
    assert(group != NULL && size <= group->cap - group->len);
    const uint64_t seq = journal->next_seq++;
    hy_frame_seal_noted(group->bytes + group->len, note, bytes, seq, arrived_ms);
    group->len += size;
    journal->set->gathered += size;
    return seq;
}

size_t hy_journal_mark(const struct hy_journal *journal)
{
    return journal->open == NULL ? 0 : journal->open->len;
}

void hy_journal_rollback(struct hy_journal *journal, size_t mark)
{
    struct hy_group *group = journal->open;
    if (group == NULL || mark == group->len) {
        return;
    }
    assert(mark < group->len && mark >= group->committed);
    hy_sv undone = { group->bytes + mark, group->len - mark };
    struct hy_frame frame;
    const bool whole = hy_frame_next(&undone, &frame);
    assert(whole);
    journal->next_seq = frame.seq;
    journal->set->gathered -= group->len - mark;
    group->len = mark;
}

bool hy_journal_commit(struct hy_journal *journal, hy_journal_done_fn *done, void *ctx)
{
    if (!ensure_open(journal) || !hy_group_add_waiter(journal->open, done, ctx)) {
        return false;
    }
    journal->open->committed = journal->open->len;
    return true;
}

uint64_t hy_journal_next_seq(const struct hy_journal *journal)
{
    return journal->next_seq;
}

void hy_journal_skip(struct hy_journal *journal, uint64_t seq)
{
    assert(journal->open == NULL && journal->writing == NULL);
    if (journal->next_seq <= seq) {
        journal->next_seq = seq + 1;
        journal->begins_segment = true; /* within a segment there are no gaps */
    }
}

/* ---- a group out ---- */

/* Takes the open group off, less what nobody committed. NULL when there is none. */
static struct hy_group *seal(struct hy_journal *journal)
{
    struct hy_group *group = journal->open;
    if (group == NULL) {
        return NULL;
    }
    hy_journal_rollback(journal, group->committed);
    if (journal->writing == NULL) {
        hy_journal_unmark_dirty(journal);
    }
    journal->open = NULL;
    group->count = (uint32_t)(journal->next_seq - group->first_seq);
    return group;
}

static bool wants_new_segment(const struct hy_journal *journal)
{
    return journal->segment_count == 0 || journal->begins_segment ||
           journal->segments[journal->segment_count - 1].bytes >= journal->set->segment_bytes;
}

/* Where the group goes, and room to remember it. */
static enum hy_code place(struct hy_journal *journal, struct hy_group *group)
{
    struct hy_segment_write *write = &group->write;
    const bool is_new = wants_new_segment(journal);
    if (is_new && journal->segment_count == journal->segment_cap) {
        const size_t cap = journal->segment_cap == 0 ? 2 : journal->segment_cap * 2;
        struct hy_segment *segments = realloc(journal->segments, cap * sizeof *segments);
        if (segments == NULL) {
            return HY_NO_MEMORY;
        }
        journal->segments = segments;
        journal->segment_cap = cap;
    }
    *write = (struct hy_segment_write){
        .dir = journal->set->dir,
        .id = journal->id,
        .bytes = { group->bytes, group->len },
        .power = journal->set->power,
        .fd = hy_journal_take_file(journal),
        .segment = group->first_seq,
    };
    if (!is_new) {
        const struct hy_segment *last = &journal->segments[journal->segment_count - 1];
        write->segment = last->first;
        write->offset = last->bytes;
        write->needs_cut = journal->needs_cut;
    } else if (write->fd >= 0) {
        (void)close(write->fd);
        write->fd = -1;
    }
    return HY_OK;
}

static void remember(struct hy_journal *journal, const struct hy_segment_write *write)
{
    if (write->offset == 0) {
        journal->segments[journal->segment_count++] = (struct hy_segment){ write->segment, 0 };
        journal->begins_segment = false;
    }
    journal->segments[journal->segment_count - 1].bytes += write->bytes.len;
    journal->set->bytes += write->bytes.len;
}

/* The write is over: tells everybody. What was gathered behind a group that failed carries
 * numbers that now do not exist, and fails with it. The journal may be gone afterwards; the
 * group stays the caller's. */
static void finish(struct hy_journal *journal, struct hy_group *group, enum hy_code code)
{
    struct hy_journals *set = journal->set;
    const struct hy_segment_write *write = &group->write;
    struct hy_group *behind = NULL;
    set->gathered -= group->len;
    hy_journal_keep_file(journal, write->fd);
    group->write.fd = -1;
    journal->needs_cut = write->needs_cut;
    if (code == HY_OK) {
        remember(journal, write);
        const struct hy_extent extent = { .segment = write->segment,
                                          .offset = write->offset,
                                          .length = group->len,
                                          .seq = group->first_seq,
                                          .count = group->count };
        journal->on_written(journal->ctx, &extent, write->bytes);
    } else {
        behind = seal(journal);
        journal->next_seq = group->first_seq;
    }
    hy_group_tell(group, code);
    if (behind != NULL) {
        set->gathered -= behind->len;
        hy_group_tell(behind, code);
        hy_group_give_back(&set->pool, behind);
    }
}

static enum hy_code append_timed(struct hy_group *group)
{
    const uint64_t begin = hy_loop_nanoseconds();
    const enum hy_code code = hy_segment_append(&group->write);
    group->nanoseconds = hy_loop_nanoseconds() - begin;
    return code;
}

static void write_now(struct hy_journal *journal, struct hy_group *group)
{
    struct hy_journals *set = journal->set;
    const enum hy_code code = append_timed(group);
    set->is_slow = group->nanoseconds > SLOW_NANOSECONDS;
    finish(journal, group, code);
    hy_group_give_back(&set->pool, group);
}

/* On the disk thread. */
static void write_there(void *ctx)
{
    struct hy_group *group = ctx;
    struct hy_journals *set = group->journals;
    const enum hy_code code = append_timed(group);
    (void)pthread_mutex_lock(&set->lock);
    group->code = code;
    group->finished = true;
    (void)pthread_cond_broadcast(&set->finished);
    (void)pthread_mutex_unlock(&set->lock);
}

/* The loop learns of it: by the worker, or because somebody waited. */
static void finish_there(struct hy_group *group)
{
    struct hy_journal *journal = group->journal;
    struct hy_journals *set = journal->set;
    group->journal = NULL;
    journal->writing = NULL;
    set->is_slow = group->nanoseconds > SLOW_NANOSECONDS;
    if (journal->open != NULL) {
        hy_journal_mark_dirty(journal);
    }
    finish(journal, group, group->code);
}

static void on_back(void *ctx)
{
    struct hy_group *group = ctx;
    if (group->journal != NULL) {
        finish_there(group);
    }
    if (group->write.fd >= 0) {
        (void)close(group->write.fd); /* the journal was discarded meanwhile */
    }
    if (group->journals == NULL) {
        hy_group_destroy(group);
        return;
    }
    DL_DELETE(group->journals->under_way, group);
    hy_group_give_back(&group->journals->pool, group);
}

static bool start(struct hy_journal *journal, struct hy_group *group)
{
    struct hy_journals *set = journal->set;
    group->journals = set;
    group->journal = journal;
    group->finished = false;
    if (!hy_worker_push(set->disk, write_there, on_back, group)) {
        return false;
    }
    DL_APPEND(set->under_way, group);
    journal->writing = group;
    return true;
}

/* The group is sealed and none is being written. */
static void write_group(struct hy_journal *journal, struct hy_group *group, bool at_once)
{
    struct hy_journals *set = journal->set;
    if (group->len == 0) {
        hy_group_tell(group, HY_OK);
        hy_group_give_back(&set->pool, group);
        return;
    }
    const enum hy_code code = place(journal, group);
    if (code != HY_OK) {
        group->write = (struct hy_segment_write){ .fd = hy_journal_take_file(journal),
                                                  .needs_cut = journal->needs_cut };
        finish(journal, group, code);
        hy_group_give_back(&set->pool, group);
        return;
    }
    if (at_once || !(set->power || set->is_slow) || !start(journal, group)) {
        write_now(journal, group);
    }
}

void hy_journal_write_open(struct hy_journal *journal)
{
    assert(journal->writing == NULL);
    struct hy_group *group = seal(journal);
    if (group != NULL) {
        write_group(journal, group, false);
    }
}

/* ---- opening and closing ---- */

static enum hy_code make_folder(const struct hy_journals *journals, const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot make %s: %s", folder, strerror(errno));
        return HY_IO;
    }
    if (!journals->power) {
        return HY_OK;
    }
    const int fd = open(journals->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot flush %s: %s", journals->dir,
               strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return ok ? HY_OK : HY_IO;
}

static enum hy_code recover(struct hy_journal *journal, uint64_t released)
{
    char folder[HY_SEGMENT_PATH_MAX];
    struct hy_recovered found;
    hy_segment_folder(folder, journal->set->dir, journal->id);
    enum hy_code code =
        hy_recover(folder, released, journal->on_written, journal->ctx, &found);
    if (code == HY_NOT_FOUND) {
        code = make_folder(journal->set, folder);
    }
    if (code != HY_OK) {
        return code;
    }
    journal->segments = found.segments;
    journal->segment_count = journal->segment_cap = found.count;
    journal->next_seq = found.next_seq;
    journal->begins_segment = found.last_is_damaged;
    for (size_t i = 0; i < found.count; i++) {
        journal->set->bytes += found.segments[i].bytes;
    }
    return HY_OK;
}

enum hy_code hy_journal_open(struct hy_journals *journals, uint64_t id, uint64_t released,
                             hy_journal_written_fn *on_written, void *ctx,
                             struct hy_journal **out, struct hy_err *err)
{
    struct hy_journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "out of memory");
    }
    *journal = (struct hy_journal){
        .set = journals, .id = id, .on_written = on_written, .ctx = ctx, .fd = -1
    };
    const enum hy_code code = recover(journal, released);
    if (code != HY_OK) {
        free(journal);
        return hy_fail(err, code, "cannot read the journal %s/%llu back: %s", journals->dir,
                       (unsigned long long)id, hy_code_name(code));
    }
    journals->journal_count++;
    *out = journal;
    return HY_OK;
}

static void free_journal(struct hy_journal *journal)
{
    const int fd = hy_journal_take_file(journal);
    if (fd >= 0) {
        (void)close(fd);
    }
    journal->set->journal_count--;
    free(journal->segments);
    free(journal);
}

void hy_journal_close(struct hy_journal *journal)
{
    assert(!journal->closing);
    journal->closing = true;
    if (journal->writing != NULL) {
        hy_journals_wait(journal->set, journal->writing);
        finish_there(journal->writing);
    }
    struct hy_group *group = seal(journal);
    if (group != NULL) {
        write_group(journal, group, true);
    }
    free_journal(journal);
}

static uint64_t bytes_of(const struct hy_segment *segments, size_t count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += segments[i].bytes;
    }
    return bytes;
}

void hy_journal_discard(struct hy_journal *journal)
{
    struct hy_journals *set = journal->set;
    assert(!journal->closing);
    journal->closing = true;
    struct hy_group *open = seal(journal);
    struct hy_group *writing = journal->writing;
    set->bytes -= bytes_of(journal->segments, journal->segment_count);
    if (writing != NULL) {
        set->gathered -= writing->len;
        writing->journal = NULL; /* comes back to nobody */
        hy_group_tell(writing, HY_CANCELLED);
    }
    hy_removal_start(set, journal->id, NULL, 0);
    if (open != NULL) {
        set->gathered -= open->len;
        hy_group_tell(open, HY_CANCELLED);
        hy_group_give_back(&set->pool, open);
    }
    free_journal(journal);
}

/* ---- written records: let go, read again ---- */

/* The number behind the last one that is in a file. */
static uint64_t written_end(const struct hy_journal *journal)
{
    const struct hy_group *first = journal->writing != NULL ? journal->writing : journal->open;
    return first != NULL ? first->first_seq : journal->next_seq;
}

/* Segments at the front whose records all have numbers up to `seq`, and that nobody is
 * writing to. */
static size_t count_settled(const struct hy_journal *journal, uint64_t seq)
{
    const struct hy_segment *segments = journal->segments;
    size_t count = 0;
    while (count + 1 < journal->segment_count && segments[count + 1].first - 1 <= seq) {
        count++;
    }
    const bool last_grows = journal->writing != NULL && journal->writing->write.offset > 0;
    if (count + 1 == journal->segment_count && written_end(journal) - 1 <= seq && !last_grows) {
        count++;
    }
    return count;
}

void hy_journal_release(struct hy_journal *journal, uint64_t seq)
{
    const size_t count = count_settled(journal, seq);
    if (count == 0) {
        return;
    }
    if (count == journal->segment_count) {
        const int fd = hy_journal_take_file(journal);
        if (fd >= 0) {
            (void)close(fd);
        }
        journal->needs_cut = false;
    }
    journal->set->bytes -= bytes_of(journal->segments, count);
    hy_removal_start(journal->set, journal->id, journal->segments, count);
    journal->segment_count -= count;
    memmove(journal->segments, journal->segments + count,
            journal->segment_count * sizeof *journal->segments);
}

static enum hy_code read_all(int fd, const struct hy_extent *extent, char *out)
{
    size_t done = 0;
    while (done < extent->length) {
        const ssize_t n =
            pread(fd, out + done, extent->length - done, (off_t)(extent->offset + done));
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return HY_IO;
        }
        done += (size_t)n;
    }
    return HY_OK;
}

static bool frames_are(const struct hy_extent *extent, const char *bytes)
{
    hy_sv rest = { bytes, (size_t)extent->length };
    struct hy_frame frame;
    for (uint32_t i = 0; i < extent->count; i++) {
        if (!hy_frame_next_checked(&rest, extent->seq + i, &frame)) {
            return false;
        }
    }
    return rest.len == 0;
}

enum hy_code hy_journal_read(const struct hy_journal *journal, const struct hy_extent *extent,
                             char *out)
{
    /* By its name, every time: the loop may close and delete files as it likes. Only what
     * never changes while the journal is open is looked at: this may be any thread. */
    char folder[HY_SEGMENT_PATH_MAX], path[HY_SEGMENT_PATH_MAX];
    hy_segment_folder(folder, journal->set->dir, journal->id);
    hy_segment_path(path, folder, extent->segment);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum hy_code code = fd < 0 ? HY_IO : read_all(fd, extent, out);
    if (code != HY_OK) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "cannot read %s: %s", path, strerror(errno));
    } else if (!frames_are(extent, out)) {
        hy_log(HY_LOG_ERROR, "journal", NULL, "%s is damaged near byte %llu", path,
               (unsigned long long)extent->offset);
        code = HY_IO;
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return code;
}

/* journal_rig.h - a loop, a disk thread and journals in a temporary folder; it remembers every
 * record that it is told of and every answer.
 */
#ifndef HY_TESTS_STORE_JOURNAL_RIG_H
#define HY_TESTS_STORE_JOURNAL_RIG_H

#include "support/temp_dir.h"

#include "base/log.h"
#include "store/journal.h"

enum { SEEN_MAX = 4096, SEEN_TEXT_MAX = 24 };

struct seen_record {
    uint64_t seq, arrived_ms;
    struct hy_extent extent; /* of this record alone */
    size_t len;
    char text[SEEN_TEXT_MAX]; /* its beginning */
};

struct answers { /* of commits, in the order they came */
    size_t count;
    enum hy_code codes[SEEN_MAX];
    int whose[SEEN_MAX];
    size_t seen_before[SEEN_MAX]; /* records that on_written had shown by then */
};

struct rig {
    struct temp_dir dir;
    struct hy_loop *loop;
    struct hy_worker *disk;
    struct hy_journals *journals;
    struct hy_journals_options options;
    size_t seen_count, groups;
    struct seen_record seen[SEEN_MAX];
    struct answers answers;
};

static inline void rig_on_written(void *ctx, const struct hy_extent *extent, hy_sv frames)
{
    struct rig *rig = ctx;
    struct hy_frame frame;
    uint64_t offset = extent->offset, seq = extent->seq;
    uint32_t count = 0;
    assert_int_equal(frames.len, extent->length);
    for (; hy_frame_next(&frames, &frame); count++, seq++) {
        assert_int_equal(frame.seq, seq);
        assert_true(rig->seen_count < SEEN_MAX);
        struct seen_record *seen = &rig->seen[rig->seen_count++];
        *seen = (struct seen_record){ .seq = seq,
                                      .arrived_ms = frame.arrived_ms,
                                      .extent = { extent->segment, offset, frame.frame_bytes,
                                                  seq, 1 },
                                      .len = frame.data.len };
        const size_t shown = frame.data.len < SEEN_TEXT_MAX - 1 ? frame.data.len
                                                                : SEEN_TEXT_MAX - 1;
        memcpy(seen->text, frame.data.ptr, shown);
        offset += frame.frame_bytes;
    }
    assert_int_equal(frames.len, 0);
    assert_int_equal(count, extent->count);
    rig->groups++;
}

static inline void rig_start(struct rig *rig)
{
    struct hy_err err = { 0 };
    rig->loop = hy_loop_create();
    assert_non_null(rig->loop);
    rig->disk = hy_worker_create(rig->loop, "disk");
    assert_non_null(rig->disk);
    rig->options.dir = rig->dir.path;
    rig->options.disk = rig->disk;
    assert_int_equal(hy_journals_create(rig->loop, &rig->options, &rig->journals, &err), HY_OK);
    rig->seen_count = rig->groups = 0;
    memset(&rig->answers, 0, sizeof rig->answers);
}

static inline void rig_stop(struct rig *rig)
{
    hy_journals_destroy(rig->journals);
    hy_worker_destroy(rig->disk);
    hy_loop_destroy(rig->loop);
}

static inline struct rig *rig_create(void)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    temp_dir_make(&rig->dir);
    rig_start(rig);
    return rig;
}

static inline void rig_destroy(struct rig *rig)
{
    rig_stop(rig);
    temp_dir_remove(&rig->dir);
    free(rig);
}

/* As if the process had been started again, its journals closed. */
static inline void rig_restart(struct rig *rig)
{
    rig_stop(rig);
    rig_start(rig);
}

static inline struct hy_journal *rig_open(struct rig *rig, uint64_t id, uint64_t released)
{
    struct hy_err err = { 0 };
    struct hy_journal *journal = NULL;
    assert_int_equal(
        hy_journal_open(rig->journals, id, released, rig_on_written, rig, &journal, &err), HY_OK);
    return journal;
}

struct rig_put {
    struct rig *rig;
    int who;
};

static inline void rig_on_answer(void *ctx, enum hy_code code)
{
    struct rig_put *put = ctx;
    struct answers *answers = &put->rig->answers;
    assert_true(answers->count < SEEN_MAX);
    answers->codes[answers->count] = code;
    answers->whose[answers->count] = put->who;
    answers->seen_before[answers->count++] = put->rig->seen_count;
    free(put);
}

static inline bool rig_add(struct hy_journal *journal, hy_sv data, uint64_t arrived_ms)
{
    char *at = hy_journal_reserve(journal, data.len);
    if (at == NULL) {
        return false;
    }
    if (data.len > 0) {
        memcpy(at, data.ptr, data.len);
    }
    (void)hy_journal_append(journal, data.len, arrived_ms);
    return true;
}

static inline void rig_commit(struct rig *rig, struct hy_journal *journal, int who)
{
    struct rig_put *put = malloc(sizeof *put);
    assert_non_null(put);
    *put = (struct rig_put){ rig, who };
    assert_true(hy_journal_commit(journal, rig_on_answer, put));
}

static inline void rig_put(struct rig *rig, struct hy_journal *journal, const char *text, int who)
{
    assert_true(rig_add(journal, hy_sv_of(text), 1000 + (uint64_t)who));
    rig_commit(rig, journal, who);
}

/* Turns the loop until `count` answers have come. */
static inline void rig_wait(struct rig *rig, size_t count)
{
    while (rig->answers.count < count) {
        (void)hy_loop_turn(rig->loop);
    }
}

/* Turns it until the disk thread has nothing more to say. */
static inline void rig_settle(struct rig *rig)
{
    while (hy_loop_turn(rig->loop)) {
    }
}

#endif

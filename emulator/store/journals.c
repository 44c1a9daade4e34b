/* journals.c - all journals: which of them have something to write, whose files are open. */
#include "store/journals.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utlist.h>

enum { SEGMENT_BYTES_DEFAULT = 64 * 1024 * 1024 };

static void nothing(void *ctx)
{
    (void)ctx;
}

/* Writes what was dirty when the turn ended. What becomes dirty meanwhile (an answered client
 * sends its next Put at once) is gathered for one turn more, so that others join it. */
static void write_dirty(struct hy_journals *journals)
{
    journals->turn++;
    struct hy_journal *journal;
    while ((journal = journals->dirty) != NULL && journal->dirty_turn != journals->turn) {
        hy_journal_write_open(journal);
    }
}

static void on_turn_end(void *ctx)
{
    struct hy_journals *journals = ctx;
    write_dirty(journals);
    /* The loop must not go to sleep over what is left. */
    while (journals->dirty != NULL && !hy_loop_defer(journals->loop, nothing, NULL)) {
        write_dirty(journals);
    }
}

static enum hy_code make_dir(const char *dir, struct hy_err *err)
{
    struct stat status;
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        return hy_fail(err, HY_IO, "cannot make the folder %s: %s", dir, strerror(errno));
    }
    if (stat(dir, &status) != 0 || !S_ISDIR(status.st_mode)) {
        return hy_fail(err, HY_IO, "%s is not a folder", dir);
    }
    return HY_OK;
}

static void free_set(struct hy_journals *journals)
{
    (void)pthread_mutex_destroy(&journals->lock);
    (void)pthread_cond_destroy(&journals->finished);
    hy_group_pool_finish(&journals->pool);
    free(journals->dir);
    free(journals);
}

static struct hy_journals *make_set(struct hy_loop *loop,
                                    const struct hy_journals_options *options)
{
    struct hy_journals *journals = calloc(1, sizeof *journals);
    if (journals == NULL) {
        return NULL;
    }
    *journals = (struct hy_journals){
        .loop = loop,
        .disk = options->disk,
        .dir = hy_sv_dup(hy_sv_of(options->dir)),
        .power = options->durability == HY_DURABILITY_POWER,
        .segment_bytes =
            options->segment_bytes == 0 ? SEGMENT_BYTES_DEFAULT : options->segment_bytes,
        .budget_bytes = options->budget_bytes == 0 ? UINT64_MAX : options->budget_bytes,
    };
    /* With default attributes neither can fail on Linux. */
    (void)pthread_mutex_init(&journals->lock, NULL);
    (void)pthread_cond_init(&journals->finished, NULL);
    if (journals->dir == NULL || !hy_loop_add_turn_end(loop, on_turn_end, journals)) {
        free_set(journals);
        return NULL;
    }
    return journals;
}

enum hy_code hy_journals_create(struct hy_loop *loop, const struct hy_journals_options *options,
                                struct hy_journals **out, struct hy_err *err)
{
    if (strlen(options->dir) > HY_SEGMENT_PATH_MAX - HY_SEGMENT_NAME_MAX) {
        return hy_fail(err, HY_INVALID, "the journal's folder has too long a name: %s",
                       options->dir);
    }
    const enum hy_code code = make_dir(options->dir, err);
    if (code != HY_OK) {
        return code;
    }
    *out = make_set(loop, options);
    return *out == NULL ? hy_fail(err, HY_NO_MEMORY, "out of memory") : HY_OK;
}

void hy_journals_destroy(struct hy_journals *journals)
{
    if (journals == NULL) {
        return;
    }
    assert(journals->journal_count == 0);
    struct hy_group *group, *next;
    DL_FOREACH_SAFE(journals->under_way, group, next)
    {
        /* Of a journal that was discarded meanwhile. It comes back to the loop later, when
         * the set is gone, and frees itself there. */
        hy_journals_wait(journals, group);
        group->journals = NULL;
    }
    hy_loop_remove_turn_end(journals->loop, on_turn_end, journals);
    free_set(journals);
}

uint64_t hy_journals_bytes(const struct hy_journals *journals)
{
    return journals->bytes;
}

void hy_journals_wait(struct hy_journals *journals, const struct hy_group *group)
{
    (void)pthread_mutex_lock(&journals->lock);
    while (!group->finished) {
        (void)pthread_cond_wait(&journals->finished, &journals->lock);
    }
    (void)pthread_mutex_unlock(&journals->lock);
}

void hy_journal_mark_dirty(struct hy_journal *journal)
{
    assert(journal->open != NULL && journal->writing == NULL);
    journal->dirty_turn = journal->set->turn;
    DL_APPEND2(journal->set->dirty, journal, dirty_prev, dirty_next);
}

void hy_journal_unmark_dirty(struct hy_journal *journal)
{
    DL_DELETE2(journal->set->dirty, journal, dirty_prev, dirty_next);
}

int hy_journal_take_file(struct hy_journal *journal)
{
    const int fd = journal->fd;
    if (fd >= 0) {
        DL_DELETE2(journal->set->files, journal, file_prev, file_next);
        journal->set->file_count--;
        journal->fd = -1;
    }
    return fd;
}

void hy_journal_keep_file(struct hy_journal *journal, int fd)
{
    struct hy_journals *journals = journal->set;
    assert(journal->fd < 0);
    if (fd < 0) {
        return;
    }
    if (journals->file_count == HY_JOURNAL_FILES_MAX) {
        (void)close(hy_journal_take_file(journals->files));
    }
    journal->fd = fd;
    journals->file_count++;
    DL_APPEND2(journals->files, journal, file_prev, file_next);
}

void hy_journals_sweep(struct hy_journals *journals, bool (*keep)(void *ctx, uint64_t id),
                       void *ctx)
{
    DIR *stream = opendir(journals->dir);
    if (stream == NULL) {
        return;
    }
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        uint64_t id = 0;
        if (hy_sv_to_u64(hy_sv_of(entry->d_name), &id) && !keep(ctx, id)) {
            char folder[HY_SEGMENT_PATH_MAX];
            hy_segment_folder(folder, journals->dir, id);
            hy_segments_delete_all(folder);
        }
    }
    (void)closedir(stream);
}

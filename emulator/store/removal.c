#include "store/removal.h"

#include <stdlib.h>
#include <string.h>

struct removal {
    char folder[HY_SEGMENT_PATH_MAX];
    size_t count;
    struct hy_segment segments[];
};

static void run(const char *folder, const struct hy_segment *segments, size_t count)
{
    if (count == 0) {
        hy_segments_delete_all(folder);
    }
    for (size_t i = 0; i < count; i++) {
        hy_segment_delete(folder, segments[i].first);
    }
}

static void run_there(void *ctx)
{
    const struct removal *removal = ctx;
    run(removal->folder, removal->segments, removal->count);
}

static bool push(struct hy_journals *journals, uint64_t id, const struct hy_segment *segments,
                 size_t count)
{
    struct removal *removal = malloc(sizeof *removal + count * sizeof *segments);
    if (removal == NULL) {
        return false;
    }
    hy_segment_folder(removal->folder, journals->dir, id);
    removal->count = count;
    if (count > 0) {
        memcpy(removal->segments, segments, count * sizeof *segments);
    }
    if (!hy_worker_push(journals->disk, run_there, free, removal)) {
        free(removal);
        return false;
    }
    return true;
}

/* The write that is under way, if any, would bring back what is deleted before it. */
static void wait_for_writes(struct hy_journals *journals, uint64_t id)
{
    for (const struct hy_group *group = journals->under_way; group != NULL; group = group->next) {
        if (group->write.id == id) {
            hy_journals_wait(journals, group);
        }
    }
}

void hy_removal_start(struct hy_journals *journals, uint64_t id,
                      const struct hy_segment *segments, size_t count)
{
    if (push(journals, id, segments, count)) {
        return;
    }
    char folder[HY_SEGMENT_PATH_MAX];
    wait_for_writes(journals, id);
    hy_segment_folder(folder, journals->dir, id);
    run(folder, segments, count);
}

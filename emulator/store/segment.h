/* segment.h - the files of one stream's journal: their names, and how they are written, listed
 * and deleted. Everything here blocks; any thread.
 *
 * A file is only ever appended to, and cut back when an append failed.
 */
#ifndef HY_STORE_SEGMENT_H
#define HY_STORE_SEGMENT_H

#include "base/err.h"
#include "base/sv.h"

enum {
    HY_SEGMENT_PATH_MAX = 4096,
    HY_SEGMENT_NAME_MAX = 64 /* what a stream's folder and a file in it add to the path */
};

struct hy_segment {
    uint64_t first; /* number of its first record: its name */
    uint64_t bytes;
};

/* "<dir>/<id>" and "<dir>/<id>/<first>.seg". `dir` is short enough: hy_journals_create looked. */
void hy_segment_folder(char out[HY_SEGMENT_PATH_MAX], const char *dir, uint64_t id);
void hy_segment_path(char out[HY_SEGMENT_PATH_MAX], const char *folder, uint64_t first);

/* The segments of a folder, oldest first; the caller frees *out. HY_NOT_FOUND: no folder. */
HY_MUST_CHECK
enum hy_code hy_segments_list(const char *folder, struct hy_segment **out, size_t *count);

void hy_segment_delete(const char *folder, uint64_t first);
void hy_segments_delete_all(const char *folder); /* and the folder */

/* One append. */
struct hy_segment_write {
    const char *dir;  /* the set's */
    uint64_t id;
    uint64_t segment; /* its name */
    uint64_t offset;  /* where to write: the file's end. 0: the file is made */
    hy_sv bytes;
    bool power;       /* flush it to the medium, the folder as well when the file is new */
    int fd;           /* -1: to be opened; afterwards the open file, or -1 */
    bool needs_cut;   /* bytes of a failed append may stand behind `offset`: cut them first */
};

/* HY_OK: all of it is written. Otherwise nothing of it is in the file, or needs_cut says that
 * it could not be removed. */
HY_MUST_CHECK
enum hy_code hy_segment_append(struct hy_segment_write *write);

#endif

/* bucket_view.h - what lies in the buckets' folder, read for comparison.
 *
 * Objects are in the order in which they were made: by the time in their key, then by the time of
 * their file, because what was made in the same second has random names. gzip objects are
 * unpacked. Everything is the view's.
 */
#ifndef HY_HARNESS_BUCKET_VIEW_H
#define HY_HARNESS_BUCKET_VIEW_H

#include "base/arena.h"
#include "base/err.h"

struct hy_seen_object {
    const char *bucket, *key;
    hy_sv bytes;     /* as they lie there */
    hy_sv content;   /* unpacked */
    bool is_gzip;
    int64_t made_ns; /* of the file */
};

struct hy_bucket_view {
    struct hy_arena arena;
    struct hy_seen_object *objects;
    size_t count, cap;
};

/* `folder` that is not there: no objects. On failure err says why; finish is due in any case. */
HY_MUST_CHECK
enum hy_code hy_bucket_view_read(struct hy_bucket_view *view, const char *folder,
                                 struct hy_err *err);
void hy_bucket_view_finish(struct hy_bucket_view *view);

/* Does the object lie in the bucket (empty: in any) under a key that fits the glob (empty: any
 * key that is no error output)? */
bool hy_seen_object_fits(const struct hy_seen_object *object, hy_sv bucket, hy_sv key_glob);
bool hy_seen_object_is_error(const struct hy_seen_object *object);

#endif

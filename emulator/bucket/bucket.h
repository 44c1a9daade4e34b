/* bucket.h - a directory that mimics S3: object K of bucket B is the file ROOT/B/K.
 *
 * An object appears whole or not at all: it is written as a temporary file in
 * ROOT/.hydrant-tmp and renamed. Bucket names follow S3's rules, so no bucket can be called
 * like that folder.
 *
 * Everything here blocks and is meant for the pool or the disk thread, or for the start. Any
 * number of threads may use it at the same time.
 */
#ifndef HY_BUCKET_BUCKET_H
#define HY_BUCKET_BUCKET_H

#include "base/err.h"
#include "base/sv.h"

struct hy_buckets; /* opaque: the root folder */

enum {
    HY_OBJECT_KEY_MAX = 1024,   /* bytes; S3's limit */
    HY_OBJECT_PATH_MAX = 4096,  /* of the file name that a key becomes, with NUL */
    HY_TEMPORARY_NAME_BYTES = 40 /* with NUL */
};

HY_MUST_CHECK
enum hy_code hy_buckets_open(const char *root, struct hy_buckets **out, struct hy_err *err);
void hy_buckets_close(struct hy_buckets *buckets); /* NULL is fine */
const char *hy_buckets_root(const struct hy_buckets *buckets);

/* S3's naming rules: 3..63 of a-z 0-9 . -, first and last a letter or digit, no "..". */
bool hy_bucket_name_is_valid(hy_sv name);
/* HY_OK if it is there already; HY_INVALID: no bucket may be called so. */
HY_MUST_CHECK enum hy_code hy_bucket_create(struct hy_buckets *buckets, hy_sv bucket);
bool hy_bucket_exists(struct hy_buckets *buckets, hy_sv bucket);

/* Calls each(ctx, name) for every folder of the root that is a bucket, in byte order; HY_IO when
 * each says false or the root cannot be read. */
HY_MUST_CHECK
enum hy_code hy_buckets_each(struct hy_buckets *buckets, bool (*each)(void *ctx, hy_sv bucket),
                             void *ctx);

/* A new temporary file, open for writing; `name` gets its name. The caller closes *fd. */
HY_MUST_CHECK
enum hy_code hy_temporary_create(struct hy_buckets *buckets, char name[HY_TEMPORARY_NAME_BYTES],
                                 int *fd);
bool hy_temporary_exists(struct hy_buckets *buckets, hy_sv name);
void hy_temporary_delete(struct hy_buckets *buckets, hy_sv name);
/* All temporaries for which keep() says no are deleted: after a crash. */
void hy_temporaries_sweep(struct hy_buckets *buckets, bool (*keep)(void *ctx, hy_sv name),
                          void *ctx);

/* The temporary becomes the object: folders are made as needed, then one rename. With `sync`
 * the folder is flushed as well. HY_NOT_FOUND: no such bucket. HY_EXISTS: a folder stands where
 * the file would be, or a file where a folder would be (S3 has both `a` and `a/b`; a file
 * system does not). HY_IO otherwise, also when there is no such temporary. */
HY_MUST_CHECK
enum hy_code hy_object_publish(struct hy_buckets *buckets, hy_sv temporary, hy_sv bucket,
                               hy_sv key, bool sync);

/* Deletes every object of the bucket and the empty folders, not the bucket. For reset. */
HY_MUST_CHECK enum hy_code hy_bucket_empty(struct hy_buckets *buckets, hy_sv bucket);

#endif

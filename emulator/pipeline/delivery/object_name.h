/* object_name.h - the key of an object (firehose.md 3.5). Pure.
 *
 *   <evaluated prefix><stream>-<version>-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid><extension>
 *
 * Nothing is put between the prefix and the name.
 */
#ifndef HY_PIPELINE_DELIVERY_OBJECT_NAME_H
#define HY_PIPELINE_DELIVERY_OBJECT_NAME_H

#include "base/err.h"
#include "base/sv.h"
#include "base/time_zone.h"
#include "bucket/bucket.h"

struct hy_object_name {
    hy_sv prefix;         /* evaluated */
    hy_sv stream;
    hy_sv version;
    uint64_t oldest_ms;   /* arrival of the oldest record */
    const struct hy_time_zone *zone; /* that it is said in; NULL is UTC */
    hy_sv uuid;
    hy_sv extension;      /* "" for none */
};

/* HY_LIMIT: the key would be longer than S3 allows. Writes a NUL. */
HY_MUST_CHECK
enum hy_code hy_object_name_write(const struct hy_object_name *name,
                                  char key[HY_OBJECT_KEY_MAX + 1], size_t *key_len);

#endif

/* buckets.h - what bucket.c and temporary.c share; private to bucket/. */
#ifndef HY_BUCKET_BUCKETS_H
#define HY_BUCKET_BUCKETS_H

#include "bucket/bucket.h"

#define HY_TEMPORARIES ".hydrant-tmp"

enum { HY_TEMPORARY_PATH_BYTES = sizeof HY_TEMPORARIES + HY_TEMPORARY_NAME_BYTES };

struct hy_buckets {
    char *root; /* absolute */
    int root_fd;
};

/* "<temporaries>/<name>", below the root. False: no temporary is called so. */
bool hy_temporary_path(hy_sv name, char out[HY_TEMPORARY_PATH_BYTES]);

#endif

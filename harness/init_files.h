/* init_files.h - what `firedrill init` writes: a first drill and all that it needs. */
#ifndef HY_HARNESS_INIT_FILES_H
#define HY_HARNESS_INIT_FILES_H

#include <stddef.h>

struct hy_init_file {
    const char *name, *text;
    const char *purpose; /* for people */
};

extern const struct hy_init_file hy_init_files[];
extern const size_t hy_init_file_count;

#endif

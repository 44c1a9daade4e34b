/* folder.h - folders on the disk: made with their parents, emptied. Blocks; any thread. */
#ifndef HY_BUCKET_FOLDER_H
#define HY_BUCKET_FOLDER_H

#include "base/err.h"

#include <stdbool.h>

/* Opens folder `path`, relative to the folder `at`, making what is missing on the way. Returns
 * the descriptor, or -1 with errno. With `sync` each folder that got a new entry is flushed. */
int hy_folder_open_making(int at, const char *path, bool sync);

/* Like mkdir -p. False with errno. */
bool hy_folder_make(const char *path);

/* Deletes everything below the folder, not the folder. */
HY_MUST_CHECK
enum hy_code hy_folder_empty(const char *path);

#endif

/* paths.h - where things lie: the data folder's parts, and the bootstraps beside the program. */
#ifndef HY_APP_PATHS_H
#define HY_APP_PATHS_H

#include "cli/options.h"

#include <limits.h>

struct hy_paths {
    char data[PATH_MAX];     /* absolute */
    char buckets[PATH_MAX];
    char journal[PATH_MAX];
    char spool[PATH_MAX];
    char logs[PATH_MAX];     /* made when there is something to log */
    char functions[PATH_MAX];
    char database[PATH_MAX];
    char runtime[PATH_MAX];  /* bootstrap.py and its siblings; read only */
};

/* Makes the folders. That no two emulators share one is the ledger's business. */
HY_MUST_CHECK
enum hy_code hy_paths_open(struct hy_paths *paths, const struct hy_options *options,
                           struct hy_err *err);

#endif

/* app.h - the whole emulator, built from the bottom up and taken down from the top. */
#ifndef HY_APP_APP_H
#define HY_APP_APP_H

#include "cli/options.h"

/* Runs until SIGTERM or SIGINT. Returns the exit status: 0 stopped as asked, 1 could not start
 * or had to stop, 2 wrong usage (a config file that breaks a rule). */
int hy_app_run(const struct hy_options *options);

#endif

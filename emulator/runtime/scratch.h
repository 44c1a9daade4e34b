/* scratch.h - folders of ours: made with their parents, removed with all that is in them.
 *
 * What is removed may have been filled by a function: links are never followed, and a folder
 * that cannot be entered is left behind rather than forced.
 */
#ifndef HY_RUNTIME_SCRATCH_H
#define HY_RUNTIME_SCRATCH_H

#include "base/err.h"

/* Like mkdir -p, mode 0700 for what is new. HY_IO with a sentence. */
HY_MUST_CHECK
enum hy_code hy_scratch_make(const char *path, struct hy_err *err);

void hy_scratch_remove(const char *path); /* nothing there is fine */

#endif

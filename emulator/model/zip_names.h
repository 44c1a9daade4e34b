/* zip_names.h - which files are in a .zip, from its central directory. Nothing is unpacked.
 *
 * Enough to choose a runtime by; runtime/ opens the archive properly and checks it.
 */
#ifndef HY_MODEL_ZIP_NAMES_H
#define HY_MODEL_ZIP_NAMES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct hy_zip_names {
    char *directory; /* the central directory's bytes */
    size_t len;
};

/* HY_MALFORMED: not a zip archive (or one of the 64-bit kind). HY_IO: cannot be read. */
HY_MUST_CHECK
enum hy_code hy_zip_names_read(const char *path, struct hy_zip_names *names);
void hy_zip_names_finish(struct hy_zip_names *names);
bool hy_zip_names_has(const struct hy_zip_names *names, const char *name);

#endif

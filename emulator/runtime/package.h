/* package.h - a deployment package, unpacked: a .zip becomes a folder.
 *
 * The folder is named after the zip's SHA-256 and made once; it appears whole or not at all.
 * A zip is not to be believed (lambda-contract.md 7): libzip hands out names as they are and
 * does not stop at the size that an entry declared. So names are checked here, bytes are
 * counted as they are read, every folder on the way is opened without following links, and
 * links are made last.
 *
 * Refused: absolute names, "..", anything but files, folders and links, links that lead out,
 * a name that is there twice, more than 262,144,000 bytes or 65,535 entries. Setuid and
 * the like are dropped.
 */
#ifndef HY_RUNTIME_PACKAGE_H
#define HY_RUNTIME_PACKAGE_H

#include "base/err.h"

#include <stddef.h>

enum { HY_PACKAGE_BYTES_MAX = 262144000, HY_PACKAGE_ENTRIES_MAX = 65535 };

/* Into <work_dir>/code/<sha256>; *folder is the caller's to free. bytes_max is what all
 * entries may hold together (HY_PACKAGE_BYTES_MAX). HY_INVALID or HY_IO with a sentence. */
HY_MUST_CHECK
enum hy_code hy_package_unpack(const char *zip_path, const char *work_dir, size_t bytes_max,
                               char **folder, struct hy_err *err);

#endif

/* files.h - whole files and folders, for what is small enough to be read at once. Blocks. */
#ifndef HY_HARNESS_FILES_H
#define HY_HARNESS_FILES_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

enum { HY_FILE_BYTES_MAX = 256 * 1024 * 1024 };

/* Appends the file to `out`. err has "PATH: why not". */
HY_MUST_CHECK
enum hy_code hy_file_read(const char *path, struct hy_buf *out, struct hy_err *err);
/* Replaces the file. */
HY_MUST_CHECK
enum hy_code hy_file_write(const char *path, hy_sv bytes, struct hy_err *err);

/* A new folder in `top`; the caller frees its path. */
HY_MUST_CHECK
enum hy_code hy_folder_temporary(const char *top, char **out, struct hy_err *err);
/* Deletes the folder and all below it, as far as that is possible. */
void hy_folder_remove(const char *path);
bool hy_folder_is(const char *path);

#endif

/* key.h - an object's key as a file name below its bucket, and back.
 *
 * Nearly always the same text. What a file system cannot hold is escaped with '%', so that
 * every key has exactly one file name, no two keys share one, and none leaves the bucket:
 *   '%' itself                  %25
 *   NUL and bytes 1..31, 127    %XX
 *   a segment "." or ".."       %2E, %2E%2E
 *   an empty segment (a//b, a leading or trailing slash)   a lone %
 *   a segment over 200 bytes    split: each piece but the last ends in %+ and is a folder
 * Hex digits are upper case. Anything else, UTF-8 included, stands as it is.
 */
#ifndef HY_BUCKET_KEY_H
#define HY_BUCKET_KEY_H

#include "base/err.h"
#include "base/buf.h"

/* HY_INVALID: the key is empty or over HY_OBJECT_KEY_MAX bytes. Appends no NUL. */
HY_MUST_CHECK enum hy_code hy_key_to_path(hy_sv key, struct hy_buf *path);
/* HY_INVALID: no key has this file name (e.g. "%2e", "a/./b"). */
HY_MUST_CHECK enum hy_code hy_key_from_path(hy_sv path, struct hy_buf *key);

#endif

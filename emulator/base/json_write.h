/* json_write.h - JSON text into a hy_buf, compact, members in the order they are written.
 *
 * Commas are kept by the writer; nesting is the caller's. Numbers are integers: nothing on
 * our hot paths needs more. The output is compact because some clients search replies for
 * substrings (firehose.md 1.3).
 */
#ifndef HY_BASE_JSON_WRITE_H
#define HY_BASE_JSON_WRITE_H

#include "base/buf.h"

struct hy_json_write {
    struct hy_buf *out;
    bool needs_comma;
};

void hy_json_write_init(struct hy_json_write *write, struct hy_buf *out);
void hy_json_begin_object(struct hy_json_write *write);
void hy_json_end_object(struct hy_json_write *write);
void hy_json_begin_array(struct hy_json_write *write);
void hy_json_end_array(struct hy_json_write *write);
void hy_json_name(struct hy_json_write *write, hy_sv name); /* a literal: not escaped */
void hy_json_string(struct hy_json_write *write, hy_sv text); /* what is not UTF-8: U+FFFD */
void hy_json_base64(struct hy_json_write *write, hy_sv bytes);
void hy_json_u64(struct hy_json_write *write, uint64_t number);
void hy_json_i64(struct hy_json_write *write, int64_t number);
void hy_json_bool(struct hy_json_write *write, bool value);
void hy_json_null(struct hy_json_write *write);
void hy_json_raw(struct hy_json_write *write, hy_sv json); /* a whole value, as it stands */

#endif

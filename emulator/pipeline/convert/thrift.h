/* thrift.h - Thrift's compact protocol, writing only: the metadata of a Parquet file. */
#ifndef HY_PIPELINE_CONVERT_THRIFT_H
#define HY_PIPELINE_CONVERT_THRIFT_H

#include "base/buf.h"

enum { HY_THRIFT_DEPTH_MAX = 8 };

enum hy_thrift_type { /* of a list's elements */
    HY_THRIFT_I32 = 5,
    HY_THRIFT_BINARY = 8,
    HY_THRIFT_STRUCT = 12,
};

struct hy_thrift {
    struct hy_buf *out;
    unsigned depth;
    int last[HY_THRIFT_DEPTH_MAX]; /* field of each open struct */
};

/* Inside a struct from the start: its end is the caller's. */
void hy_thrift_init(struct hy_thrift *thrift, struct hy_buf *out);

/* Fields by their number, which must grow. */
void hy_thrift_i32(struct hy_thrift *thrift, int field, int32_t value);
void hy_thrift_i64(struct hy_thrift *thrift, int field, int64_t value);
void hy_thrift_bool(struct hy_thrift *thrift, int field, bool value);
void hy_thrift_binary(struct hy_thrift *thrift, int field, hy_sv value);
void hy_thrift_struct(struct hy_thrift *thrift, int field); /* begins it */
void hy_thrift_list(struct hy_thrift *thrift, int field, enum hy_thrift_type type, size_t count);

/* Elements of a list. */
void hy_thrift_add_i32(struct hy_thrift *thrift, int32_t value);
void hy_thrift_add_binary(struct hy_thrift *thrift, hy_sv value);
void hy_thrift_add_struct(struct hy_thrift *thrift); /* begins it */

void hy_thrift_end(struct hy_thrift *thrift); /* of the struct begun last */

void hy_varint_append(struct hy_buf *out, uint64_t number); /* seven bits a byte */

#endif

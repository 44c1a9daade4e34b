#include "pipeline/convert/thrift.h"

#include <assert.h>

enum { TRUE_FIELD = 1, FALSE_FIELD = 2, I64_FIELD = 6, LIST_FIELD = 9 };

void hy_varint_append(struct hy_buf *out, uint64_t number)
{
    while (number >= 128) {
        hy_buf_append_byte(out, (char)((number & 127) | 128));
        number >>= 7;
    }
    hy_buf_append_byte(out, (char)number);
}

/* Small numbers of either sign become small ones without. */
static uint64_t zigzag(int64_t number)
{
    return (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0);
}

void hy_thrift_init(struct hy_thrift *thrift, struct hy_buf *out)
{
    *thrift = (struct hy_thrift){ .out = out };
}

static void field_begin(struct hy_thrift *thrift, int field, int type)
{
    const int step = field - thrift->last[thrift->depth];
    assert(step > 0 && step < 16); /* the long form is never needed */
    hy_buf_append_byte(thrift->out, (char)(step << 4 | type));
    thrift->last[thrift->depth] = field;
}

void hy_thrift_i32(struct hy_thrift *thrift, int field, int32_t value)
{
    field_begin(thrift, field, HY_THRIFT_I32);
    hy_varint_append(thrift->out, zigzag(value));
}

void hy_thrift_i64(struct hy_thrift *thrift, int field, int64_t value)
{
    field_begin(thrift, field, I64_FIELD);
    hy_varint_append(thrift->out, zigzag(value));
}

void hy_thrift_bool(struct hy_thrift *thrift, int field, bool value)
{
    field_begin(thrift, field, value ? TRUE_FIELD : FALSE_FIELD);
}

void hy_thrift_binary(struct hy_thrift *thrift, int field, hy_sv value)
{
    field_begin(thrift, field, HY_THRIFT_BINARY);
    hy_thrift_add_binary(thrift, value);
}

void hy_thrift_struct(struct hy_thrift *thrift, int field)
{
    field_begin(thrift, field, HY_THRIFT_STRUCT);
    hy_thrift_add_struct(thrift);
}

void hy_thrift_list(struct hy_thrift *thrift, int field, enum hy_thrift_type type, size_t count)
{
    field_begin(thrift, field, LIST_FIELD);
    if (count < 15) {
        hy_buf_append_byte(thrift->out, (char)(count << 4 | type));
        return;
    }
    hy_buf_append_byte(thrift->out, (char)(15 << 4 | type));
    hy_varint_append(thrift->out, count);
}

void hy_thrift_add_i32(struct hy_thrift *thrift, int32_t value)
{
    hy_varint_append(thrift->out, zigzag(value));
}

void hy_thrift_add_binary(struct hy_thrift *thrift, hy_sv value)
{
    hy_varint_append(thrift->out, value.len);
    hy_buf_append(thrift->out, value);
}

void hy_thrift_add_struct(struct hy_thrift *thrift)
{
    assert(thrift->depth + 1 < HY_THRIFT_DEPTH_MAX);
    thrift->last[++thrift->depth] = 0;
}

void hy_thrift_end(struct hy_thrift *thrift)
{
    hy_buf_append_byte(thrift->out, 0);
    thrift->depth -= thrift->depth > 0;
}

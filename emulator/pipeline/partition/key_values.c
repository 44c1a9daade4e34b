#include "pipeline/partition/key_values.h"

enum { LENGTH_BYTES = 2 };

static bool is_key(const struct hy_piece *piece)
{
    return piece->kind == HY_PIECE_QUERY_KEY || piece->kind == HY_PIECE_LAMBDA_KEY;
}

static enum hy_code append(const struct hy_piece *piece, hy_key_fn *key, void *ctx, size_t room,
                           struct hy_buf *out)
{
    hy_sv value;
    if (!key(ctx, piece->kind, piece->text, &value) || value.len == 0) {
        return HY_NOT_FOUND;
    }
    if (value.len > room) {
        return HY_LIMIT;
    }
    hy_buf_append_byte(out, (char)(unsigned char)(value.len >> 8));
    hy_buf_append_byte(out, (char)(unsigned char)value.len);
    hy_buf_append(out, value);
    return HY_OK;
}

enum hy_code hy_key_values_write(const struct hy_expression *prefix, hy_key_fn *key, void *ctx,
                                 struct hy_buf *out)
{
    const size_t begin = out->len;
    size_t text = 0;
    size_t keys = 0;
    enum hy_code code = HY_OK;
    for (size_t i = 0; i < prefix->count; i++) {
        text += prefix->pieces[i].kind == HY_PIECE_TEXT ? prefix->pieces[i].text.len : 0;
    }
    for (size_t i = 0; code == HY_OK && i < prefix->count; i++) {
        const size_t used = text + (out->len - begin) - keys * LENGTH_BYTES;
        if (is_key(&prefix->pieces[i])) {
            code = append(&prefix->pieces[i], key, ctx,
                          used < HY_PREFIX_EVALUATED_MAX ? HY_PREFIX_EVALUATED_MAX - used : 0,
                          out);
            keys++;
        }
    }
    if (code != HY_OK) {
        out->len = begin;
    }
    return out->failed ? HY_NO_MEMORY : code;
}

bool hy_key_values_next(void *ctx, enum hy_piece_kind source, hy_sv name, hy_sv *value)
{
    hy_sv *rest = ctx;
    (void)source;
    (void)name;
    if (rest->len < LENGTH_BYTES) {
        return false;
    }
    const unsigned char *at = (const unsigned char *)rest->ptr;
    const size_t len = (size_t)at[0] << 8 | at[1];
    if (len > rest->len - LENGTH_BYTES) {
        return false;
    }
    *value = (hy_sv){ rest->ptr + LENGTH_BYTES, len };
    *rest = (hy_sv){ value->ptr + len, rest->len - LENGTH_BYTES - len };
    return true;
}

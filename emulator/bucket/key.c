/* key.c - by units: what must stay together in one piece of a file name (an escaped byte, or a
 * UTF-8 character, which some file systems want whole).
 */
#include "bucket/key.h"

#include "bucket/bucket.h"

#include <string.h>

enum {
    PIECE_BYTES_MAX = 200, /* of a file name; with the mark well under the usual 255 */
    UNIT_BYTES_MAX = 4
};

static const char hex[] = "0123456789ABCDEF";

static bool is_escaped(unsigned char byte)
{
    return byte < 32 || byte == 127 || byte == '%';
}

static size_t escape(unsigned char byte, char out[3])
{
    out[0] = '%';
    out[1] = hex[byte >> 4];
    out[2] = hex[byte & 15];
    return 3;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Takes one unit off the front of *segment. */
static size_t next_unit(hy_sv *segment, char out[UNIT_BYTES_MAX])
{
    const unsigned char byte = (unsigned char)segment->ptr[0];
    size_t taken = 1, len = 1;
    if (is_escaped(byte)) {
        len = escape(byte, out);
    } else {
        out[0] = (char)byte;
        while (byte >= 0xC0 && taken < UNIT_BYTES_MAX && taken < segment->len &&
               is_continuation(segment->ptr[taken])) {
            out[taken] = segment->ptr[taken];
            taken++;
        }
        len = taken;
    }
    segment->ptr += taken;
    segment->len -= taken;
    return len;
}

/* One file name. A piece that is "." or ".." would be a folder that is always there. */
static void append_piece(struct hy_buf *path, hy_sv piece)
{
    if (hy_sv_equal(piece, HY_SV("."))) {
        hy_buf_append(path, HY_SV("%2E"));
    } else if (hy_sv_equal(piece, HY_SV(".."))) {
        hy_buf_append(path, HY_SV("%2E%2E"));
    } else {
        hy_buf_append(path, piece);
    }
}

static void append_segment(struct hy_buf *path, hy_sv segment)
{
    if (segment.len == 0) {
        hy_buf_append_byte(path, '%');
        return;
    }
    char piece[PIECE_BYTES_MAX];
    size_t len = 0;
    while (segment.len > 0) {
        char unit[UNIT_BYTES_MAX];
        const size_t unit_len = next_unit(&segment, unit);
        if (unit_len > sizeof piece - len) {
            append_piece(path, (hy_sv){ piece, len });
            hy_buf_append(path, HY_SV("%+/"));
            len = 0;
        }
        memcpy(piece + len, unit, unit_len);
        len += unit_len;
    }
    append_piece(path, (hy_sv){ piece, len });
}

enum hy_code hy_key_to_path(hy_sv key, struct hy_buf *path)
{
    if (key.len == 0 || key.len > HY_OBJECT_KEY_MAX) {
        return HY_INVALID;
    }
    hy_sv rest = key;
    for (;;) {
        const size_t end = hy_sv_find(rest, '/');
        append_segment(path, (hy_sv){ rest.ptr, end });
        if (end == rest.len) {
            break;
        }
        hy_buf_append_byte(path, '/');
        rest.ptr += end + 1;
        rest.len -= end + 1;
    }
    return path->failed ? HY_NO_MEMORY : HY_OK;
}

static int digit_of(char c)
{
    const char *at = c == '\0' ? NULL : strchr(hex, c);
    return at == NULL ? -1 : (int)(at - hex);
}

/* Appends what one file name stands for; *goes_on when its segment does in the next one. */
static bool decode_name(hy_sv name, struct hy_buf *key, bool *goes_on)
{
    *goes_on = false;
    if (hy_sv_equal(name, HY_SV("%"))) {
        return true;
    }
    if (hy_sv_ends_with(name, HY_SV("%+"))) {
        *goes_on = true;
        name.len -= 2;
    }
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] != '%') {
            hy_buf_append_byte(key, name.ptr[i]);
            continue;
        }
        const int high = i + 2 < name.len ? digit_of(name.ptr[i + 1]) : -1;
        const int low = i + 2 < name.len ? digit_of(name.ptr[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        hy_buf_append_byte(key, (char)(unsigned char)(high << 4 | low));
        i += 2;
    }
    return true;
}

static bool decode(hy_sv path, struct hy_buf *key)
{
    bool goes_on = false;
    for (;;) {
        const size_t end = hy_sv_find(path, '/');
        if (end == 0 || !decode_name((hy_sv){ path.ptr, end }, key, &goes_on)) {
            return false;
        }
        if (end == path.len) {
            return !goes_on;
        }
        if (!goes_on) {
            hy_buf_append_byte(key, '/');
        }
        path.ptr += end + 1;
        path.len -= end + 1;
    }
}

/* A file name is right when it is what its key would be called: that leaves out "%2e", "a/./b",
 * a piece cut at another place and everything else that we would not write. */
static enum hy_code check(hy_sv path, hy_sv key)
{
    struct hy_buf again;
    hy_buf_init(&again, HY_OBJECT_PATH_MAX);
    enum hy_code code = hy_key_to_path(key, &again);
    if (code == HY_OK && !hy_sv_equal(hy_buf_sv(&again), path)) {
        code = HY_INVALID;
    }
    hy_buf_finish(&again);
    return code;
}

enum hy_code hy_key_from_path(hy_sv path, struct hy_buf *key)
{
    if (path.len == 0 || path.len >= HY_OBJECT_PATH_MAX) {
        return HY_INVALID;
    }
    struct hy_buf plain;
    hy_buf_init(&plain, HY_OBJECT_PATH_MAX);
    enum hy_code code = decode(path, &plain) ? HY_OK : HY_INVALID;
    if (plain.failed) {
        code = HY_NO_MEMORY;
    }
    if (code == HY_OK) {
        code = check(path, hy_buf_sv(&plain));
    }
    if (code == HY_OK) {
        hy_buf_append(key, hy_buf_sv(&plain));
        code = key->failed ? HY_NO_MEMORY : HY_OK;
    }
    hy_buf_finish(&plain);
    return code;
}

#include "pipeline/source/kpl.h"

#include "base/md5.h"
#include "pipeline/kinesis_note.h"

#include <stdlib.h>
#include <string.h>

static const hy_sv magic = HY_SV_INIT("\xF3\x89\x9A\xC2");

enum { VARINT = 0, FIXED64 = 1, BYTES = 2, FIXED32 = 5 };            /* wire types */
enum { KEY_TABLE = 1, RECORDS = 3 };                                 /* of AggregatedRecord */
enum { KEY_INDEX = 1, DATA = 3 };                                    /* of Record */

struct field {
    uint64_t number;
    unsigned type;
    uint64_t value; /* VARINT */
    hy_sv bytes;    /* BYTES */
};

static bool take_varint(hy_sv *rest, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && rest->len > 0; shift += 7) {
        const unsigned char byte = (unsigned char)rest->ptr[0];
        rest->ptr++;
        rest->len--;
        if (shift == 63 && byte > 1) {
            return false;
        }
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            return true;
        }
    }
    return false;
}

static bool take_bytes(hy_sv *rest, uint64_t len, hy_sv *bytes)
{
    if (len > rest->len) {
        return false;
    }
    *bytes = (hy_sv){ rest->ptr, (size_t)len };
    rest->ptr += len;
    rest->len -= (size_t)len;
    return true;
}

static bool take_field(hy_sv *rest, struct field *field)
{
    uint64_t tag = 0, len = 0;
    *field = (struct field){ .number = 0 };
    if (!take_varint(rest, &tag) || tag >> 3 == 0) {
        return false;
    }
    field->number = tag >> 3;
    field->type = (unsigned)(tag & 7);
    switch (field->type) {
    case VARINT:
        return take_varint(rest, &field->value);
    case FIXED64:
        return take_bytes(rest, 8, &field->bytes);
    case BYTES:
        return take_varint(rest, &len) && take_bytes(rest, len, &field->bytes);
    case FIXED32:
        return take_bytes(rest, 4, &field->bytes);
    default:
        return false;
    }
}

/* Both members are required. */
static bool read_record(const struct hy_kpl *kpl, hy_sv bytes, struct hy_kpl_record *record)
{
    bool has_key = false, has_data = false;
    struct field field;
    while (bytes.len > 0) {
        if (!take_field(&bytes, &field)) {
            return false;
        }
        if (field.number == KEY_INDEX) {
            if (field.type != VARINT || field.value >= kpl->key_count) {
                return false;
            }
            record->partition_key = kpl->keys[field.value];
            has_key = true;
        } else if (field.number == DATA) {
            if (field.type != BYTES) {
                return false;
            }
            record->data = field.bytes;
            has_data = true;
        }
    }
    return has_key && has_data && record->partition_key.len <= HY_PARTITION_KEY_BYTES_MAX;
}

/* How many keys and records there are. */
static bool count_members(struct hy_kpl *kpl)
{
    hy_sv rest = kpl->rest;
    struct field field;
    while (rest.len > 0) {
        if (!take_field(&rest, &field)) {
            return false;
        }
        if (field.number == KEY_TABLE || field.number == RECORDS) {
            if (field.type != BYTES) {
                return false;
            }
            kpl->key_count += field.number == KEY_TABLE;
            kpl->count += field.number == RECORDS;
        }
    }
    return true;
}

static void fill_keys(struct hy_kpl *kpl)
{
    hy_sv rest = kpl->rest;
    struct field field;
    size_t at = 0;
    while (rest.len > 0 && take_field(&rest, &field)) {
        if (field.number == KEY_TABLE) {
            kpl->keys[at++] = field.bytes;
        }
    }
}

static bool are_records_whole(const struct hy_kpl *kpl)
{
    struct hy_kpl copy = *kpl;
    struct hy_kpl_record record;
    uint32_t count = 0;
    while (hy_kpl_next(&copy, &record)) {
        count++;
    }
    return count == kpl->count;
}

enum hy_code hy_kpl_open(hy_sv bytes, struct hy_kpl *kpl)
{
    unsigned char md5[HY_MD5_BYTES];
    *kpl = (struct hy_kpl){ .count = 0 };
    if (bytes.len < magic.len + HY_MD5_BYTES || bytes.len > UINT32_MAX ||
        !hy_sv_starts_with(bytes, magic)) {
        return HY_MALFORMED;
    }
    kpl->rest = (hy_sv){ bytes.ptr + magic.len, bytes.len - magic.len - HY_MD5_BYTES };
    hy_md5(kpl->rest, md5);
    if (memcmp(md5, kpl->rest.ptr + kpl->rest.len, sizeof md5) != 0 || !count_members(kpl)) {
        return HY_MALFORMED;
    }
    kpl->keys = malloc((kpl->key_count + 1) * sizeof *kpl->keys); /* malloc(0) may be NULL */
    if (kpl->keys == NULL) {
        return HY_NO_MEMORY;
    }
    fill_keys(kpl);
    if (!are_records_whole(kpl)) {
        hy_kpl_finish(kpl);
        return HY_MALFORMED;
    }
    return HY_OK;
}

bool hy_kpl_next(struct hy_kpl *kpl, struct hy_kpl_record *record)
{
    struct field field;
    while (kpl->rest.len > 0 && take_field(&kpl->rest, &field)) {
        if (field.number == RECORDS) {
            return read_record(kpl, field.bytes, record);
        }
    }
    return false;
}

void hy_kpl_finish(struct hy_kpl *kpl)
{
    free(kpl->keys);
    kpl->keys = NULL;
}

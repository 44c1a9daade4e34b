#include "pipeline/convert/dictionary.h"

#include "base/buf.h"
#include "pipeline/convert/plain.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64 };

#define POOL_MAX ((size_t)UINT32_MAX)

void hy_dictionary_init(struct hy_dictionary *dictionary, unsigned width)
{
    *dictionary = (struct hy_dictionary){ .width = width };
    hy_buf_init(&dictionary->pool, POOL_MAX);
    hy_buf_init(&dictionary->offsets, POOL_MAX);
}

void hy_dictionary_finish(struct hy_dictionary *dictionary)
{
    hy_buf_finish(&dictionary->pool);
    hy_buf_finish(&dictionary->offsets);
    free(dictionary->slots);
    dictionary->slots = NULL;
    dictionary->slot_count = 0;
    dictionary->count = 0;
}

void hy_dictionary_clear(struct hy_dictionary *dictionary)
{
    hy_buf_clear(&dictionary->pool);
    hy_buf_clear(&dictionary->offsets);
    dictionary->count = 0;
    if (dictionary->slots != NULL) {
        memset(dictionary->slots, 0, dictionary->slot_count * sizeof dictionary->slots[0]);
    }
}

/* Multiply and fold, eight bytes at a time. Not for keys that somebody chose to collide: the
 * pool is small, and a bad dictionary is only slow. */
static uint64_t hash_of(hy_sv value)
{
    uint64_t hash = value.len * UINT64_C(0x9e3779b97f4a7c15);
    while (value.len >= 8) {
        uint64_t word;
        memcpy(&word, value.ptr, 8);
        hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
        hash ^= hash >> 32;
        value.ptr += 8;
        value.len -= 8;
    }
    uint64_t last = 0;
    if (value.len > 0) {
        memcpy(&last, value.ptr, value.len);
    }
    hash = (hash ^ last) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

static uint32_t offset_of(const struct hy_dictionary *dictionary, uint32_t number)
{
    uint32_t offset;
    memcpy(&offset, dictionary->offsets.data + (size_t)number * sizeof offset, sizeof offset);
    return offset;
}

hy_sv hy_dictionary_plain(const struct hy_dictionary *dictionary, uint32_t number)
{
    const size_t from = offset_of(dictionary, number);
    const size_t to = number + 1 < dictionary->count ? offset_of(dictionary, number + 1)
                                                     : dictionary->pool.len;
    return (hy_sv){ dictionary->pool.data + from, to - from };
}

/* Without the length. */
static hy_sv value_of(const struct hy_dictionary *dictionary, uint32_t number)
{
    hy_sv plain = hy_dictionary_plain(dictionary, number);
    if (dictionary->width == 0) {
        plain.ptr += HY_PLAIN_LENGTH_BYTES;
        plain.len -= HY_PLAIN_LENGTH_BYTES;
    }
    return plain;
}

static bool is_equal(hy_sv a, hy_sv b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static void slot_put(struct hy_dictionary *dictionary, uint64_t hash, uint32_t number)
{
    size_t at = hash & (dictionary->slot_count - 1);
    while (dictionary->slots[at].number != 0) {
        at = (at + 1) & (dictionary->slot_count - 1);
    }
    dictionary->slots[at] = (struct hy_dictionary_slot){ number + 1, (uint32_t)(hash >> 32) };
}

/* Before every add: at most half of the slots are taken. In the order of their numbers, so that
 * the last value is always the last in its run of slots, and can be taken back. */
static bool make_room(struct hy_dictionary *dictionary)
{
    if ((size_t)dictionary->count * 2 < dictionary->slot_count) {
        return true;
    }
    const size_t slot_count =
        dictionary->slot_count == 0 ? SLOTS_MIN : dictionary->slot_count * 2;
    struct hy_dictionary_slot *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_count = slot_count;
    for (uint32_t number = 0; number < dictionary->count; number++) {
        slot_put(dictionary, hash_of(value_of(dictionary, number)), number);
    }
    return true;
}

static bool append(struct hy_dictionary *dictionary, hy_sv value)
{
    const size_t pool_len = dictionary->pool.len;
    const uint32_t offset = (uint32_t)pool_len;
    hy_buf_append(&dictionary->offsets, (hy_sv){ (const char *)&offset, sizeof offset });
    hy_plain_append(&dictionary->pool, dictionary->width, value);
    if (dictionary->pool.failed || dictionary->offsets.failed) {
        dictionary->pool.len = pool_len;
        dictionary->offsets.len = (size_t)dictionary->count * sizeof offset;
        dictionary->pool.failed = dictionary->offsets.failed = false;
        return false;
    }
    return true;
}

enum hy_code hy_dictionary_add(struct hy_dictionary *dictionary, hy_sv value, uint32_t *number)
{
    if (!make_room(dictionary)) {
        return HY_NO_MEMORY;
    }
    const uint64_t hash = hash_of(value);
    const uint32_t tag = (uint32_t)(hash >> 32);
    size_t at = hash & (dictionary->slot_count - 1);
    for (; dictionary->slots[at].number != 0; at = (at + 1) & (dictionary->slot_count - 1)) {
        const struct hy_dictionary_slot *slot = &dictionary->slots[at];
        if (slot->tag == tag && is_equal(value_of(dictionary, slot->number - 1), value)) {
            *number = slot->number - 1;
            return HY_OK;
        }
    }
    if (!append(dictionary, value)) {
        return HY_NO_MEMORY;
    }
    *number = dictionary->count++;
    dictionary->slots[at] = (struct hy_dictionary_slot){ *number + 1, tag };
    return HY_OK;
}

static void slot_clear(struct hy_dictionary *dictionary, uint32_t number)
{
    const uint64_t hash = hash_of(value_of(dictionary, number));
    size_t at = hash & (dictionary->slot_count - 1);
    while (dictionary->slots[at].number != number + 1) {
        at = (at + 1) & (dictionary->slot_count - 1);
    }
    dictionary->slots[at].number = 0;
}

void hy_dictionary_truncate(struct hy_dictionary *dictionary, uint32_t count)
{
    while (dictionary->count > count) {
        const uint32_t last = dictionary->count - 1;
        slot_clear(dictionary, last);
        dictionary->pool.len = offset_of(dictionary, last);
        dictionary->offsets.len = (size_t)last * sizeof(uint32_t);
        dictionary->count = last;
    }
}

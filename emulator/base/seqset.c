#include "base/seqset.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CAP_MIN = 8, VARINT_BYTES_MAX = 10 };

void hy_seqset_init(struct hy_seqset *set)
{
    *set = (struct hy_seqset){ 0 };
}

void hy_seqset_finish(struct hy_seqset *set)
{
    free(set->ranges);
    hy_seqset_init(set);
}

void hy_seqset_clear(struct hy_seqset *set)
{
    set->count = 0;
}

static bool reserve(struct hy_seqset *set, size_t count)
{
    if (count <= set->cap) {
        return true;
    }
    size_t cap = set->cap * 2 < CAP_MIN ? CAP_MIN : set->cap * 2;
    cap = cap < count ? count : cap;
    if (cap > SIZE_MAX / sizeof set->ranges[0]) {
        return false;
    }
    struct hy_seqrange *ranges = realloc(set->ranges, cap * sizeof ranges[0]);
    if (ranges == NULL) {
        return false;
    }
    set->ranges = ranges;
    set->cap = cap;
    return true;
}

/* Is there at least one number between a and b, where a comes first? */
static bool has_gap(uint64_t a, uint64_t b)
{
    return a < b && b - a > 1;
}

/* Index of the first range that ends at or after seq, or count. */
static size_t lower_bound(const struct hy_seqset *set, uint64_t seq)
{
    size_t low = 0;
    size_t high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->ranges[middle].last < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static enum hy_code insert(struct hy_seqset *set, size_t at, struct hy_seqrange range)
{
    if (!reserve(set, set->count + 1)) {
        return HY_NO_MEMORY;
    }
    if (at < set->count) {
        memmove(set->ranges + at + 1, set->ranges + at,
                (set->count - at) * sizeof set->ranges[0]);
    }
    set->ranges[at] = range;
    set->count++;
    return HY_OK;
}

/* Makes ranges from..to-1, which all touch `range`, into one. */
static void merge(struct hy_seqset *set, size_t from, size_t to, struct hy_seqrange range)
{
    struct hy_seqrange *first = &set->ranges[from];
    uint64_t last = set->ranges[to - 1].last;
    first->first = range.first < first->first ? range.first : first->first;
    first->last = range.last > last ? range.last : last;
    memmove(first + 1, set->ranges + to, (set->count - to) * sizeof set->ranges[0]);
    set->count -= to - from - 1;
}

enum hy_code hy_seqset_add(struct hy_seqset *set, uint64_t first, uint64_t last)
{
    assert(first <= last);
    const struct hy_seqrange range = { first, last };
    if (set->count == 0 || has_gap(set->ranges[set->count - 1].last, first)) {
        return insert(set, set->count, range);
    }
    /* From the first range that touches or overlaps to the last one that does. */
    size_t from = lower_bound(set, first == 0 ? 0 : first - 1);
    size_t to = from;
    while (to < set->count && !has_gap(last, set->ranges[to].first)) {
        to++;
    }
    if (from == to) {
        return insert(set, from, range);
    }
    merge(set, from, to, range);
    return HY_OK;
}

/* Appends a range that begins at or after all that are there; there is room. */
static void append(struct hy_seqset *set, struct hy_seqrange range)
{
    struct hy_seqrange *last = set->count == 0 ? NULL : &set->ranges[set->count - 1];
    if (last == NULL || has_gap(last->last, range.first)) {
        set->ranges[set->count++] = range;
    } else if (range.last > last->last) {
        last->last = range.last;
    }
}

/* Both are sorted, so one walk over the two is enough. Filling gaps one by one would move the
 * rest of the set for each of them: with every second record dropped, that is quadratic. */
static enum hy_code merge_all(struct hy_seqset *set, const struct hy_seqset *more)
{
    struct hy_seqset both;
    hy_seqset_init(&both);
    if (!reserve(&both, set->count + more->count)) {
        return HY_NO_MEMORY;
    }
    size_t i = 0, k = 0;
    while (i < set->count || k < more->count) {
        const bool is_ours = k == more->count ||
                             (i < set->count && set->ranges[i].first <= more->ranges[k].first);
        append(&both, is_ours ? set->ranges[i++] : more->ranges[k++]);
    }
    hy_seqset_finish(set);
    *set = both;
    return HY_OK;
}

enum hy_code hy_seqset_add_all(struct hy_seqset *set, const struct hy_seqset *more)
{
    enum { FEW = 8 };
    if (more->count > FEW && set->count > FEW) {
        return merge_all(set, more);
    }
    if (!reserve(set, set->count + more->count)) { /* from here on no add can fail */
        return HY_NO_MEMORY;
    }
    for (size_t i = 0; i < more->count; i++) {
        enum hy_code code = hy_seqset_add(set, more->ranges[i].first, more->ranges[i].last);
        assert(code == HY_OK);
        (void)code;
    }
    return HY_OK;
}

enum hy_code hy_seqset_remove(struct hy_seqset *set, uint64_t first, uint64_t last)
{
    assert(first <= last);
    size_t at = lower_bound(set, first);
    if (at < set->count && set->ranges[at].first < first) {
        const struct hy_seqrange rest = { first, set->ranges[at].last };
        const enum hy_code code = insert(set, at + 1, rest); /* split: it all goes, or a part */
        if (code != HY_OK) {
            return code;
        }
        set->ranges[at].last = first - 1;
        at++;
    }
    size_t to = at;
    while (to < set->count && set->ranges[to].last <= last) {
        to++;
    }
    if (to < set->count && set->ranges[to].first <= last) {
        set->ranges[to].first = last + 1;
    }
    if (at < to) {
        memmove(set->ranges + at, set->ranges + to, (set->count - to) * sizeof set->ranges[0]);
        set->count -= to - at;
    }
    return HY_OK;
}

bool hy_seqset_has(const struct hy_seqset *set, uint64_t seq)
{
    size_t at = lower_bound(set, seq);
    return at < set->count && set->ranges[at].first <= seq;
}

uint64_t hy_seqset_size(const struct hy_seqset *set)
{
    uint64_t size = 0;
    for (size_t i = 0; i < set->count; i++) {
        size += set->ranges[i].last - set->ranges[i].first + 1;
    }
    return size;
}

uint64_t hy_seqset_run_end(const struct hy_seqset *set, uint64_t first)
{
    size_t at = lower_bound(set, first);
    bool is_in = at < set->count && set->ranges[at].first <= first;
    return is_in ? set->ranges[at].last : first - 1;
}

static void append_varint(struct hy_buf *out, uint64_t number)
{
    char bytes[VARINT_BYTES_MAX];
    size_t len = 0;
    for (; number > 127; number >>= 7) {
        bytes[len++] = (char)(number | 128);
    }
    bytes[len++] = (char)number;
    hy_buf_append(out, (hy_sv){ bytes, len });
}

void hy_seqset_encode(const struct hy_seqset *set, struct hy_buf *out)
{
    uint64_t before = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct hy_seqrange *range = &set->ranges[i];
        append_varint(out, range->first - before);
        append_varint(out, range->last - range->first);
        before = range->last;
    }
}

/* Takes one number off the front; false when it is cut off or has more than 64 bits. */
static bool read_varint(hy_sv *bytes, uint64_t *out)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes->len && i < VARINT_BYTES_MAX; i++) {
        unsigned char byte = (unsigned char)bytes->ptr[i];
        if (i == VARINT_BYTES_MAX - 1 && byte > 1) {
            return false;
        }
        number |= (uint64_t)(byte & 127) << (7 * i);
        if (byte < 128) {
            *bytes = (hy_sv){ bytes->ptr + i + 1, bytes->len - i - 1 };
            *out = number;
            return true;
        }
    }
    return false;
}

/* Ranges that touch or wrap around are not what encode writes: the bytes are damaged. */
static enum hy_code decode_range(struct hy_seqset *set, hy_sv *bytes)
{
    uint64_t gap, more;
    uint64_t before = set->count == 0 ? 0 : set->ranges[set->count - 1].last;
    if (!read_varint(bytes, &gap) || !read_varint(bytes, &more)) {
        return HY_MALFORMED;
    }
    if ((set->count > 0 && gap < 2) || gap > UINT64_MAX - before ||
        more > UINT64_MAX - before - gap) {
        return HY_MALFORMED;
    }
    return insert(set, set->count, (struct hy_seqrange){ before + gap, before + gap + more });
}

enum hy_code hy_seqset_decode(struct hy_seqset *set, hy_sv bytes)
{
    struct hy_seqset decoded;
    hy_seqset_init(&decoded);
    while (bytes.len > 0) {
        enum hy_code code = decode_range(&decoded, &bytes);
        if (code != HY_OK) {
            hy_seqset_finish(&decoded);
            return code;
        }
    }
    hy_seqset_finish(set);
    *set = decoded;
    return HY_OK;
}

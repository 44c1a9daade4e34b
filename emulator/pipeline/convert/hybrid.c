#include "pipeline/convert/hybrid.h"

#include "pipeline/convert/thrift.h"

enum { GROUP = 8 };

static uint32_t at(const struct hy_hybrid_input *input, size_t i)
{
    return input->bytes != NULL ? input->bytes[i] : input->words[i];
}

/* How many of the same there are from i on. */
static size_t run_from(const struct hy_hybrid_input *input, size_t i)
{
    size_t end = i + 1;
    const uint32_t value = at(input, i);
    while (end < input->count && at(input, end) == value) {
        end++;
    }
    return end - i;
}

static void append_run(struct hy_buf *out, uint32_t value, size_t count, unsigned width)
{
    hy_varint_append(out, (uint64_t)count << 1);
    for (unsigned bits = 0; bits < width; bits += 8) {
        hy_buf_append_byte(out, (char)(value >> bits & 255));
    }
}

/* from..to, filled up with zeros to whole groups: only the last of all may need that. */
static void append_packed(struct hy_buf *out, const struct hy_hybrid_input *input, size_t from,
                          size_t to, unsigned width)
{
    const size_t groups = (to - from + GROUP - 1) / GROUP;
    if (groups == 0) {
        return;
    }
    hy_varint_append(out, (uint64_t)groups << 1 | 1);
    char *packed = hy_buf_reserve(out, groups * width);
    if (packed == NULL) {
        return;
    }
    uint64_t bits = 0;
    unsigned held = 0;
    size_t len = 0;
    for (size_t i = from; i < from + groups * GROUP; i++) {
        bits |= (uint64_t)(i < to ? at(input, i) : 0) << held;
        for (held += width; held >= 8; held -= 8) {
            packed[len++] = (char)(bits & 255);
            bits >>= 8;
        }
    }
    hy_buf_commit(out, len);
}

void hy_hybrid_append(struct hy_buf *out, const struct hy_hybrid_input *input, unsigned width)
{
    size_t from = 0; /* what is still to be packed begins here */
    for (size_t i = 0; i < input->count;) {
        const size_t run = run_from(input, i);
        const size_t fill = (GROUP - (i - from) % GROUP) % GROUP; /* of it, to whole groups */
        if (run < fill + GROUP) {
            i += run;
            continue;
        }
        append_packed(out, input, from, i + fill, width);
        append_run(out, at(input, i), run - fill, width);
        i += run;
        from = i;
    }
    append_packed(out, input, from, input->count, width);
}

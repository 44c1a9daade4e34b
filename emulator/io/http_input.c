/* http_input.c - small buffers from the heap, large ones from the system.
 *
 * malloc would do for both, but memory that a burst of large batches took would stay with the
 * heap for good: connections made meanwhile lie behind it. What is mapped is given back.
 */
#include "io/http_input.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    FIRST_BYTES = 16 * 1024,
    LARGE_BYTES = 64 * 1024, /* what is not larger is not worth giving back */
    MAPPED_BYTES = 256 * 1024,
    PAGE_BYTES = 4096,
    SMALL_IN_ROW_MAX = 16,
};

static char *memory_get(size_t cap)
{
    if (cap < MAPPED_BYTES) {
        return malloc(cap);
    }
    void *data = mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? NULL : data;
}

static void memory_put(char *data, size_t cap)
{
    if (cap < MAPPED_BYTES) {
        free(data);
    } else {
        (void)munmap(data, cap);
    }
}

void hy_http_input_finish(struct hy_http_input *input)
{
    memory_put(input->data, input->cap);
    *input = (struct hy_http_input){ 0 };
}

static bool move_to(struct hy_http_input *input, size_t cap)
{
    cap = (cap + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    char *data = memory_get(cap);
    if (data == NULL) {
        return false;
    }
    size_t live = hy_http_input_live(input);
    if (live > 0) {
        memcpy(data, hy_http_input_at(input), live);
    }
    memory_put(input->data, input->cap);
    input->data = data;
    input->begin = 0;
    input->end = live;
    input->cap = cap;
    return true;
}

bool hy_http_input_reserve(struct hy_http_input *input, size_t room)
{
    if (hy_http_input_room(input) >= room) {
        return true;
    }
    size_t live = hy_http_input_live(input);
    if (room > SIZE_MAX / 4 - live) {
        return false;
    }
    if (input->begin > 0 && input->cap - live >= room && live <= input->cap / 2) {
        memmove(input->data, hy_http_input_at(input), live);
        input->begin = 0;
        input->end = live;
        return true;
    }
    size_t cap = input->cap < FIRST_BYTES ? FIRST_BYTES : input->cap;
    while (cap < live + room && cap < LARGE_BYTES) {
        cap *= 2;
    }
    /* Large needs are exact: a declared body is reserved once, with its length. */
    return move_to(input, cap < live + room ? live + room : cap);
}

void hy_http_input_consume(struct hy_http_input *input, size_t size)
{
    assert(size <= hy_http_input_live(input));
    input->begin += size;
    bool is_empty = input->begin == input->end;
    if (is_empty) {
        input->begin = input->end = 0;
    }
    if (input->cap <= LARGE_BYTES || size > input->cap / 4) {
        input->small_in_row = 0;
    } else if (++input->small_in_row >= SMALL_IN_ROW_MAX && is_empty) {
        hy_http_input_finish(input);
    }
}

void hy_http_input_rest(struct hy_http_input *input)
{
    if (hy_http_input_live(input) == 0) {
        hy_http_input_finish(input);
    }
}

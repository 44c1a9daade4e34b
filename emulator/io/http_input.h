/* http_input.h - the bytes that a connection has received and nobody has used up.
 *
 * One run of memory: [used up | live | room]. Reserving may move the live bytes, so whoever
 * points into them keeps offsets from `hy_http_input_at` and not pointers. It never moves
 * anything unless asked to.
 */
#ifndef HY_IO_HTTP_INPUT_H
#define HY_IO_HTTP_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct hy_http_input {
    char *data; /* NULL until something was reserved */
    size_t begin, end; /* of the live bytes */
    size_t cap;
    unsigned small_in_row; /* requests that needed only a part of what we hold */
};

void hy_http_input_finish(struct hy_http_input *input); /* fine on a zeroed one */

static inline char *hy_http_input_at(const struct hy_http_input *input)
{
    return input->data == NULL ? NULL : input->data + input->begin;
}

static inline size_t hy_http_input_live(const struct hy_http_input *input)
{
    return input->end - input->begin;
}

static inline size_t hy_http_input_room(const struct hy_http_input *input)
{
    return input->cap - input->end;
}

/* Makes room for `room` more bytes; false when out of memory. */
bool hy_http_input_reserve(struct hy_http_input *input, size_t room);

/* The first `size` live bytes are used up. Memory that was needed once for something large is
 * given back after a number of small ones. */
void hy_http_input_consume(struct hy_http_input *input, size_t size);

/* Gives all memory back when nothing is live. */
void hy_http_input_rest(struct hy_http_input *input);

#endif

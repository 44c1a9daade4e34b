#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_MIN = 4 * 1024,
    BLOCK_MAX = 64 * 1024, /* larger ones are made for one allocation and never kept */
};

struct hy_arena_block {
    struct hy_arena_block *older;
    size_t used, size;
    max_align_t bytes[];
};

void hy_arena_init(struct hy_arena *arena, size_t cap)
{
    *arena = (struct hy_arena){ .cap = cap };
}

/* Frees the blocks from `block` on, but not `kept`. */
static void free_blocks(struct hy_arena_block *block, const struct hy_arena_block *kept)
{
    while (block != NULL) {
        struct hy_arena_block *older = block->older;
        if (block != kept) {
            free(block);
        }
        block = older;
    }
}

void hy_arena_finish(struct hy_arena *arena)
{
    free_blocks(arena->blocks, NULL);
    *arena = (struct hy_arena){ .cap = arena->cap };
}

void hy_arena_reset(struct hy_arena *arena)
{
    struct hy_arena_block *first = arena->blocks;
    while (first != NULL && first->older != NULL) {
        first = first->older;
    }
    if (first != NULL && first->size > BLOCK_MAX) {
        first = NULL; /* one large request must not weigh on the connection for ever */
    }
    free_blocks(arena->blocks, first);
    arena->blocks = first;
    arena->used = 0;
    if (first != NULL) {
        *first = (struct hy_arena_block){ .size = first->size };
        arena->used = first->size;
    }
}

static size_t next_block_size(const struct hy_arena *arena, size_t wanted)
{
    size_t size = arena->blocks == NULL ? BLOCK_MIN : arena->blocks->size * 2;
    size = size > BLOCK_MAX ? BLOCK_MAX : size;
    size = size < wanted ? wanted : size;
    return size > arena->cap - arena->used ? arena->cap - arena->used : size;
}

static struct hy_arena_block *add_block(struct hy_arena *arena, size_t wanted)
{
    size_t size = next_block_size(arena, wanted);
    if (wanted > size || size > SIZE_MAX - sizeof(struct hy_arena_block)) {
        return NULL;
    }
    struct hy_arena_block *block = malloc(sizeof *block + size);
    if (block == NULL) {
        return NULL;
    }
    *block = (struct hy_arena_block){ .size = size };
    arena->used += size;

    struct hy_arena_block *newest = arena->blocks;
    if (newest != NULL && size > BLOCK_MAX) { /* the newest one still has room for small ones */
        block->older = newest->older;
        newest->older = block;
    } else {
        block->older = newest;
        arena->blocks = block;
    }
    return block;
}

/* NULL when it does not fit. Compared by subtraction: `used + pad + size` could wrap. */
static void *take_from(struct hy_arena_block *block, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t pad = (align - block->used % align) % align;
    size_t left = block->size - block->used;
    if (pad > left || size > left - pad) {
        return NULL;
    }
    char *at = (char *)block->bytes + block->used + pad;
    block->used += pad + size;
    return at;
}

void *hy_arena_alloc(struct hy_arena *arena, size_t size)
{
    size = size == 0 ? 1 : size; /* or empty ones could be had without end */
    void *at = arena->blocks == NULL ? NULL : take_from(arena->blocks, size);
    if (at != NULL) {
        return at;
    }
    struct hy_arena_block *block = add_block(arena, size);
    return block == NULL ? NULL : take_from(block, size);
}

void *hy_arena_zalloc(struct hy_arena *arena, size_t size)
{
    void *at = hy_arena_alloc(arena, size);
    return at == NULL ? NULL : memset(at, 0, size);
}

char *hy_arena_cstr(struct hy_arena *arena, hy_sv text)
{
    char *copy = text.len == SIZE_MAX ? NULL : hy_arena_alloc(arena, text.len + 1);
    if (copy == NULL) {
        return NULL;
    }
    if (text.len > 0) {
        memcpy(copy, text.ptr, text.len);
    }
    copy[text.len] = '\0';
    return copy;
}

char *hy_arena_printf(struct hy_arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = len < 0 ? NULL : hy_arena_alloc(arena, (size_t)len + 1);
    if (text == NULL) {
        return NULL;
    }
    va_start(args, format);
    vsnprintf(text, (size_t)len + 1, format, args);
    va_end(args);
    return text;
}

#include "model/zip_names.h"

#include "base/sv.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    END_BYTES = 22,   /* the record at the end of the file, less its comment */
    END_COMMENT_MAX = 65535,
    END_DIRECTORY_BYTES_AT = 12,
    END_DIRECTORY_OFFSET_AT = 16,
    ENTRY_BYTES = 46, /* an entry of the directory, less its three texts */
    ENTRY_NAME_LEN_AT = 28,
    ENTRY_EXTRA_LEN_AT = 30,
    ENTRY_COMMENT_LEN_AT = 32
};

static const char end_mark[] = { 'P', 'K', 5, 6 };
static const char entry_mark[] = { 'P', 'K', 1, 2 };

static uint32_t u16_at(const char *at)
{
    return (uint32_t)(unsigned char)at[0] | (uint32_t)(unsigned char)at[1] << 8;
}

static uint32_t u32_at(const char *at)
{
    return u16_at(at) | u16_at(at + 2) << 16;
}

static enum hy_code read_part(FILE *file, uint64_t offset, size_t len, char **out)
{
    *out = malloc(len == 0 ? 1 : len);
    if (*out == NULL) {
        return HY_NO_MEMORY;
    }
    if (fseek(file, (long)offset, SEEK_SET) == 0 && fread(*out, 1, len, file) == len) {
        return HY_OK;
    }
    free(*out);
    *out = NULL;
    return HY_IO;
}

/* The last record that looks like the end of an archive, in the last bytes of the file. */
static const char *find_end(const char *tail, size_t len)
{
    for (size_t i = len < END_BYTES ? 0 : len - END_BYTES + 1; i > 0; i--) {
        if (memcmp(tail + i - 1, end_mark, sizeof end_mark) == 0) {
            return tail + i - 1;
        }
    }
    return NULL;
}

static enum hy_code read_directory(FILE *file, struct hy_zip_names *names)
{
    if (fseek(file, 0, SEEK_END) != 0) {
        return HY_IO;
    }
    const long size = ftell(file);
    if (size < 0) {
        return HY_IO;
    }
    const size_t most = END_BYTES + END_COMMENT_MAX;
    const size_t tail_len = (size_t)size < most ? (size_t)size : most;
    char *tail = NULL;
    enum hy_code code = read_part(file, (uint64_t)size - tail_len, tail_len, &tail);
    if (code != HY_OK) {
        return code;
    }
    const char *end = find_end(tail, tail_len);
    code = HY_MALFORMED;
    if (end != NULL) {
        const uint64_t len = u32_at(end + END_DIRECTORY_BYTES_AT);
        const uint64_t offset = u32_at(end + END_DIRECTORY_OFFSET_AT);
        if (offset + len <= (uint64_t)size) {
            names->len = (size_t)len;
            code = read_part(file, offset, names->len, &names->directory);
        }
    }
    free(tail);
    return code;
}

enum hy_code hy_zip_names_read(const char *path, struct hy_zip_names *names)
{
    *names = (struct hy_zip_names){ 0 };
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return HY_IO;
    }
    const enum hy_code code = read_directory(file, names);
    (void)fclose(file);
    return code;
}

void hy_zip_names_finish(struct hy_zip_names *names)
{
    free(names->directory);
    *names = (struct hy_zip_names){ 0 };
}

bool hy_zip_names_has(const struct hy_zip_names *names, const char *name)
{
    const hy_sv wanted = hy_sv_of(name);
    size_t at = 0;
    while (names->len - at >= ENTRY_BYTES) {
        const char *entry = names->directory + at;
        const size_t name_len = u16_at(entry + ENTRY_NAME_LEN_AT);
        if (memcmp(entry, entry_mark, sizeof entry_mark) != 0 ||
            name_len > names->len - at - ENTRY_BYTES) {
            return false;
        }
        if (hy_sv_equal((hy_sv){ entry + ENTRY_BYTES, name_len }, wanted)) {
            return true;
        }
        const size_t bytes = ENTRY_BYTES + name_len + u16_at(entry + ENTRY_EXTRA_LEN_AT) +
                             u16_at(entry + ENTRY_COMMENT_LEN_AT);
        if (bytes > names->len - at) {
            return false;
        }
        at += bytes;
    }
    return false;
}

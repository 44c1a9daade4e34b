#include "harness/fixture_file.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 256 * 1024 };

struct hy_fixture_file {
    const char *path;
    int fd;
    struct hy_buf buf; /* read, but not parsed: from `at` on */
    size_t at;
    size_t line;       /* of the last line that was taken */
    uint64_t offset;   /* of buf's byte `at` in the file */
    struct hy_arena arena;
};

enum hy_code hy_fixture_file_open(const char *path, struct hy_fixture_file **out,
                                  struct hy_err *err)
{
    struct hy_fixture_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "%s: out of memory", path);
    }
    bool is_stdin = strcmp(path, "-") == 0;
    file->path = is_stdin ? "(standard input)" : path;
    file->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0) {
        int why = errno;
        free(file);
        return hy_fail(err, HY_IO, "%s: %s", path, strerror(why));
    }
    hy_buf_init(&file->buf, HY_FIXTURE_LINE_MAX + CHUNK);
    hy_arena_init(&file->arena, (size_t)4 * HY_FIXTURE_LINE_MAX);
    *out = file;
    return HY_OK;
}

void hy_fixture_file_close(struct hy_fixture_file *file)
{
    if (file == NULL) {
        return;
    }
    if (file->fd != STDIN_FILENO) {
        (void)close(file->fd);
    }
    hy_buf_finish(&file->buf);
    hy_arena_finish(&file->arena);
    free(file);
}

/* Reads more behind what is there. HY_NOT_FOUND at the end of the file. */
static enum hy_code read_more(struct hy_fixture_file *file, struct hy_err *err)
{
    if (file->at > 0) {
        memmove(file->buf.data, file->buf.data + file->at, file->buf.len - file->at);
        file->buf.len -= file->at;
        file->at = 0;
    }
    if (file->buf.len > HY_FIXTURE_LINE_MAX) {
        return hy_fail(err, HY_LIMIT, "%s:%zu: the line is longer than %d bytes", file->path,
                       file->line + 1, HY_FIXTURE_LINE_MAX);
    }
    char *room = hy_buf_reserve(&file->buf, CHUNK);
    if (room == NULL) {
        return hy_fail(err, HY_NO_MEMORY, "%s:%zu: out of memory", file->path, file->line + 1);
    }
    ssize_t len; /* what there is, not a whole chunk: it may be a pipe that somebody writes to */
    do {
        len = read(file->fd, room, CHUNK);
    } while (len < 0 && errno == EINTR);
    if (len < 0) {
        return hy_fail(err, HY_IO, "%s: %s", file->path, strerror(errno));
    }
    hy_buf_commit(&file->buf, (size_t)len);
    return len > 0 ? HY_OK : HY_NOT_FOUND;
}

/* The next line, without its end. HY_NOT_FOUND: there is none. */
static enum hy_code take_line(struct hy_fixture_file *file, hy_sv *line, struct hy_err *err)
{
    size_t looked = 0, len; /* behind `at`: what has been looked through for a line feed */
    for (;;) {
        hy_sv rest = { NULL, 0 };
        if (file->buf.len > file->at + looked) {
            rest = (hy_sv){ file->buf.data + file->at + looked,
                            file->buf.len - file->at - looked };
        }
        len = looked + hy_sv_find(rest, '\n');
        if (len < looked + rest.len) {
            break;
        }
        looked = len;
        enum hy_code code = read_more(file, err);
        if (code == HY_NOT_FOUND && len > 0) {
            break; /* the last line has no line feed */
        }
        if (code != HY_OK) {
            return code;
        }
    }
    *line = (hy_sv){ file->buf.data + file->at, len };
    size_t taken = file->at + len < file->buf.len ? len + 1 : len;
    file->at += taken;
    file->offset += taken;
    file->line++;
    return HY_OK;
}

static bool is_blank(hy_sv line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t' && line.ptr[i] != '\r') {
            return false;
        }
    }
    return true;
}

enum hy_code hy_fixture_file_next(struct hy_fixture_file *file, struct hy_fixture_event *event,
                                  struct hy_err *err)
{
    hy_sv line;
    do {
        enum hy_code code = take_line(file, &line, err);
        if (code != HY_OK) {
            return code;
        }
    } while (is_blank(line));
    hy_arena_reset(&file->arena);
    struct hy_fixture_place place = { file->path, file->line };
    return hy_fixture_parse(line, place, &file->arena, event, err);
}

uint64_t hy_fixture_file_offset(const struct hy_fixture_file *file)
{
    return file->offset;
}

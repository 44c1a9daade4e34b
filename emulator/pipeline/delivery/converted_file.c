#include "pipeline/delivery/converted_file.h"

#include "base/log.h"
#include "model/limits.h"
#include "pipeline/convert/conversion.h"
#include "pipeline/delivery/framed.h"
#include "store/part.h"

#include <stdio.h>
#include <stdlib.h>

enum { ERRORS_MEMORY_MAX = HY_MIB };

/* No record is longer, whatever a transform made of it; an error line holds one in base64. */
enum { RECORD_BYTES_MAX = 64 * HY_MIB, LINE_BYTES_MAX = 2 * RECORD_BYTES_MAX };

struct work {
    struct hy_object_file *file;
    int fd;
    struct hy_conversion *conversion;
    struct hy_buf record; /* of a spool */
    struct hy_buf line;
};

void hy_converted_finish(struct hy_converted *converted)
{
    hy_seqset_finish(&converted->good);
    hy_seqset_finish(&converted->bad);
    hy_spool_destroy(converted->errors);
    *converted = (struct hy_converted){ .errors = NULL };
}

static enum hy_code write_file(void *ctx, hy_sv bytes)
{
    struct work *work = ctx;
    work->file->stored_bytes += bytes.len;
    return hy_object_write(work->fd, bytes, &work->file->why);
}

/* ---- one record ---- */

static enum hy_code append_error(struct work *work, hy_sv data, uint64_t arrived_ms,
                                 const struct hy_row_failure *failure)
{
    struct hy_converted *converted = &work->file->converted;
    const struct hy_conversion_error error = {
        .raw_data = data,
        .failure = failure,
        .arrived_ms = arrived_ms,
        .attempt_ended_ms = work->file->now_ms,
    };
    if (converted->errors == NULL) {
        converted->errors = hy_spool_create(work->file->spool_dir, ERRORS_MEMORY_MAX);
    }
    hy_buf_clear(&work->line);
    hy_conversion_error_write(work->conversion, &error, &work->line);
    if (converted->errors == NULL || work->line.failed) {
        return HY_NO_MEMORY;
    }
    return hy_spool_append(converted->errors, hy_buf_sv(&work->line));
}

static enum hy_code convert(struct work *work, const struct hy_framed *framed, hy_sv data)
{
    struct hy_converted *converted = &work->file->converted;
    struct hy_row_failure failure;
    enum hy_code code = hy_conversion_add(work->conversion, data, &failure);
    if (code == HY_OK) {
        converted->good_records++;
        return hy_parts_add(&converted->good, framed->seq, framed->place, framed->places);
    }
    if (code == HY_MALFORMED) {
        code = append_error(work, data, framed->arrived_ms, &failure);
        if (converted->bad_records == 0) {
            (void)snprintf(converted->first_code, sizeof converted->first_code, "%s",
                           failure.code);
            (void)snprintf(converted->first_message, sizeof converted->first_message, "%.255s",
                           failure.message);
        }
    }
    if (code == HY_OK) {
        converted->bad_records++;
        converted->bad_bytes += data.len;
        if (converted->bad_oldest_ms == 0 || framed->arrived_ms < converted->bad_oldest_ms) {
            converted->bad_oldest_ms = framed->arrived_ms;
        }
        code = hy_parts_add(&converted->bad, framed->seq, framed->place, framed->places);
    }
    return code;
}

/* ---- all of them ---- */

static enum hy_code convert_frames(struct work *work, hy_sv frames)
{
    struct hy_frame frame;
    enum hy_code code = HY_OK;
    while (code == HY_OK && hy_frame_next(&frames, &frame)) {
        const struct hy_framed framed = { .seq = frame.seq, .arrived_ms = frame.arrived_ms,
                                          .places = 1 };
        code = convert(work, &framed, frame.data);
    }
    return code;
}

static enum hy_code convert_extents(struct work *work)
{
    const struct hy_extents *extents = work->file->extents;
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < extents->count; i++) {
        const size_t length = (size_t)extents->items[i].length;
        hy_buf_clear(&work->record);
        char *frames = hy_buf_reserve(&work->record, length);
        code = frames == NULL ? HY_NO_MEMORY
                              : hy_journal_read(work->file->journal, &extents->items[i], frames);
        if (code == HY_OK) {
            code = convert_frames(work, (hy_sv){ frames, length });
        }
    }
    return code;
}

static enum hy_code convert_spool(struct work *work)
{
    const struct hy_spool *spool = work->file->spool;
    const uint64_t end = hy_spool_bytes(spool);
    enum hy_code code = HY_OK;
    for (uint64_t at = 0; code == HY_OK && at < end;) {
        char header[HY_FRAMED_HEADER_BYTES];
        code = hy_spool_read(spool, at, header, sizeof header);
        if (code != HY_OK) {
            break;
        }
        const struct hy_framed framed = hy_framed_read(header);
        hy_buf_clear(&work->record);
        char *data = hy_buf_reserve(&work->record, framed.bytes);
        code = data == NULL
                   ? HY_NO_MEMORY
                   : hy_spool_read(spool, at + sizeof header, data, framed.bytes);
        if (code == HY_OK) {
            code = convert(work, &framed, (hy_sv){ data, framed.bytes });
        }
        at += sizeof header + framed.bytes;
    }
    return code;
}

static enum hy_code begin(struct work *work)
{
    const struct hy_object_file *file = work->file;
    const struct hy_parquet_sink sink = { .write = write_file, .ctx = work };
    struct hy_err err;
    const enum hy_code code =
        hy_conversion_create(hy_sv_of(file->conversion->configuration),
                             hy_sv_of(file->conversion->table), &sink, &work->conversion, &err);
    if (code == HY_INVALID || code == HY_MALFORMED) {
        hy_log(HY_LOG_ERROR, "delivery", NULL, "format conversion: %s", err.text);
        return HY_IO; /* it had been checked: damaged */
    }
    return code;
}

enum hy_code hy_converted_file_write(struct hy_object_file *file, int fd)
{
    struct work work = { .file = file, .fd = fd };
    hy_converted_finish(&file->converted); /* of an attempt before */
    hy_buf_init(&work.record, RECORD_BYTES_MAX);
    hy_buf_init(&work.line, LINE_BYTES_MAX);
    enum hy_code code = begin(&work);
    if (code == HY_OK) {
        code = file->spool != NULL ? convert_spool(&work) : convert_extents(&work);
    }
    if (code == HY_OK) {
        code = hy_conversion_finish(work.conversion);
    }
    hy_conversion_destroy(work.conversion);
    hy_buf_finish(&work.record);
    hy_buf_finish(&work.line);
    return code;
}

#include "pipeline/process/process.h"

#include "pipeline/process/cloudwatch_logs.h"
#include "pipeline/process/deaggregate.h"
#include "pipeline/process/decompress.h"
#include "store/part.h"

#include <stdlib.h>

/* Bytes that sub-records point into. */
struct text {
    struct text *next;
    struct hy_buf bytes;
};

struct hy_process {
    const struct hy_process_spec *spec;
    struct hy_decompressor *decompressor; /* made when it is first needed */
    struct text *texts;
    struct hy_processed_list going, ended;
    hy_sv pieces[HY_SUB_RECORDS_MAX];
};

static const struct hy_failure not_decompressed = {
    "Decompression failed.", /* literally, full stop included */
    "Decompression failed because input data does not conform to cloudwatch log.",
};

struct hy_process *hy_process_create(const struct hy_stream_spec *spec)
{
    struct hy_process *process = calloc(1, sizeof *process);
    if (process != NULL) {
        process->spec = &spec->process;
    }
    return process;
}

void hy_process_destroy(struct hy_process *process)
{
    if (process == NULL) {
        return;
    }
    while (process->texts != NULL) {
        struct text *text = process->texts;
        process->texts = text->next;
        hy_buf_finish(&text->bytes);
        free(text);
    }
    hy_decompressor_destroy(process->decompressor);
    free(process->going.items);
    free(process->ended.items);
    free(process);
}

static struct hy_buf *new_text(struct hy_process *process)
{
    struct text *text = malloc(sizeof *text);
    if (text == NULL) {
        return NULL;
    }
    hy_buf_init(&text->bytes, HY_DECOMPRESSED_BYTES_MAX);
    text->next = process->texts;
    process->texts = text;
    return &text->bytes;
}

static void drop_text(struct hy_process *process)
{
    struct text *text = process->texts;
    process->texts = text->next;
    hy_buf_finish(&text->bytes);
    free(text);
}

static enum hy_code add(struct hy_processed_list *list, const struct hy_processed *record)
{
    if (list->count == list->cap) {
        const size_t cap = list->cap == 0 ? 64 : list->cap * 2;
        struct hy_processed *items = realloc(list->items, cap * sizeof *items);
        if (items == NULL) {
            return HY_NO_MEMORY;
        }
        list->items = items;
        list->cap = cap;
    }
    list->items[list->count++] = *record;
    return HY_OK;
}

/* HY_MALFORMED: it has failed. */
static enum hy_code decompress(struct hy_process *process, hy_sv packed, hy_sv *out)
{
    if (process->decompressor == NULL) {
        process->decompressor = hy_decompressor_create();
    }
    struct hy_buf *plain = process->decompressor == NULL ? NULL : new_text(process);
    if (plain == NULL) {
        return HY_NO_MEMORY;
    }
    enum hy_code code = hy_decompress_gzip(process->decompressor, packed, plain);
    if (code != HY_OK) {
        return code;
    }
    *out = hy_buf_sv(plain);
    if (!process->spec->extract_messages) {
        return hy_cloudwatch_logs_read(*out, NULL);
    }
    struct hy_buf messages;
    hy_buf_init(&messages, HY_DECOMPRESSED_BYTES_MAX);
    code = hy_cloudwatch_logs_read(*out, &messages);
    if (code != HY_OK) {
        hy_buf_finish(&messages);
        return code;
    }
    hy_buf_finish(plain); /* its place is for what was found in it */
    *plain = messages;
    *out = hy_buf_sv(plain);
    return HY_OK;
}

static enum hy_code split(struct hy_process *process, const struct hy_processed *whole,
                          const struct hy_seqset *known)
{
    const size_t count = hy_deaggregate(process->spec, whole->data, process->pieces);
    enum hy_code code = HY_OK;
    for (size_t i = 0; code == HY_OK && i < count; i++) {
        struct hy_processed piece = *whole;
        piece.place = (unsigned)i;
        piece.places = (unsigned)count;
        piece.data = process->pieces[i];
        piece.raw = process->spec->decompress || count == 1 ? whole->raw : piece.data;
        piece.source_bytes = i == 0 ? whole->source_bytes : 0;
        if (count == 1 || known == NULL ||
            !hy_seqset_has(known, hy_part_number(piece.seq, piece.place))) {
            code = add(&process->going, &piece);
        }
    }
    return code;
}

enum hy_code hy_process_record(struct hy_process *process, const struct hy_frame *frame,
                               const struct hy_seqset *known)
{
    struct hy_processed record = {
        .seq = frame->seq,
        .places = 1,
        .note = frame->note,
        .arrived_ms = frame->arrived_ms,
        .source_bytes = (uint32_t)frame->data.len,
        .outcome = HY_OUTCOME_OK,
        .data = frame->data,
        .raw = frame->data,
    };
    if (!process->spec->decompress) {
        return split(process, &record, known);
    }
    const enum hy_code code = decompress(process, frame->data, &record.data);
    if (code == HY_MALFORMED) {
        drop_text(process);
        record.outcome = HY_OUTCOME_FAILED;
        record.failure = &not_decompressed;
        record.error_type = "decompression-failed";
        record.without_lambda = true;
        record.attempts_made = 1;
        return add(&process->ended, &record);
    }
    if (code == HY_OK && record.data.len == 0) {
        drop_text(process);
        record.outcome = HY_OUTCOME_DROPPED;
        return add(&process->ended, &record);
    }
    return code == HY_OK ? split(process, &record, known) : code;
}

struct hy_processed_list *hy_process_going(struct hy_process *process)
{
    return &process->going;
}

struct hy_processed_list *hy_process_ended(struct hy_process *process)
{
    return &process->ended;
}

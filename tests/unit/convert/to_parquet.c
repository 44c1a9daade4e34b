/* to_parquet.c - JSON lines to a Parquet file: what the end-to-end test reads back.
 *
 *   to_parquet TABLE.json IN.jsonl OUT.parquet [OPTION=VALUE...]
 *
 * Every line is a record. Options: rules=hive, codec=gzip|snappy|none, version=2, dictionary=0,
 * page=BYTES, block=BYTES, case=sensitive, dots=1, map=COLUMN:KEY, format=PATTERN. Prints what
 * became of the lines as JSON; lines that do not fit with their code and message.
 */
#include "base/json_write.h"
#include "pipeline/convert/parquet.h"
#include "pipeline/convert/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAPPINGS_MAX = 8, FORMATS_MAX = 8 };

struct job {
    struct hy_row_options rows;
    struct hy_row_mapping mappings[MAPPINGS_MAX];
    hy_sv formats[FORMATS_MAX];
    struct hy_parquet_options parquet;
    uint64_t row_count, record_count, failed_count;
    struct hy_buf failures; /* JSON */
};

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    *len = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*len + 1);
    if (bytes == NULL || fread(bytes, 1, *len, file) != *len) {
        perror(path);
        exit(2);
    }
    (void)fclose(file);
    return bytes;
}

static enum hy_code write_file(void *ctx, hy_sv bytes)
{
    return fwrite(bytes.ptr, 1, bytes.len, ctx) == bytes.len ? HY_OK : HY_IO;
}

static void set_option(struct job *job, hy_sv word)
{
    hy_sv value = word;
    const hy_sv name = hy_sv_cut(&value, '=');
    uint64_t number = 0;
    (void)hy_sv_to_u64(value, &number);
    if (hy_sv_equal(name, HY_SV("rules"))) {
        job->rows.rules = HY_RULES_HIVE;
    } else if (hy_sv_equal(name, HY_SV("codec"))) {
        job->parquet.codec = hy_sv_equal(value, HY_SV("gzip"))   ? HY_PARQUET_GZIP
                             : hy_sv_equal(value, HY_SV("none")) ? HY_PARQUET_UNCOMPRESSED
                                                                 : HY_PARQUET_SNAPPY;
    } else if (hy_sv_equal(name, HY_SV("version"))) {
        job->parquet.is_v2 = number == 2;
    } else if (hy_sv_equal(name, HY_SV("dictionary"))) {
        job->parquet.has_dictionary = number != 0;
    } else if (hy_sv_equal(name, HY_SV("page"))) {
        job->parquet.page_bytes = number;
    } else if (hy_sv_equal(name, HY_SV("block"))) {
        job->parquet.block_bytes = number;
    } else if (hy_sv_equal(name, HY_SV("case"))) {
        job->rows.case_sensitive = true;
    } else if (hy_sv_equal(name, HY_SV("dots"))) {
        job->rows.dots_to_underscores = true;
    } else if (hy_sv_equal(name, HY_SV("map")) && job->rows.mapping_count < MAPPINGS_MAX) {
        const hy_sv column = hy_sv_cut(&value, ':');
        job->mappings[job->rows.mapping_count++] = (struct hy_row_mapping){ column, value };
    } else if (hy_sv_equal(name, HY_SV("format")) &&
               job->rows.timestamp_format_count < FORMATS_MAX) {
        job->formats[job->rows.timestamp_format_count++] = value;
    } else {
        fprintf(stderr, "unknown option %.*s\n", HY_SV_ARG(word));
        exit(2);
    }
}

static void note_failure(struct job *job, const struct hy_row_failure *failure)
{
    struct hy_json_write json;
    hy_json_write_init(&json, &job->failures);
    json.needs_comma = job->failed_count++ > 0;
    hy_json_begin_object(&json);
    hy_json_name(&json, HY_SV("record"));
    hy_json_u64(&json, job->record_count - 1);
    hy_json_name(&json, HY_SV("code"));
    hy_json_string(&json, hy_sv_of(failure->code));
    hy_json_name(&json, HY_SV("message"));
    hy_json_string(&json, hy_sv_of(failure->message));
    hy_json_end_object(&json);
}

static enum hy_code convert(struct job *job, hy_sv lines, struct hy_parquet *parquet)
{
    struct hy_row_reader *reader = hy_row_reader_create(hy_parquet_columns(parquet), &job->rows);
    enum hy_code code = reader == NULL ? HY_NO_MEMORY : HY_OK;
    while (code == HY_OK && lines.len > 0) {
        struct hy_row_failure failure;
        uint64_t rows = 0;
        const hy_sv record = hy_sv_cut(&lines, '\n');
        job->record_count++;
        code = hy_row_read(reader, record, &rows, &failure);
        if (code == HY_OK) {
            job->row_count += rows;
            code = hy_parquet_commit(parquet, rows);
        } else if (code == HY_MALFORMED) {
            note_failure(job, &failure);
            code = HY_OK;
        }
    }
    hy_row_reader_destroy(reader);
    return code == HY_OK ? hy_parquet_finish(parquet) : code;
}

static enum hy_code run(struct job *job, const struct hy_schema *schema, hy_sv lines,
                        const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return HY_IO;
    }
    const struct hy_parquet_sink sink = { .write = write_file, .ctx = file };
    struct hy_parquet *parquet = hy_parquet_create(schema, &job->parquet, &sink);
    enum hy_code code = parquet == NULL ? HY_NO_MEMORY : convert(job, lines, parquet);
    hy_parquet_destroy(parquet);
    return fclose(file) == 0 ? code : HY_IO;
}

int main(int argc, char **argv)
{
    struct job job = {
        .parquet = { .block_bytes = 256u << 20, .page_bytes = 1u << 20,
                     .codec = HY_PARQUET_SNAPPY, .has_dictionary = true,
                     .created_by = HY_SV("hydrant version 0.1.0") },
    };
    const struct hy_parquet_pair pair = { HY_SV("written.by"), HY_SV("to_parquet") };
    struct hy_schema *schema = NULL;
    struct hy_err err;
    if (argc < 4) {
        fprintf(stderr, "usage: to_parquet TABLE.json IN.jsonl OUT.parquet [OPTION=VALUE...]\n");
        return 2;
    }
    for (int i = 4; i < argc; i++) {
        set_option(&job, hy_sv_of(argv[i]));
    }
    job.rows.mappings = job.mappings;
    job.rows.timestamp_formats = job.formats;
    job.parquet.metadata = &pair;
    job.parquet.metadata_count = 1;
    hy_buf_init(&job.failures, SIZE_MAX / 2);

    size_t table_len = 0, lines_len = 0;
    char *table = read_file(argv[1], &table_len);
    char *lines = read_file(argv[2], &lines_len);
    if (hy_schema_parse((hy_sv){ table, table_len }, &schema, &err) != HY_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], err.text);
        free(table);
        free(lines);
        return 1;
    }
    const clock_t began = clock();
    const enum hy_code code = run(&job, schema, (hy_sv){ lines, lines_len }, argv[3]);
    printf("{\"code\":\"%s\",\"records\":%llu,\"rows\":%llu,\"seconds\":%.3f,"
           "\"failures\":[%.*s]}\n",
           hy_code_name(code), (unsigned long long)job.record_count,
           (unsigned long long)job.row_count, (double)(clock() - began) / CLOCKS_PER_SEC,
           HY_SV_ARG(hy_buf_sv(&job.failures)));
    hy_buf_finish(&job.failures);
    hy_schema_destroy(schema);
    free(table);
    free(lines);
    return code == HY_OK ? 0 : 1;
}

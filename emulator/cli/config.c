#include "cli/config.h"

#include "cli/config_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All of the object that has just begun, as it stands in the file. */
HY_MUST_CHECK
static enum hy_code take_object(struct hy_config_reader *reader, hy_sv *object, size_t *line)
{
    const char *begin = reader->text.ptr + reader->scan.offset;
    *line = hy_json_line(reader->text, reader->scan.offset);
    if (!hy_json_skip(&reader->scan)) {
        return hy_config_complain_json(reader);
    }
    *object = (hy_sv){ begin, (size_t)(reader->text.ptr + reader->scan.offset + 1 - begin) };
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_table(struct hy_config_reader *reader)
{
    struct hy_config *config = reader->config;
    hy_sv table = { NULL, 0 };
    size_t line = 0;
    const enum hy_code code = take_object(reader, &table, &line);
    if (code != HY_OK) {
        return code;
    }
    struct hy_config_table *grown =
        realloc(config->tables, (config->table_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    config->tables = grown;
    grown[config->table_count] = (struct hy_config_table){ hy_sv_dup(table), line };
    return grown[config->table_count++].json != NULL ? HY_OK : HY_NO_MEMORY;
}

HY_MUST_CHECK
static enum hy_code read_stream(struct hy_config_reader *reader)
{
    struct hy_config *config = reader->config;
    hy_sv request = { NULL, 0 };
    size_t line = 0;
    const enum hy_code code = take_object(reader, &request, &line);
    if (code != HY_OK) {
        return code;
    }
    struct hy_config_stream *grown =
        realloc(config->streams, (config->stream_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    config->streams = grown;
    grown[config->stream_count] = (struct hy_config_stream){ hy_sv_dup(request), line };
    return grown[config->stream_count++].request != NULL ? HY_OK : HY_NO_MEMORY;
}

HY_MUST_CHECK
static enum hy_code read_member(struct hy_config_reader *reader, hy_sv name)
{
    if (hy_sv_equal(name, HY_SV("buckets"))) {
        return hy_config_read_strings(reader, name, &reader->config->buckets,
                                      &reader->config->bucket_count);
    }
    if (hy_sv_equal(name, HY_SV("functions"))) {
        return hy_config_read_objects(reader, name, hy_config_read_function);
    }
    if (hy_sv_equal(name, HY_SV("streams"))) {
        return hy_config_read_objects(reader, name, read_stream);
    }
    if (hy_sv_equal(name, HY_SV("tables"))) {
        return hy_config_read_objects(reader, name, read_table);
    }
    if (hy_sv_equal(name, HY_SV("credentials"))) {
        return hy_config_read_objects(reader, name, hy_config_read_credential);
    }
    if (hy_sv_equal(name, HY_SV("kinesis"))) {
        return hy_config_read_kinesis(reader);
    }
    return hy_config_complain(reader, reader->scan.offset, name,
                              "unknown member; known are buckets, functions, streams, tables, "
                              "credentials, kinesis");
}

HY_MUST_CHECK
static enum hy_code read_document(struct hy_config_reader *reader)
{
    enum hy_code code =
        hy_config_expect(reader, HY_JSON_OBJECT_BEGIN, HY_SV(""), "one JSON object");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ERROR) {
            return hy_config_complain_json(reader);
        }
        if (token == HY_JSON_OBJECT_END) {
            return hy_json_next(&reader->scan) == HY_JSON_END ? HY_OK
                                                              : hy_config_complain_json(reader);
        }
        code = read_member(reader, reader->scan.text);
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code read_file(const char *path, struct hy_buf *text, struct hy_err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return hy_fail(err, HY_INVALID, "%s: %s", path, strerror(errno));
    }
    size_t got = 1;
    while (got > 0 && !text->failed) {
        char *room = hy_buf_reserve(text, 64 * 1024);
        got = room == NULL ? 0 : fread(room, 1, 64 * 1024, file);
        hy_buf_commit(text, got);
    }
    bool bad = ferror(file) != 0;
    (void)fclose(file);
    if (bad) {
        return hy_fail(err, HY_INVALID, "%s: cannot be read", path);
    }
    return text->failed
               ? hy_fail(err, HY_INVALID, "%s: larger than %d bytes", path, HY_CONFIG_BYTES_MAX)
               : HY_OK;
}

enum hy_code hy_config_read(const char *path, struct hy_config *config, struct hy_err *err)
{
    struct hy_buf text;
    hy_buf_init(&text, HY_CONFIG_BYTES_MAX);
    *config = (struct hy_config){ .path = hy_sv_dup(hy_sv_of(path)) };
    enum hy_code code = config->path == NULL ? HY_NO_MEMORY : read_file(path, &text, err);
    if (code == HY_OK) {
        struct hy_config_reader reader = {
            .path = path, .text = hy_buf_sv(&text), .config = config, .err = err
        };
        hy_json_scan_init(&reader.scan, reader.text);
        code = read_document(&reader);
    }
    hy_buf_finish(&text);
    if (code == HY_NO_MEMORY) {
        code = hy_fail(err, HY_NO_MEMORY, "%s: out of memory", path);
    }
    if (code != HY_OK) {
        hy_config_finish(config);
    }
    return code;
}

void hy_config_finish(struct hy_config *config)
{
    for (size_t i = 0; i < config->bucket_count; i++) {
        free(config->buckets[i]);
    }
    for (size_t i = 0; i < config->function_count; i++) {
        hy_function_spec_destroy(config->functions[i]);
    }
    for (size_t i = 0; i < config->stream_count; i++) {
        free(config->streams[i].request);
    }
    for (size_t i = 0; i < config->table_count; i++) {
        free(config->tables[i].json);
    }
    for (size_t i = 0; i < config->credential_count; i++) {
        free(config->credentials[i].access_key);
        free(config->credentials[i].secret_key);
        free(config->credentials[i].session_token);
    }
    hy_config_free_kinesis(&config->kinesis);
    free(config->buckets);
    free(config->functions);
    free(config->streams);
    free(config->tables);
    free(config->credentials);
    free(config->path);
    *config = (struct hy_config){ 0 };
}

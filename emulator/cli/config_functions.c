/* config_functions.c - "functions": what Lambda would be told of them, and how they run here. */
#include "cli/config_reader.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* {"K":"V"} becomes "K=V". */
HY_MUST_CHECK
static enum hy_code read_environment(struct hy_config_reader *reader, hy_sv member, char ***list)
{
    size_t count = 0;
    enum hy_code code =
        hy_config_expect(reader, HY_JSON_OBJECT_BEGIN, member, "an object of strings");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            return HY_OK;
        }
        if (token == HY_JSON_ERROR) {
            return hy_config_complain_json(reader);
        }
        struct hy_buf pair;
        hy_buf_init(&pair, HY_CONFIG_BYTES_MAX);
        hy_sv name = reader->scan.text;
        hy_buf_append(&pair, name);
        hy_buf_append_byte(&pair, '=');
        code = hy_config_expect(reader, HY_JSON_STRING, name, "a string");
        if (code == HY_OK) {
            char *room = hy_buf_reserve(&pair, reader->scan.text.len + 1);
            if (room == NULL) {
                code = HY_NO_MEMORY;
            } else {
                size_t len = hy_json_unescape(reader->scan.text, room);
                room[len] = '\0';
                hy_buf_commit(&pair, len + 1);
                code = hy_config_push(list, count++, hy_buf_take(&pair, &len));
            }
        }
        hy_buf_finish(&pair);
    }
    return code;
}

static const struct protocol_name {
    const char *name;
    enum hy_protocol protocol;
} protocol_names[] = {
    { "auto", HY_PROTOCOL_AUTO },
    { "runtime-api", HY_PROTOCOL_RUNTIME_API },
    { "stdio", HY_PROTOCOL_STDIO },
    { "ndjson", HY_PROTOCOL_NDJSON },
};

HY_MUST_CHECK
static enum hy_code read_protocol(struct hy_config_reader *reader, hy_sv member,
                                  enum hy_protocol *out)
{
    enum hy_code code = hy_config_expect(reader, HY_JSON_STRING, member, "a string");
    if (code != HY_OK) {
        return code;
    }
    for (size_t i = 0; i < sizeof protocol_names / sizeof protocol_names[0]; i++) {
        if (hy_json_is(&reader->scan, hy_sv_of(protocol_names[i].name))) {
            *out = protocol_names[i].protocol;
            return HY_OK;
        }
    }
    return hy_config_complain(reader, reader->scan.offset, member,
                              "must be auto, runtime-api, stdio or ndjson");
}

/* A path in the file is relative to the file's folder; afterwards it is absolute. */
HY_MUST_CHECK
static enum hy_code make_absolute(struct hy_config_reader *reader, size_t offset, hy_sv member,
                                  char **path)
{
    char joined[PATH_MAX * 2];
    const char *slash = strrchr(reader->path, '/');
    if ((*path)[0] == '/' || slash == NULL) {
        (void)snprintf(joined, sizeof joined, "%s", *path);
    } else {
        (void)snprintf(joined, sizeof joined, "%.*s/%s", (int)(slash - reader->path), reader->path,
                       *path);
    }
    char *real = realpath(joined, NULL);
    if (real == NULL) {
        return hy_config_complain(reader, offset, member, "%s: %s", joined, strerror(errno));
    }
    free(*path);
    *path = real;
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_code(struct hy_config_reader *reader, hy_sv member,
                              struct hy_function_spec *spec)
{
    enum hy_code code = hy_config_read_string(reader, member, &spec->code);
    return code == HY_OK ? make_absolute(reader, reader->scan.offset, member, &spec->code) : code;
}

/* argv[0] with a slash is a path and relative to the file; without one PATH is searched. */
HY_MUST_CHECK
static enum hy_code read_command(struct hy_config_reader *reader, hy_sv member,
                                 struct hy_function_spec *spec)
{
    size_t count = 0;
    size_t offset = reader->scan.offset;
    enum hy_code code = hy_config_read_strings(reader, member, &spec->command, &count);
    if (code == HY_OK && count == 0) {
        return hy_config_complain(reader, offset, member, "must name a program");
    }
    if (code == HY_OK && strchr(spec->command[0], '/') != NULL) {
        code = make_absolute(reader, offset, member, &spec->command[0]);
    }
    return code;
}

enum { TIMEOUT_MAX = 900, MEMORY_MIN = 128, MEMORY_MAX = 10240, CONCURRENCY_MAX = 1000 };

HY_MUST_CHECK
static enum hy_code read_function_member(struct hy_config_reader *reader, hy_sv name,
                                         struct hy_function_spec *spec)
{
    if (hy_sv_equal(name, HY_SV("FunctionName"))) {
        return hy_config_read_string(reader, name, &spec->name);
    }
    if (hy_sv_equal(name, HY_SV("Runtime"))) {
        return hy_config_read_string(reader, name, &spec->runtime);
    }
    if (hy_sv_equal(name, HY_SV("Handler"))) {
        return hy_config_read_string(reader, name, &spec->handler);
    }
    if (hy_sv_equal(name, HY_SV("Code"))) {
        return read_code(reader, name, spec);
    }
    if (hy_sv_equal(name, HY_SV("Command"))) {
        return read_command(reader, name, spec);
    }
    if (hy_sv_equal(name, HY_SV("Url"))) {
        return hy_config_read_string(reader, name, &spec->url);
    }
    if (hy_sv_equal(name, HY_SV("Protocol"))) {
        return read_protocol(reader, name, &spec->protocol);
    }
    if (hy_sv_equal(name, HY_SV("Environment"))) {
        return read_environment(reader, name, &spec->environment);
    }
    if (hy_sv_equal(name, HY_SV("Timeout"))) {
        return hy_config_read_unsigned(reader, name, 1, TIMEOUT_MAX, &spec->timeout_s);
    }
    if (hy_sv_equal(name, HY_SV("MemorySize"))) {
        return hy_config_read_unsigned(reader, name, MEMORY_MIN, MEMORY_MAX, &spec->memory_mib);
    }
    if (hy_sv_equal(name, HY_SV("Concurrency"))) {
        return hy_config_read_unsigned(reader, name, 0, CONCURRENCY_MAX, &spec->concurrency);
    }
    return hy_config_complain(reader, reader->scan.offset, name, "unknown member of a function");
}

HY_MUST_CHECK
static enum hy_code check_function(struct hy_config_reader *reader, size_t offset,
                                   const struct hy_function_spec *spec)
{
    if (spec->name == NULL) {
        return hy_config_complain(reader, offset, HY_SV("functions"), "FunctionName is missing");
    }
    int ways = (spec->code != NULL) + (spec->command != NULL) + (spec->url != NULL);
    if (ways != 1) {
        return hy_config_complain(
            reader, offset, hy_sv_of(spec->name),
            "needs exactly one of Code (with Runtime and Handler), Command and Url");
    }
    if (spec->code != NULL && spec->runtime == NULL) {
        return hy_config_complain(reader, offset, hy_sv_of(spec->name), "Code needs a Runtime");
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code push_function(struct hy_config *config, struct hy_function_spec *spec)
{
    size_t count = config->function_count;
    struct hy_function_spec **grown = realloc(config->functions, (count + 1) * sizeof *grown);
    if (grown == NULL) {
        hy_function_spec_destroy(spec);
        return HY_NO_MEMORY;
    }
    grown[count] = spec;
    config->functions = grown;
    config->function_count = count + 1;
    return HY_OK;
}

enum hy_code hy_config_read_function(struct hy_config_reader *reader)
{
    size_t offset = reader->scan.offset;
    struct hy_function_spec *spec = hy_function_spec_create(HY_SV(""));
    if (spec == NULL) {
        return HY_NO_MEMORY;
    }
    free(spec->name);
    spec->name = NULL;
    enum hy_code code = HY_OK;
    enum hy_json_token token = hy_json_next(&reader->scan);
    for (; code == HY_OK && token == HY_JSON_NAME; token = hy_json_next(&reader->scan)) {
        code = read_function_member(reader, reader->scan.text, spec);
        if (code != HY_OK) {
            break;
        }
    }
    if (code == HY_OK) {
        code = token == HY_JSON_ERROR ? hy_config_complain_json(reader)
                                      : check_function(reader, offset, spec);
    }
    if (code != HY_OK) {
        hy_function_spec_destroy(spec);
        return code;
    }
    return push_function(reader->config, spec);
}

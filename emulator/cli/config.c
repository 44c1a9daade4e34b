#include "cli/config.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/date_read.h"
#include "base/json_scan.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

/* The file while it is read: one scanner walks it from top to bottom. */
struct reader {
    const char *path;
    hy_sv text;
    struct hy_json_scan scan;
    struct hy_config *config;
    struct hy_err *err;
};

HY_PRINTF(4, 5) HY_MUST_CHECK
static enum hy_code complain(struct reader *reader, size_t offset, hy_sv member,
                             const char *format, ...);

static enum hy_code complain(struct reader *reader, size_t offset, hy_sv member,
                             const char *format, ...)
{
    char sentence[1024];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return hy_fail(reader->err, HY_INVALID, "%s:%zu: %.*s%s%s", reader->path,
                   hy_json_line(reader->text, offset), HY_SV_ARG(member),
                   member.len > 0 ? ": " : "", sentence);
}

/* The scanner stopped: the file is not JSON there. */
HY_MUST_CHECK
static enum hy_code complain_json(struct reader *reader)
{
    return complain(reader, reader->scan.offset, HY_SV(""), "not JSON: %s", reader->scan.error);
}

/* ---- values ---------------------------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code expect(struct reader *reader, enum hy_json_token wanted, hy_sv member,
                           const char *what)
{
    enum hy_json_token token = hy_json_next(&reader->scan);
    if (token == HY_JSON_ERROR) {
        return complain_json(reader);
    }
    return token == wanted ? HY_OK
                           : complain(reader, reader->scan.offset, member, "must be %s", what);
}

/* The scanner's string, decoded, on the heap. */
HY_MUST_CHECK
static enum hy_code take_string(struct reader *reader, hy_sv member, char **out)
{
    char *text = malloc(reader->scan.text.len + 1);
    if (text == NULL) {
        return HY_NO_MEMORY;
    }
    size_t len = hy_json_unescape(reader->scan.text, text);
    text[len] = '\0';
    if (len == 0 || memchr(text, '\0', len) != NULL) {
        free(text);
        return complain(reader, reader->scan.offset, member, "must not be empty or hold a NUL");
    }
    free(*out);
    *out = text;
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_string(struct reader *reader, hy_sv member, char **out)
{
    enum hy_code code = expect(reader, HY_JSON_STRING, member, "a string");
    return code == HY_OK ? take_string(reader, member, out) : code;
}

HY_MUST_CHECK
static enum hy_code read_unsigned(struct reader *reader, hy_sv member, unsigned min, unsigned max,
                                  unsigned *out)
{
    uint64_t number;
    enum hy_code code = expect(reader, HY_JSON_NUMBER, member, "a number");
    if (code != HY_OK) {
        return code;
    }
    if (!hy_sv_to_u64(reader->scan.text, &number) || number < min || number > max) {
        return complain(reader, reader->scan.offset, member, "must be a whole number, %u to %u",
                        min, max);
    }
    *out = (unsigned)number;
    return HY_OK;
}

/* Appends one pointer to a NULL-terminated list on the heap; takes `item`. */
HY_MUST_CHECK
static enum hy_code push(char ***list, size_t count, char *item)
{
    char **grown = realloc(*list, (count + 2) * sizeof *grown);
    if (grown == NULL) {
        free(item);
        return HY_NO_MEMORY;
    }
    grown[count] = item;
    grown[count + 1] = NULL;
    *list = grown;
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_strings(struct reader *reader, hy_sv member, char ***list, size_t *count)
{
    enum hy_code code = expect(reader, HY_JSON_ARRAY_BEGIN, member, "a list of strings");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            return HY_OK;
        }
        if (token == HY_JSON_ERROR) {
            return complain_json(reader);
        }
        if (token != HY_JSON_STRING) {
            return complain(reader, reader->scan.offset, member, "must hold strings only");
        }
        char *item = NULL;
        code = take_string(reader, member, &item);
        if (code == HY_OK) {
            code = push(list, *count, item);
            *count += code == HY_OK;
        }
    }
    return code;
}

/* {"K":"V"} becomes "K=V". */
HY_MUST_CHECK
static enum hy_code read_environment(struct reader *reader, hy_sv member, char ***list)
{
    size_t count = 0;
    enum hy_code code = expect(reader, HY_JSON_OBJECT_BEGIN, member, "an object of strings");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_OBJECT_END) {
            return HY_OK;
        }
        if (token == HY_JSON_ERROR) {
            return complain_json(reader);
        }
        struct hy_buf pair;
        hy_buf_init(&pair, FILE_BYTES_MAX);
        hy_sv name = reader->scan.text;
        hy_buf_append(&pair, name);
        hy_buf_append_byte(&pair, '=');
        code = expect(reader, HY_JSON_STRING, name, "a string");
        if (code == HY_OK) {
            char *room = hy_buf_reserve(&pair, reader->scan.text.len + 1);
            if (room == NULL) {
                code = HY_NO_MEMORY;
            } else {
                size_t len = hy_json_unescape(reader->scan.text, room);
                room[len] = '\0';
                hy_buf_commit(&pair, len + 1);
                code = push(list, count++, hy_buf_take(&pair, &len));
            }
        }
        hy_buf_finish(&pair);
    }
    return code;
}

/* ---- functions ------------------------------------------------------------------------- */

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
static enum hy_code read_protocol(struct reader *reader, hy_sv member, enum hy_protocol *out)
{
    enum hy_code code = expect(reader, HY_JSON_STRING, member, "a string");
    if (code != HY_OK) {
        return code;
    }
    for (size_t i = 0; i < sizeof protocol_names / sizeof protocol_names[0]; i++) {
        if (hy_json_is(&reader->scan, hy_sv_of(protocol_names[i].name))) {
            *out = protocol_names[i].protocol;
            return HY_OK;
        }
    }
    return complain(reader, reader->scan.offset, member,
                    "must be auto, runtime-api, stdio or ndjson");
}

/* A path in the file is relative to the file's folder; afterwards it is absolute. */
HY_MUST_CHECK
static enum hy_code make_absolute(struct reader *reader, size_t offset, hy_sv member, char **path)
{
    char joined[PATH_MAX * 2];
    const char *slash = strrchr(reader->path, '/');
    if ((*path)[0] == '/' || slash == NULL) {
        (void)snprintf(joined, sizeof joined, "%s", *path);
    } else {
        (void)snprintf(joined, sizeof joined, "%.*s/%s", (int)(slash - reader->path),
                       reader->path, *path);
    }
    char *real = realpath(joined, NULL);
    if (real == NULL) {
        return complain(reader, offset, member, "%s: %s", joined, strerror(errno));
    }
    free(*path);
    *path = real;
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_code(struct reader *reader, hy_sv member, struct hy_function_spec *spec)
{
    enum hy_code code = read_string(reader, member, &spec->code);
    return code == HY_OK ? make_absolute(reader, reader->scan.offset, member, &spec->code) : code;
}

/* argv[0] with a slash is a path and relative to the file; without one PATH is searched. */
HY_MUST_CHECK
static enum hy_code read_command(struct reader *reader, hy_sv member,
                                 struct hy_function_spec *spec)
{
    size_t count = 0;
    size_t offset = reader->scan.offset;
    enum hy_code code = read_strings(reader, member, &spec->command, &count);
    if (code == HY_OK && count == 0) {
        return complain(reader, offset, member, "must name a program");
    }
    if (code == HY_OK && strchr(spec->command[0], '/') != NULL) {
        code = make_absolute(reader, offset, member, &spec->command[0]);
    }
    return code;
}

enum { TIMEOUT_MAX = 900, MEMORY_MIN = 128, MEMORY_MAX = 10240, CONCURRENCY_MAX = 1000 };

HY_MUST_CHECK
static enum hy_code read_function_member(struct reader *reader, hy_sv name,
                                         struct hy_function_spec *spec)
{
    if (hy_sv_equal(name, HY_SV("FunctionName"))) {
        return read_string(reader, name, &spec->name);
    }
    if (hy_sv_equal(name, HY_SV("Runtime"))) {
        return read_string(reader, name, &spec->runtime);
    }
    if (hy_sv_equal(name, HY_SV("Handler"))) {
        return read_string(reader, name, &spec->handler);
    }
    if (hy_sv_equal(name, HY_SV("Code"))) {
        return read_code(reader, name, spec);
    }
    if (hy_sv_equal(name, HY_SV("Command"))) {
        return read_command(reader, name, spec);
    }
    if (hy_sv_equal(name, HY_SV("Url"))) {
        return read_string(reader, name, &spec->url);
    }
    if (hy_sv_equal(name, HY_SV("Protocol"))) {
        return read_protocol(reader, name, &spec->protocol);
    }
    if (hy_sv_equal(name, HY_SV("Environment"))) {
        return read_environment(reader, name, &spec->environment);
    }
    if (hy_sv_equal(name, HY_SV("Timeout"))) {
        return read_unsigned(reader, name, 1, TIMEOUT_MAX, &spec->timeout_s);
    }
    if (hy_sv_equal(name, HY_SV("MemorySize"))) {
        return read_unsigned(reader, name, MEMORY_MIN, MEMORY_MAX, &spec->memory_mib);
    }
    if (hy_sv_equal(name, HY_SV("Concurrency"))) {
        return read_unsigned(reader, name, 0, CONCURRENCY_MAX, &spec->concurrency);
    }
    return complain(reader, reader->scan.offset, name, "unknown member of a function");
}

HY_MUST_CHECK
static enum hy_code check_function(struct reader *reader, size_t offset,
                                   const struct hy_function_spec *spec)
{
    if (spec->name == NULL) {
        return complain(reader, offset, HY_SV("functions"), "FunctionName is missing");
    }
    int ways = (spec->code != NULL) + (spec->command != NULL) + (spec->url != NULL);
    if (ways != 1) {
        return complain(reader, offset, hy_sv_of(spec->name),
                        "needs exactly one of Code (with Runtime and Handler), Command and Url");
    }
    if (spec->code != NULL && spec->runtime == NULL) {
        return complain(reader, offset, hy_sv_of(spec->name), "Code needs a Runtime");
    }
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code push_function(struct hy_config *config, struct hy_function_spec *spec)
{
    size_t count = config->function_count;
    struct hy_function_spec **grown =
        realloc(config->functions, (count + 1) * sizeof *grown);
    if (grown == NULL) {
        hy_function_spec_destroy(spec);
        return HY_NO_MEMORY;
    }
    grown[count] = spec;
    config->functions = grown;
    config->function_count = count + 1;
    return HY_OK;
}

HY_MUST_CHECK
static enum hy_code read_function(struct reader *reader)
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
        code = token == HY_JSON_ERROR ? complain_json(reader)
                                      : check_function(reader, offset, spec);
    }
    if (code != HY_OK) {
        hy_function_spec_destroy(spec);
        return code;
    }
    return push_function(reader->config, spec);
}

/* ---- streams --------------------------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code read_stream(struct reader *reader)
{
    struct hy_config *config = reader->config;
    const char *begin = reader->text.ptr + reader->scan.offset;
    size_t line = hy_json_line(reader->text, reader->scan.offset);
    if (!hy_json_skip(&reader->scan)) {
        return complain_json(reader);
    }
    hy_sv request = { begin, (size_t)(reader->text.ptr + reader->scan.offset + 1 - begin) };
    struct hy_config_stream *grown =
        realloc(config->streams, (config->stream_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    config->streams = grown;
    grown[config->stream_count] = (struct hy_config_stream){ hy_sv_dup(request), line };
    return grown[config->stream_count++].request != NULL ? HY_OK : HY_NO_MEMORY;
}

/* ---- credentials ------------------------------------------------------------------------ */

/* It stands in headers and scopes as it is; `barred` would end it there. */
HY_MUST_CHECK
static enum hy_code read_word(struct reader *reader, hy_sv member, size_t chars_max,
                              const char *barred, char **out)
{
    enum hy_code code = read_string(reader, member, out);
    for (size_t i = 0; code == HY_OK && (*out)[i] != '\0'; i++) {
        char at = (*out)[i];
        if (i >= chars_max || at <= ' ' || at > '~' || strchr(barred, at) != NULL) {
            code = complain(reader, reader->scan.offset, member, "must be one word of ASCII, at "
                            "most %zu characters%s%s", chars_max,
                            *barred == '\0' ? "" : ", none of them in ", barred);
        }
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code read_instant(struct reader *reader, hy_sv member, uint64_t *out)
{
    enum hy_code code = expect(reader, HY_JSON_STRING, member, "a string");
    return code == HY_OK && !hy_date_read_iso(reader->scan.text, out)
        ? complain(reader, reader->scan.offset, member,
                   "must be an instant such as 2026-01-31T23:59:59Z") : code;
}

HY_MUST_CHECK
static enum hy_code read_credential_member(struct reader *reader, hy_sv name,
                                           struct hy_credential_spec *spec)
{
    if (hy_sv_equal(name, HY_SV("AccessKeyId"))) {
        return read_word(reader, name, HY_ACCESS_KEY_CHARS_MAX, "/,%+&=", &spec->access_key);
    }
    if (hy_sv_equal(name, HY_SV("SecretAccessKey"))) {
        return read_word(reader, name, HY_SECRET_KEY_CHARS_MAX, "", &spec->secret_key);
    }
    if (hy_sv_equal(name, HY_SV("SessionToken"))) {
        return read_word(reader, name, HY_SESSION_TOKEN_CHARS_MAX, "", &spec->session_token);
    }
    if (hy_sv_equal(name, HY_SV("Expiration"))) {
        return read_instant(reader, name, &spec->expires_ms);
    }
    return complain(reader, reader->scan.offset, name, "unknown member of a credential");
}

HY_MUST_CHECK
static enum hy_code check_credential(struct reader *reader, size_t offset,
                                     const struct hy_credential_spec *spec)
{
    if (spec->access_key == NULL || spec->secret_key == NULL) {
        return complain(reader, offset, HY_SV("credentials"), "%s is missing",
                        spec->access_key == NULL ? "AccessKeyId" : "SecretAccessKey");
    }
    const struct hy_config *config = reader->config;
    for (size_t i = 0; i + 1 < config->credential_count; i++) {
        if (strcmp(config->credentials[i].access_key, spec->access_key) == 0) {
            return complain(reader, offset, hy_sv_of(spec->access_key), "is there twice");
        }
    }
    return HY_OK;
}

/* It is part of the config from the start, so that hy_config_finish frees a half-read one. */
HY_MUST_CHECK
static enum hy_code read_credential(struct reader *reader)
{
    struct hy_config *config = reader->config;
    size_t offset = reader->scan.offset;
    struct hy_credential_spec *grown =
        realloc(config->credentials, (config->credential_count + 1) * sizeof *grown);
    if (grown == NULL) {
        return HY_NO_MEMORY;
    }
    config->credentials = grown;
    struct hy_credential_spec *spec = &grown[config->credential_count++];
    *spec = (struct hy_credential_spec){ .expires_ms = HY_NEVER_MS };
    enum hy_json_token token = hy_json_next(&reader->scan);
    for (; token == HY_JSON_NAME; token = hy_json_next(&reader->scan)) {
        enum hy_code code = read_credential_member(reader, reader->scan.text, spec);
        if (code != HY_OK) {
            return code;
        }
    }
    return token == HY_JSON_ERROR ? complain_json(reader) : check_credential(reader, offset, spec);
}

/* ---- the file -------------------------------------------------------------------------- */

HY_MUST_CHECK
static enum hy_code read_objects(struct reader *reader, hy_sv member,
                                 enum hy_code (*read)(struct reader *reader))
{
    enum hy_code code = expect(reader, HY_JSON_ARRAY_BEGIN, member, "a list of objects");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            return HY_OK;
        }
        if (token == HY_JSON_ERROR) {
            return complain_json(reader);
        }
        if (token != HY_JSON_OBJECT_BEGIN) {
            return complain(reader, reader->scan.offset, member, "must hold objects only");
        }
        code = read(reader);
    }
    return code;
}

HY_MUST_CHECK
static enum hy_code read_member(struct reader *reader, hy_sv name)
{
    if (hy_sv_equal(name, HY_SV("buckets"))) {
        return read_strings(reader, name, &reader->config->buckets,
                            &reader->config->bucket_count);
    }
    if (hy_sv_equal(name, HY_SV("functions"))) {
        return read_objects(reader, name, read_function);
    }
    if (hy_sv_equal(name, HY_SV("streams"))) {
        return read_objects(reader, name, read_stream);
    }
    if (hy_sv_equal(name, HY_SV("credentials"))) {
        return read_objects(reader, name, read_credential);
    }
    return complain(reader, reader->scan.offset, name,
                    "unknown member; known are buckets, functions, streams, credentials");
}

HY_MUST_CHECK
static enum hy_code read_document(struct reader *reader)
{
    enum hy_code code = expect(reader, HY_JSON_OBJECT_BEGIN, HY_SV(""), "one JSON object");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ERROR) {
            return complain_json(reader);
        }
        if (token == HY_JSON_OBJECT_END) {
            return hy_json_next(&reader->scan) == HY_JSON_END ? HY_OK : complain_json(reader);
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
    return text->failed ? hy_fail(err, HY_INVALID, "%s: larger than %d bytes", path,
                                  FILE_BYTES_MAX)
                        : HY_OK;
}

enum hy_code hy_config_read(const char *path, struct hy_config *config, struct hy_err *err)
{
    struct hy_buf text;
    hy_buf_init(&text, FILE_BYTES_MAX);
    *config = (struct hy_config){ .path = hy_sv_dup(hy_sv_of(path)) };
    enum hy_code code = config->path == NULL ? HY_NO_MEMORY : read_file(path, &text, err);
    if (code == HY_OK) {
        struct reader reader = {
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
    for (size_t i = 0; i < config->credential_count; i++) {
        free(config->credentials[i].access_key);
        free(config->credentials[i].secret_key);
        free(config->credentials[i].session_token);
    }
    free(config->buckets);
    free(config->functions);
    free(config->streams);
    free(config->credentials);
    free(config->path);
    *config = (struct hy_config){ 0 };
}

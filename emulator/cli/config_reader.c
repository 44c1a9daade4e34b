#include "cli/config_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum hy_code hy_config_complain(struct hy_config_reader *reader, size_t offset, hy_sv member,
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
enum hy_code hy_config_complain_json(struct hy_config_reader *reader)
{
    return hy_config_complain(reader, reader->scan.offset, HY_SV(""), "not JSON: %s",
                              reader->scan.error);
}

enum hy_code hy_config_expect(struct hy_config_reader *reader, enum hy_json_token wanted,
                              hy_sv member, const char *what)
{
    enum hy_json_token token = hy_json_next(&reader->scan);
    if (token == HY_JSON_ERROR) {
        return hy_config_complain_json(reader);
    }
    return token == wanted
               ? HY_OK
               : hy_config_complain(reader, reader->scan.offset, member, "must be %s", what);
}

/* The scanner's string, decoded, on the heap. */
enum hy_code hy_config_take_string(struct hy_config_reader *reader, hy_sv member, char **out)
{
    char *text = malloc(reader->scan.text.len + 1);
    if (text == NULL) {
        return HY_NO_MEMORY;
    }
    size_t len = hy_json_unescape(reader->scan.text, text);
    text[len] = '\0';
    if (len == 0 || memchr(text, '\0', len) != NULL) {
        free(text);
        return hy_config_complain(reader, reader->scan.offset, member,
                                  "must not be empty or hold a NUL");
    }
    free(*out);
    *out = text;
    return HY_OK;
}

enum hy_code hy_config_read_string(struct hy_config_reader *reader, hy_sv member, char **out)
{
    enum hy_code code = hy_config_expect(reader, HY_JSON_STRING, member, "a string");
    return code == HY_OK ? hy_config_take_string(reader, member, out) : code;
}

enum hy_code hy_config_read_unsigned(struct hy_config_reader *reader, hy_sv member, unsigned min,
                                     unsigned max, unsigned *out)
{
    uint64_t number;
    enum hy_code code = hy_config_expect(reader, HY_JSON_NUMBER, member, "a number");
    if (code != HY_OK) {
        return code;
    }
    if (!hy_sv_to_u64(reader->scan.text, &number) || number < min || number > max) {
        return hy_config_complain(reader, reader->scan.offset, member,
                                  "must be a whole number, %u to %u", min, max);
    }
    *out = (unsigned)number;
    return HY_OK;
}

/* Appends one pointer to a NULL-terminated list on the heap; takes `item`. */
enum hy_code hy_config_push(char ***list, size_t count, char *item)
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

enum hy_code hy_config_read_strings(struct hy_config_reader *reader, hy_sv member, char ***list,
                                    size_t *count)
{
    enum hy_code code = hy_config_expect(reader, HY_JSON_ARRAY_BEGIN, member, "a list of strings");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            return HY_OK;
        }
        if (token == HY_JSON_ERROR) {
            return hy_config_complain_json(reader);
        }
        if (token != HY_JSON_STRING) {
            return hy_config_complain(reader, reader->scan.offset, member,
                                      "must hold strings only");
        }
        char *item = NULL;
        code = hy_config_take_string(reader, member, &item);
        if (code == HY_OK) {
            code = hy_config_push(list, *count, item);
            *count += code == HY_OK;
        }
    }
    return code;
}

enum hy_code hy_config_read_objects(struct hy_config_reader *reader, hy_sv member,
                                    enum hy_code (*read)(struct hy_config_reader *reader))
{
    enum hy_code code = hy_config_expect(reader, HY_JSON_ARRAY_BEGIN, member, "a list of objects");
    while (code == HY_OK) {
        enum hy_json_token token = hy_json_next(&reader->scan);
        if (token == HY_JSON_ARRAY_END) {
            return HY_OK;
        }
        if (token == HY_JSON_ERROR) {
            return hy_config_complain_json(reader);
        }
        if (token != HY_JSON_OBJECT_BEGIN) {
            return hy_config_complain(reader, reader->scan.offset, member,
                                      "must hold objects only");
        }
        code = read(reader);
    }
    return code;
}

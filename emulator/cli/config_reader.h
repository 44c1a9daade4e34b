/* config_reader.h - the config file while it is read: one scanner walks it from top to bottom.
 *
 * Each part of the file is a file of its own (config_functions.c, ...), made of the readers here.
 * An error is a sentence with file, line and member in reader->err, and HY_INVALID.
 */
#ifndef HY_CLI_CONFIG_READER_H
#define HY_CLI_CONFIG_READER_H

#include "base/buf.h"
#include "base/json_scan.h"
#include "cli/config.h"

enum { HY_CONFIG_BYTES_MAX = 64 * 1024 * 1024 };

struct hy_config_reader {
    const char *path;
    hy_sv text;
    struct hy_json_scan scan;
    struct hy_config *config;
    struct hy_err *err;
};

/* `member` may be empty. Always HY_INVALID. */
HY_PRINTF(4, 5) HY_MUST_CHECK
enum hy_code hy_config_complain(struct hy_config_reader *reader, size_t offset, hy_sv member,
                                const char *format, ...);
/* The scanner stopped: the file is not JSON there. */
HY_MUST_CHECK
enum hy_code hy_config_complain_json(struct hy_config_reader *reader);

/* The next token must be `wanted`; otherwise "member: must be <what>". */
HY_MUST_CHECK
enum hy_code hy_config_expect(struct hy_config_reader *reader, enum hy_json_token wanted,
                              hy_sv member, const char *what);

/* The scanner's string, decoded, on the heap; what *out held is freed. */
HY_MUST_CHECK
enum hy_code hy_config_take_string(struct hy_config_reader *reader, hy_sv member, char **out);
HY_MUST_CHECK
enum hy_code hy_config_read_string(struct hy_config_reader *reader, hy_sv member, char **out);
HY_MUST_CHECK
enum hy_code hy_config_read_unsigned(struct hy_config_reader *reader, hy_sv member, unsigned min,
                                     unsigned max, unsigned *out);
/* Appends one pointer to a NULL-terminated list on the heap; takes `item`. */
HY_MUST_CHECK
enum hy_code hy_config_push(char ***list, size_t count, char *item);
HY_MUST_CHECK
enum hy_code hy_config_read_strings(struct hy_config_reader *reader, hy_sv member, char ***list,
                                    size_t *count);
/* A list of objects: read(reader) after each OBJECT_BEGIN, up to and with its end. */
HY_MUST_CHECK
enum hy_code hy_config_read_objects(struct hy_config_reader *reader, hy_sv member,
                                    enum hy_code (*read)(struct hy_config_reader *reader));

/* The parts: one element of "functions", of "credentials". */
HY_MUST_CHECK enum hy_code hy_config_read_function(struct hy_config_reader *reader);
HY_MUST_CHECK enum hy_code hy_config_read_credential(struct hy_config_reader *reader);
/* After the name "kinesis". */
HY_MUST_CHECK enum hy_code hy_config_read_kinesis(struct hy_config_reader *reader);
void hy_config_free_kinesis(struct hy_kinesis_spec *spec);

#endif

#include "base/log.h"

#include "base/buf.h"
#include "base/date.h"
#include "base/json_write.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
    SENTENCE_MAX = HY_ERR_TEXT_MAX,
    /* No byte becomes more than six ("\u001f"), so a line always fits: a line that is cut in the
     * middle would not be JSON. */
    LINE_MAX_BYTES = 6 * (SENTENCE_MAX + 2 * 512) + 256,
};

static struct hy_log_options options = { .level = HY_LOG_INFO, .fd = 2 };

static const char *const level_names[] = { "error", "warn", "info", "debug" };

void hy_log_setup(const struct hy_log_options *wanted)
{
    options = *wanted;
}

bool hy_log_level_of(hy_sv name, enum hy_log_level *out)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++) {
        if (hy_sv_equal(name, hy_sv_of(level_names[i]))) {
            *out = (enum hy_log_level)i;
            return true;
        }
    }
    return false;
}

bool hy_log_would(enum hy_log_level level)
{
    return level <= options.level;
}

static hy_sv cut(const char *text, size_t len_max)
{
    hy_sv all = hy_sv_of(text);
    return (hy_sv){ all.ptr, all.len > len_max ? len_max : all.len };
}

/* A line stays a line, and does nothing to the terminal it is read on. */
static void append_on_one_line(struct hy_buf *line, hy_sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte == '\n') {
            hy_buf_append(line, HY_SV("\\n"));
        } else if (byte == '\r') {
            hy_buf_append(line, HY_SV("\\r"));
        } else if (byte == '\t') {
            hy_buf_append(line, HY_SV("\\t"));
        } else if (byte < 0x20 || byte == 0x7f) {
            hy_buf_printf(line, "\\x%02x", byte);
        } else {
            hy_buf_append_byte(line, (char)byte);
        }
    }
}

static void write_text(struct hy_buf *line, enum hy_log_level level, hy_sv module, hy_sv subject,
                       hy_sv sentence)
{
    hy_buf_printf(line, "%s %.*s", level_names[level], HY_SV_ARG(module));
    if (subject.len > 0) {
        hy_buf_append_byte(line, ' ');
        append_on_one_line(line, subject);
    }
    hy_buf_append(line, HY_SV(": "));
    append_on_one_line(line, sentence);
}

static void write_json(struct hy_buf *line, enum hy_log_level level, hy_sv module, hy_sv subject,
                       hy_sv sentence)
{
    struct hy_json_write write;
    hy_json_write_init(&write, line);
    hy_json_begin_object(&write);
    if (options.clock.now_ms != NULL) {
        char time[HY_DATE_TEXT_BYTES];
        hy_date_iso(options.clock.now_ms(options.clock.ctx), time);
        hy_json_name(&write, HY_SV("time"));
        hy_json_string(&write, hy_sv_of(time));
    }
    hy_json_name(&write, HY_SV("level"));
    hy_json_string(&write, hy_sv_of(level_names[level]));
    hy_json_name(&write, HY_SV("module"));
    hy_json_string(&write, module);
    if (subject.len > 0) {
        hy_json_name(&write, HY_SV("subject"));
        hy_json_string(&write, subject);
    }
    hy_json_name(&write, HY_SV("message"));
    hy_json_string(&write, sentence);
    hy_json_end_object(&write);
}

static void send(hy_sv line)
{
    ssize_t written;
    do { /* there is nobody to tell when the log itself cannot be written */
        written = write(options.fd, line.ptr, line.len);
    } while (written < 0 && errno == EINTR);
}

void hy_log(enum hy_log_level level, const char *module, const char *subject,
            const char *format, ...)
{
    if (!hy_log_would(level)) {
        return;
    }
    int errno_before = errno;
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);

    /* On the stack with cap == max: a line costs no allocation, so "out of memory" can be told. */
    char bytes[LINE_MAX_BYTES];
    struct hy_buf line = { .data = bytes, .cap = sizeof bytes, .max = sizeof bytes };
    (options.json ? write_json : write_text)(&line, level, cut(module, 512), cut(subject, 512),
                                             hy_sv_of(sentence));
    hy_buf_append_byte(&line, '\n');
    send(hy_buf_sv(&line));
    errno = errno_before;
}

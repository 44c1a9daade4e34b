/* log.h - lines for people, on stderr: `level module key=value ...: sentence`.
 *
 * Log once, where it is handled; nothing logs and also returns. Client mistakes are `info`,
 * ours are `error`. As text or one JSON object a line (--log-format). Safe from any thread once
 * hy_log_setup has been called: a line is one write. Line breaks and control bytes are escaped;
 * a sentence is cut after HY_ERR_TEXT_MAX bytes, a subject after 512.
 */
#ifndef HY_BASE_LOG_H
#define HY_BASE_LOG_H

#include "base/clock.h"
#include "base/err.h"
#include "base/sv.h"

enum hy_log_level { HY_LOG_ERROR, HY_LOG_WARN, HY_LOG_INFO, HY_LOG_DEBUG };

struct hy_log_options {
    enum hy_log_level level; /* lines above it are left out */
    bool json;
    int fd;                  /* 2, or a pipe in tests */
    struct hy_clock clock;   /* JSON lines carry its time; zeroed: no time. Any thread calls it */
};

void hy_log_setup(const struct hy_log_options *options); /* default: INFO, text, stderr */
bool hy_log_level_of(hy_sv name, enum hy_log_level *out); /* "error" "warn" "info" "debug" */
bool hy_log_would(enum hy_log_level level);              /* worth formatting at all? */

/* `module` is the folder ("journal"); `subject` is key=value words, or NULL:
 *     hy_log(HY_LOG_WARN, "delivery", "stream=clicks", "retrying %s in %u s", key, s);
 */
HY_PRINTF(4, 5)
void hy_log(enum hy_log_level level, const char *module, const char *subject,
            const char *format, ...);

#endif

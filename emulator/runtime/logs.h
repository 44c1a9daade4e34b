/* logs.h - what a function prints: lines for our log, and the tail for the invoker.
 *
 * Every line of stdout and stderr becomes an info line with the function's name and the
 * request id of the call under way, "-" between calls (lambda-contract.md 6). The last 4 KiB
 * of a call, raw, are its log tail (X-Amz-Log-Result).
 *
 * A function may print without end and without a newline: a long line is cut into pieces,
 * and after SHOWN_MAX bytes of one call the rest is counted and not shown.
 */
#ifndef HY_RUNTIME_LOGS_H
#define HY_RUNTIME_LOGS_H

#include "base/sv.h"

enum {
    HY_LOG_TAIL_MAX = 4096,
    HY_LOG_LINE_MAX = 4096,
    HY_LOG_SHOWN_MAX = 1024 * 1024,
};

enum hy_log_source { HY_LOG_STDOUT, HY_LOG_STDERR, HY_LOG_SOURCES };

struct hy_function_logs {
    const char *function;   /* somebody else's, lives longer */
    const char *request_id; /* of the call under way; NULL between calls */
    struct {
        char bytes[HY_LOG_LINE_MAX];
        size_t len;
    } lines[HY_LOG_SOURCES]; /* begun, not ended */
    char ring[HY_LOG_TAIL_MAX];
    size_t ring_total; /* bytes ever put; the next goes to ring_total % size */
    size_t shown, hidden;
};

void hy_logs_init(struct hy_function_logs *logs, const char *function);
void hy_logs_begin(struct hy_function_logs *logs, const char *request_id); /* a call begins */
void hy_logs_put(struct hy_function_logs *logs, enum hy_log_source source, hy_sv bytes);

/* The call is over: unfinished lines are shown, the tail is copied out (not NUL-terminated;
 * its length is returned). */
size_t hy_logs_end(struct hy_function_logs *logs, char tail[HY_LOG_TAIL_MAX]);

#endif

#include "runtime/logs.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

/* A line costs us a write and its subject, however short it is: a million empty-looking lines
 * are to count as a flood, too. */
enum { LINE_COST = 64 };

void hy_logs_init(struct hy_function_logs *logs, const char *function)
{
    *logs = (struct hy_function_logs){ .function = function };
}

static void show(struct hy_function_logs *logs, hy_sv line)
{
    if (logs->shown >= HY_LOG_SHOWN_MAX) {
        logs->hidden += line.len;
        return;
    }
    logs->shown += line.len + LINE_COST;
    char subject[256];
    (void)snprintf(subject, sizeof subject, "function=%s request=%s", logs->function,
                   logs->request_id == NULL ? "-" : logs->request_id);
    hy_log(HY_LOG_INFO, "runtime", subject, "%.*s", HY_SV_ARG(line));
}

static void end_line(struct hy_function_logs *logs, enum hy_log_source source)
{
    size_t len = logs->lines[source].len;
    if (len > 0) {
        logs->lines[source].len = 0;
        show(logs, (hy_sv){ logs->lines[source].bytes, len });
    }
}

static void add_to_line(struct hy_function_logs *logs, enum hy_log_source source, hy_sv bytes)
{
    while (bytes.len > 0) {
        size_t room = HY_LOG_LINE_MAX - logs->lines[source].len;
        size_t some = bytes.len < room ? bytes.len : room;
        memcpy(logs->lines[source].bytes + logs->lines[source].len, bytes.ptr, some);
        logs->lines[source].len += some;
        bytes = (hy_sv){ bytes.ptr + some, bytes.len - some };
        if (logs->lines[source].len == HY_LOG_LINE_MAX) {
            end_line(logs, source);
        }
    }
}

static void add_to_ring(struct hy_function_logs *logs, hy_sv bytes)
{
    if (bytes.len > HY_LOG_TAIL_MAX) { /* the beginning would be overwritten anyway */
        size_t skip = bytes.len - HY_LOG_TAIL_MAX;
        bytes = (hy_sv){ bytes.ptr + skip, HY_LOG_TAIL_MAX };
        logs->ring_total += skip;
    }
    while (bytes.len > 0) {
        size_t at = logs->ring_total % HY_LOG_TAIL_MAX;
        size_t room = HY_LOG_TAIL_MAX - at;
        size_t some = bytes.len < room ? bytes.len : room;
        memcpy(logs->ring + at, bytes.ptr, some);
        logs->ring_total += some;
        bytes = (hy_sv){ bytes.ptr + some, bytes.len - some };
    }
}

void hy_logs_put(struct hy_function_logs *logs, enum hy_log_source source, hy_sv bytes)
{
    add_to_ring(logs, bytes);
    while (bytes.len > 0) { /* AWS's Python client separates the lines of a traceback by \r */
        size_t at = 0;
        while (at < bytes.len && bytes.ptr[at] != '\n' && bytes.ptr[at] != '\r') {
            at++;
        }
        add_to_line(logs, source, (hy_sv){ bytes.ptr, at });
        if (at == bytes.len) {
            return;
        }
        end_line(logs, source);
        bytes = (hy_sv){ bytes.ptr + at + 1, bytes.len - at - 1 };
    }
}

static void flush(struct hy_function_logs *logs)
{
    end_line(logs, HY_LOG_STDOUT);
    end_line(logs, HY_LOG_STDERR);
    if (logs->hidden > 0) {
        char subject[256];
        (void)snprintf(subject, sizeof subject, "function=%s", logs->function);
        hy_log(HY_LOG_WARN, "runtime", subject, "%zu more bytes of output were not shown",
               logs->hidden);
    }
    logs->shown = 0;
    logs->hidden = 0;
}

void hy_logs_begin(struct hy_function_logs *logs, const char *request_id)
{
    flush(logs);
    logs->request_id = request_id;
    logs->ring_total = 0;
}

size_t hy_logs_end(struct hy_function_logs *logs, char tail[HY_LOG_TAIL_MAX])
{
    flush(logs);
    logs->request_id = NULL;
    if (logs->ring_total <= HY_LOG_TAIL_MAX) {
        memcpy(tail, logs->ring, logs->ring_total);
        return logs->ring_total;
    }
    size_t at = logs->ring_total % HY_LOG_TAIL_MAX;
    memcpy(tail, logs->ring + at, HY_LOG_TAIL_MAX - at);
    memcpy(tail + HY_LOG_TAIL_MAX - at, logs->ring, at);
    return HY_LOG_TAIL_MAX;
}

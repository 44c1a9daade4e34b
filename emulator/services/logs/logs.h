/* logs.h - the delivery streams' error logs (firehose.md 5.5), and as much of Amazon CloudWatch
 * Logs, API 2014-03-28, as reads them.
 *
 * Every failure on a stream's way becomes a line of JSON:
 *   - appended to `<dir>/<delivery stream>.log`, whatever the stream is configured to do. The disk
 *     thread writes it; at HY_LOG_FILE_BYTES_MAX the file becomes `.log.old` and begins anew;
 *   - when CloudWatchLoggingOptions is enabled, an event in that log group and stream, kept in
 *     memory, the last 10,000 of each, until hydrant stops.
 * Log groups and streams are there as soon as a delivery stream is configured to use them;
 * nobody has to make them, and nobody can write to them.
 */
#ifndef HY_SERVICES_LOGS_LOGS_H
#define HY_SERVICES_LOGS_LOGS_H

#include "pipeline/stream/registry.h"
#include "services/service.h"

enum { HY_LOG_FILE_BYTES_MAX = 16 * 1024 * 1024 };

struct hy_cwlogs; /* opaque */

struct hy_cwlogs_options {
    struct hy_pipeline_env *env; /* its clock and its disk thread; must outlive */
    struct hy_registry *registry;
    const char *dir;     /* made when it is needed; copied */
    const char *region, *account; /* copied */
};

/* NULL when out of memory. */
struct hy_cwlogs *hy_cwlogs_create(const struct hy_cwlogs_options *options);
void hy_cwlogs_destroy(struct hy_cwlogs *logs); /* NULL is fine; before the disk thread ends */

/* For struct hy_pipeline_env; ctx is the struct hy_cwlogs. */
void hy_cwlogs_on_failure(void *logs, const struct hy_failure_event *event);
void hy_cwlogs_forget(struct hy_cwlogs *logs); /* all events, for `POST reset`; files stay */

/* The operations, sorted by name; their `service` argument is the struct hy_cwlogs. */
const struct hy_operation *hy_cwlogs_operations(size_t *count);

#endif

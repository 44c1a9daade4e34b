/* config.h - the config file: buckets, functions, streams, credentials (DESIGN section 4).
 *
 * Checked completely when it is read: an unknown member, a wrong type, a missing name is an
 * error that names the file, the line and the member. What only a service can judge (a stream's
 * request) is judged by the service, and reported with the same place.
 */
#ifndef HY_CLI_CONFIG_H
#define HY_CLI_CONFIG_H

#include "base/err.h"
#include "base/sv.h"
#include "model/credential_spec.h"
#include "model/function_spec.h"
#include "model/kinesis_spec.h"

struct hy_config_stream {
    char *request; /* the CreateDeliveryStream request, JSON */
    size_t line;   /* where it stands in the file */
};

/* A table for format conversion, Glue-shaped (firehose.md 3.10). */
struct hy_config_table {
    char *json;
    size_t line;
};

struct hy_config {
    char *path; /* for messages */
    char **buckets;
    size_t bucket_count;
    struct hy_function_spec **functions; /* taken by the user: set to NULL there */
    size_t function_count;
    struct hy_config_stream *streams;
    size_t stream_count;
    struct hy_config_table *tables;
    size_t table_count;
    struct hy_credential_spec *credentials;
    size_t credential_count;
    struct hy_kinesis_spec kinesis;
};

/* HY_INVALID: err->text is "FILE:LINE: member: what is wrong". Relative paths in the file are
 * relative to the file's folder. */
HY_MUST_CHECK
enum hy_code hy_config_read(const char *path, struct hy_config *config, struct hy_err *err);
void hy_config_finish(struct hy_config *config);

#endif

/* shapes.h - the tables: what the service's model says of each operation's input.
 *
 * Complete for all twelve operations and all destinations, whether hydrant can do them or not
 * (what it cannot do is refused later, by unsupported.c). A test compares them with botocore's
 * copy of the model.
 */
#ifndef HY_SERVICES_FIREHOSE_SHAPES_H
#define HY_SERVICES_FIREHOSE_SHAPES_H

#include "services/firehose/shape.h"

/* The operations' inputs. */
extern const struct hy_shape hy_shape_create_stream_input;
extern const struct hy_shape hy_shape_delete_stream_input;
extern const struct hy_shape hy_shape_describe_stream_input;
extern const struct hy_shape hy_shape_list_streams_input;
extern const struct hy_shape hy_shape_list_tags_for_stream_input;
extern const struct hy_shape hy_shape_put_record_input;
extern const struct hy_shape hy_shape_put_record_batch_input;
extern const struct hy_shape hy_shape_start_stream_encryption_input;
extern const struct hy_shape hy_shape_stop_stream_encryption_input;
extern const struct hy_shape hy_shape_tag_stream_input;
extern const struct hy_shape hy_shape_untag_stream_input;
extern const struct hy_shape hy_shape_update_destination_input;

enum { HY_INPUT_SHAPE_COUNT = 12 };
extern const struct hy_input_shape {
    const char *operation;
    const struct hy_shape *shape;
} hy_input_shapes[HY_INPUT_SHAPE_COUNT]; /* sorted by name */

/* What the three files of tables share. */
extern const struct hy_shape hy_shape_buffering_hints;
extern const struct hy_shape hy_shape_cloud_watch_logging_options;
extern const struct hy_shape hy_shape_processing;
extern const struct hy_shape hy_shape_retry_options;
extern const struct hy_shape hy_shape_s3_destination;
extern const struct hy_shape hy_shape_s3_destination_update;
extern const struct hy_shape hy_shape_extended_s3_destination;
extern const struct hy_shape hy_shape_extended_s3_destination_update;
extern const struct hy_shape hy_shape_elasticsearch_destination;
extern const struct hy_shape hy_shape_elasticsearch_destination_update;
extern const struct hy_shape hy_shape_http_destination;
extern const struct hy_shape hy_shape_http_destination_update;
extern const struct hy_shape hy_shape_iceberg_destination;
extern const struct hy_shape hy_shape_iceberg_destination_update;
extern const struct hy_shape hy_shape_redshift_destination;
extern const struct hy_shape hy_shape_redshift_destination_update;
extern const struct hy_shape hy_shape_secrets_manager;
extern const struct hy_shape hy_shape_serverless_destination;
extern const struct hy_shape hy_shape_serverless_destination_update;
extern const struct hy_shape hy_shape_snowflake_destination;
extern const struct hy_shape hy_shape_snowflake_destination_update;
extern const struct hy_shape hy_shape_splunk_destination;
extern const struct hy_shape hy_shape_splunk_destination_update;

#endif

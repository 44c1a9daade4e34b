#include "pipeline/delivery/watched.h"

#include "base/log.h"

#include <string.h>

/* How old its oldest record is; in the future only after a manual clock went back. */
static double age_s(const struct hy_parcel *parcel, uint64_t now_ms)
{
    return now_ms > parcel->oldest_ms ? (double)(now_ms - parcel->oldest_ms) / 1000 : 0;
}

/* The metrics of one kind of destination. */
struct row {
    enum hy_metric success, freshness, records, bytes;
};

static void sample(const struct row *row, const struct hy_parcel *parcel,
                   struct hy_metrics *metrics, bool success, uint64_t now_ms)
{
    hy_metrics_add(metrics, row->success, success ? 1 : 0, now_ms);
    hy_metrics_add(metrics, row->freshness, age_s(parcel, now_ms), now_ms);
    if (success) {
        hy_metrics_add(metrics, row->records, (double)parcel->records, now_ms);
        hy_metrics_add(metrics, row->bytes, (double)parcel->source_bytes, now_ms);
    }
}

void hy_watched_put(const struct hy_parcel *parcel, struct hy_channel *channel, bool success)
{
    static const struct row data = { HY_METRIC_DELIVERY_SUCCESS, HY_METRIC_DELIVERY_FRESHNESS,
                                     HY_METRIC_DELIVERY_RECORDS, HY_METRIC_DELIVERY_BYTES };
    static const struct row backup = { HY_METRIC_BACKUP_SUCCESS, HY_METRIC_BACKUP_FRESHNESS,
                                       HY_METRIC_BACKUP_RECORDS, HY_METRIC_BACKUP_BYTES };
    const uint64_t now_ms = hy_channel_now_ms(channel);
    if (!hy_parcel_has_object(parcel) || parcel->kind == HY_PARCEL_ERROR) {
        return;
    }
    sample(parcel->kind == HY_PARCEL_BACKUP ? &backup : &data, parcel, &channel->metrics, success,
           now_ms);
    if (success && parcel->kind == HY_PARCEL_DATA && parcel->spec->process.partition) {
        hy_metrics_add(&channel->metrics, HY_METRIC_DELIVERY_OBJECTS, 1, now_ms);
    }
}

void hy_watched_put_failure(const struct hy_parcel *parcel, const struct hy_channel *channel,
                            enum hy_code code)
{
    struct hy_failure_event event = {
        .spec = parcel->spec,
        .is_backup = parcel->kind == HY_PARCEL_BACKUP,
        .code = "InternalError",
        .message = HY_SV("An internal error occurred while attempting to deliver data. Delivery "
                         "will be retried; if the error persists, then it will be reported to "
                         "AWS for resolution."),
    };
    if (code == HY_NOT_FOUND) {
        event.code = "S3.NoSuchBucket";
        event.message = HY_SV("The specified bucket does not exist. Create the bucket or use a "
                              "different bucket that does exist.");
    }
    hy_log(HY_LOG_WARN, "delivery", channel->subject,
           "%s: %.*s (%s, bucket %s, %llu records wait)", event.code, HY_SV_ARG(event.message),
           parcel->file.why != 0 ? strerror(parcel->file.why) : hy_code_name(code),
           parcel->s3->bucket, (unsigned long long)parcel->records);
    hy_pipeline_tell_failure(channel->env, &event);
}

void hy_watched_conversion(const struct hy_parcel *parcel, struct hy_channel *channel)
{
    const struct hy_converted *converted = &parcel->file.converted;
    const uint64_t all = parcel->source_bytes;
    const uint64_t bad = converted->bad_bytes < all ? converted->bad_bytes : all;
    if (converted->good_records > 0) {
        hy_channel_sample(channel, HY_METRIC_CONVERTED_RECORDS, (double)converted->good_records);
        hy_channel_sample(channel, HY_METRIC_CONVERTED_BYTES, (double)(all - bad));
    }
    if (converted->bad_records > 0) {
        const struct hy_failure_event event = {
            .spec = parcel->spec,
            .code = converted->first_code,
            .message = hy_sv_of(converted->first_message),
        };
        hy_channel_sample(channel, HY_METRIC_NOT_CONVERTED_RECORDS,
                          (double)converted->bad_records);
        hy_channel_sample(channel, HY_METRIC_NOT_CONVERTED_BYTES, (double)converted->bad_bytes);
        hy_pipeline_tell_failure(channel->env, &event);
    }
}

void hy_watched_send(const struct hy_parcel *parcel, struct hy_channel *channel, const char *url,
                     const char *error_code, hy_sv message)
{
    static const struct row endpoint = {
        HY_METRIC_ENDPOINT_SUCCESS, HY_METRIC_ENDPOINT_FRESHNESS, HY_METRIC_ENDPOINT_RECORDS,
        HY_METRIC_ENDPOINT_BYTES,
    };
    const struct hy_failure_event event = {
        .spec = parcel->spec, .url = url, .code = error_code, .message = message,
    };
    sample(&endpoint, parcel, &channel->metrics, error_code == NULL, hy_channel_now_ms(channel));
    hy_channel_sample(channel, HY_METRIC_ENDPOINT_PROCESSED_BYTES, (double)parcel->source_bytes);
    hy_channel_sample(channel, HY_METRIC_ENDPOINT_PROCESSED_RECORDS, (double)parcel->records);
    if (error_code != NULL) {
        hy_pipeline_tell_failure(channel->env, &event);
    }
}

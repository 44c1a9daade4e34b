/* metrics.c - GET metrics: Prometheus text, one family a counter or metric, one line a stream. */
#include "services/control/counter_table.h"
#include "services/control/routes.h"

#include <stdio.h>

struct family {
    struct hy_buf *out;
    size_t row;
};

/* Stream names are [a-zA-Z0-9_.-]: nothing in them needs escaping. */
static void write_sample(void *ctx, struct hy_stream *stream)
{
    const struct family *family = ctx;
    const struct hy_counter_row *row = &hy_counter_table[family->row];
    hy_buf_printf(family->out, "hydrant_%s%s{delivery_stream_name=\"%s\"} %llu\n",
                  row->metric.ptr, row->is_gauge ? "" : "_total", hy_stream_spec_of(stream)->name,
                  (unsigned long long)hy_counter_read(hy_stream_counters(stream), family->row));
}

static void write_waiting(void *ctx, struct hy_stream *stream)
{
    struct hy_stream_waiting waiting;
    hy_stream_waiting(stream, &waiting);
    hy_buf_printf(ctx, "hydrant_unsettled_records{delivery_stream_name=\"%s\"} %llu\n",
                  hy_stream_spec_of(stream)->name, (unsigned long long)waiting.unsettled_records);
}

/* ---- CloudWatch's metrics ---- */

static const struct {
    const char *type, *suffix;
} kinds[] = {
    [HY_METRIC_KIND_COUNTED] = { NULL, NULL },
    [HY_METRIC_KIND_TOTAL] = { "counter", "_total" },
    [HY_METRIC_KIND_SUMMARY] = { "summary", "" },
    [HY_METRIC_KIND_GAUGE] = { "gauge", "" },
};

/* `labels` with its braces, or "". */
static void write_series(struct hy_buf *out, const struct hy_metric_row *row, const char *labels,
                         const struct hy_series *series)
{
    switch (row->kind) {
    case HY_METRIC_KIND_COUNTED:
        break;
    case HY_METRIC_KIND_TOTAL:
        hy_buf_printf(out, "hydrant_%s_total%s %.15g\n", row->text, labels, series->sum);
        break;
    case HY_METRIC_KIND_SUMMARY:
        hy_buf_printf(out, "hydrant_%s_sum%s %.15g\nhydrant_%s_count%s %llu\n", row->text, labels,
                      series->sum, row->text, labels, (unsigned long long)series->samples);
        break;
    case HY_METRIC_KIND_GAUGE:
        hy_buf_printf(out, "hydrant_%s%s %.15g\n", row->text, labels, series->last);
        break;
    }
}

static void write_metric(void *ctx, struct hy_stream *stream)
{
    const struct family *family = ctx;
    const struct hy_series *series = hy_stream_metrics(stream)->series[family->row];
    char labels[128];
    if (series != NULL) {
        (void)snprintf(labels, sizeof labels, "{delivery_stream_name=\"%s\"}",
                       hy_stream_spec_of(stream)->name);
        write_series(family->out, &hy_metric_rows[family->row], labels, series);
    }
}

static void write_head(struct hy_buf *out, const struct hy_metric_row *row)
{
    hy_buf_printf(out, "# HELP hydrant_%s%s %s\n# TYPE hydrant_%s%s %s\n", row->text,
                  kinds[row->kind].suffix, row->help, row->text, kinds[row->kind].suffix,
                  kinds[row->kind].type);
}

static void write_metrics(struct hy_control_call *call, struct hy_buf *out)
{
    const struct hy_control_options *options = &call->control->options;
    const struct hy_metrics *common = hy_firehose_metrics(options->firehose);
    for (size_t i = 0; i < HY_METRIC_COUNT; i++) {
        struct family family = { out, i };
        if (hy_metric_rows[i].kind != HY_METRIC_KIND_COUNTED) {
            write_head(out, &hy_metric_rows[i]);
            hy_registry_each(options->registry, write_metric, &family);
            if (common->series[i] != NULL) {
                write_series(out, &hy_metric_rows[i], "", common->series[i]);
            }
        }
    }
}

/* The age now, not that of the last delivery, which is what CloudWatch is told. */
struct ages {
    struct hy_buf *out;
    uint64_t now_ms;
};

static void write_age(void *ctx, struct hy_stream *stream)
{
    const struct ages *ages = ctx;
    struct hy_stream_waiting waiting;
    hy_stream_waiting(stream, &waiting);
    const uint64_t age_ms = waiting.oldest_ms < ages->now_ms ? ages->now_ms - waiting.oldest_ms : 0;
    hy_buf_printf(ages->out,
                  "hydrant_delivery_to_s3_data_freshness_seconds{delivery_stream_name=\"%s\"} "
                  "%.15g\n",
                  hy_stream_spec_of(stream)->name, (double)age_ms / 1000);
}

void hy_control_metrics(struct hy_control_call *call)
{
    struct hy_registry *registry = call->control->options.registry;
    struct hy_buf body;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    for (size_t i = 0; i < hy_counter_count; i++) {
        struct family family = { &body, i };
        const char *metric = hy_counter_table[i].metric.ptr;
        const bool is_gauge = hy_counter_table[i].is_gauge;
        const char *end = is_gauge ? "" : "_total";
        hy_buf_printf(&body, "# HELP hydrant_%s%s %s\n# TYPE hydrant_%s%s %s\n", metric, end,
                      hy_counter_table[i].help, metric, end, is_gauge ? "gauge" : "counter");
        hy_registry_each(registry, write_sample, &family);
    }
    hy_buf_printf(&body, "# HELP hydrant_unsettled_records accepted and still on their way\n"
                         "# TYPE hydrant_unsettled_records gauge\n");
    hy_registry_each(registry, write_waiting, &body);
    struct ages ages = { &body, call->now_ms };
    hy_buf_printf(&body, "# HELP hydrant_delivery_to_s3_data_freshness_seconds age of the oldest "
                         "record that is not delivered\n"
                         "# TYPE hydrant_delivery_to_s3_data_freshness_seconds gauge\n");
    hy_registry_each(registry, write_age, &ages);
    write_metrics(call, &body);

    const struct hy_http_header header = { HY_SV("Content-Type"),
                                           HY_SV("text/plain; version=0.0.4") };
    hy_http_exchange_answer(call->exchange, body.failed ? 500 : 200,
                            (struct hy_http_headers){ &header, 1 }, hy_buf_sv(&body));
    hy_buf_finish(&body);
}

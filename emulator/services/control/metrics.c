/* metrics.c - GET metrics: Prometheus text, one family a counter, one line a stream. */
#include "services/control/counter_table.h"
#include "services/control/routes.h"

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

    const struct hy_http_header header = { HY_SV("Content-Type"),
                                           HY_SV("text/plain; version=0.0.4") };
    hy_http_exchange_answer(call->exchange, body.failed ? 500 : 200,
                            (struct hy_http_headers){ &header, 1 }, hy_buf_sv(&body));
    hy_buf_finish(&body);
}

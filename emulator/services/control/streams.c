/* streams.c - GET streams, GET streams/NAME: configuration, what waits where, counters. */
#include "services/control/routes.h"

#include "services/control/counter_table.h"

static void write_number(struct hy_json_write *write, hy_sv name, uint64_t number)
{
    hy_json_name(write, name);
    hy_json_u64(write, number);
}

static void write_waiting(struct hy_json_write *write, const struct hy_stream *stream)
{
    struct hy_stream_waiting waiting;
    hy_stream_waiting(stream, &waiting);
    hy_json_name(write, HY_SV("waiting"));
    hy_json_begin_object(write);
    write_number(write, HY_SV("transform_records"), waiting.transform_records);
    write_number(write, HY_SV("transform_bytes"), waiting.transform_bytes);
    write_number(write, HY_SV("in_flight_records"), waiting.in_flight_records);
    write_number(write, HY_SV("buffer_records"), waiting.buffer_records);
    write_number(write, HY_SV("buffer_bytes"), waiting.buffer_bytes);
    write_number(write, HY_SV("delivering_records"), waiting.delivering_records);
    write_number(write, HY_SV("unsettled_records"), waiting.unsettled_records);
    write_number(write, HY_SV("calls"), waiting.calls);
    hy_json_name(write, HY_SV("next_due_ms"));
    if (waiting.next_due_ms == HY_NEVER_MS) {
        hy_json_null(write);
    } else {
        hy_json_u64(write, waiting.next_due_ms);
    }
    hy_json_end_object(write);
}

static void write_counters(struct hy_json_write *write, struct hy_stream *stream)
{
    const struct hy_counters *counters = hy_stream_counters(stream);
    hy_json_name(write, HY_SV("counters"));
    hy_json_begin_object(write);
    for (size_t i = 0; i < hy_counter_count; i++) {
        write_number(write, hy_counter_table[i].name, hy_counter_read(counters, i));
    }
    hy_json_end_object(write);
}

static void write_stream(struct hy_json_write *write, struct hy_stream *stream)
{
    hy_json_name(write, HY_SV("name"));
    hy_json_string(write, hy_sv_of(hy_stream_spec_of(stream)->name));
    write_waiting(write, stream);
    write_counters(write, stream);
}

static void write_element(void *ctx, struct hy_stream *stream)
{
    struct hy_json_write *write = ctx;
    hy_json_begin_object(write);
    write_stream(write, stream);
    hy_json_end_object(write);
}

void hy_control_streams(struct hy_control_call *call)
{
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    hy_json_name(&write, HY_SV("streams"));
    hy_json_begin_array(&write);
    hy_registry_each(call->control->options.registry, write_element, &write);
    hy_json_end_array(&write);
    hy_json_end_object(&write);
    hy_control_reply(call->exchange, &body);
}

void hy_control_stream(struct hy_control_call *call)
{
    const struct hy_control_options *options = &call->control->options;
    struct hy_stream *stream = hy_registry_find(options->registry, call->name);
    struct hy_buf description;
    struct hy_err err = { 0 };
    hy_buf_init(&description, HY_CONTROL_REPLY_MAX);
    if (stream == NULL ||
        hy_firehose_describe(options->firehose, call->name, &description, &err) != HY_OK) {
        hy_control_fail(call->exchange, 404, "there is no stream %.*s", HY_SV_ARG(call->name));
        hy_buf_finish(&description);
        return;
    }
    struct hy_buf body;
    struct hy_json_write write;
    hy_buf_init(&body, HY_CONTROL_REPLY_MAX);
    hy_json_write_init(&write, &body);
    hy_json_begin_object(&write);
    write_stream(&write, stream);
    hy_json_name(&write, HY_SV("description"));
    hy_json_raw(&write, hy_buf_sv(&description));
    hy_json_end_object(&write);
    hy_buf_finish(&description);
    hy_control_reply(call->exchange, &body);
}

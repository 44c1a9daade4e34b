#include "pipeline/process/cloudwatch_logs.h"

#include "base/json_scan.h"
#include "pipeline/process/json_value.h"

static void append_unescaped(hy_sv raw, struct hy_buf *out)
{
    char *at = hy_buf_reserve(out, raw.len + 1);
    if (at != NULL) {
        const size_t len = hy_json_unescape(raw, at);
        at[len] = '\n';
        hy_buf_commit(out, len + 1);
    }
}

/* After its OBJECT_BEGIN. False unless it has a message that is a string. */
static bool read_event(struct hy_json_scan *scan, struct hy_buf *messages)
{
    bool has_message = false;
    enum hy_json_token token;
    while ((token = hy_json_next(scan)) == HY_JSON_NAME) {
        if (has_message || !hy_json_is(scan, HY_SV("message"))) {
            if (!hy_json_skip(scan)) {
                return false;
            }
            continue;
        }
        if (hy_json_next(scan) != HY_JSON_STRING) {
            return false;
        }
        has_message = true;
        if (messages != NULL) {
            append_unescaped(scan->text, messages);
        }
    }
    return token == HY_JSON_OBJECT_END && has_message;
}

static bool read_events(hy_sv events, struct hy_buf *messages)
{
    struct hy_json_scan scan;
    hy_json_scan_init(&scan, events);
    enum hy_json_token token = hy_json_next(&scan);
    if (token != HY_JSON_ARRAY_BEGIN) {
        return false;
    }
    while ((token = hy_json_next(&scan)) == HY_JSON_OBJECT_BEGIN) {
        if (!read_event(&scan, messages)) {
            return false;
        }
    }
    return token == HY_JSON_ARRAY_END;
}

enum message_type { NO_TYPE, DATA, CONTROL };

static enum message_type read_type(struct hy_json_scan *scan)
{
    if (hy_json_next(scan) != HY_JSON_STRING) {
        return NO_TYPE;
    }
    return hy_json_is(scan, HY_SV("DATA_MESSAGE"))      ? DATA
           : hy_json_is(scan, HY_SV("CONTROL_MESSAGE")) ? CONTROL
                                                        : NO_TYPE;
}

/* Members come in any order, so the events are looked at when the type is known. */
static bool read_document(hy_sv document, struct hy_buf *messages)
{
    struct hy_json_scan scan;
    enum hy_json_token token;
    enum message_type type = NO_TYPE;
    hy_sv events = { NULL, 0 };
    hy_json_scan_init(&scan, document);
    if (hy_json_next(&scan) != HY_JSON_OBJECT_BEGIN) {
        return false;
    }
    while ((token = hy_json_next(&scan)) == HY_JSON_NAME) {
        bool ok;
        if (hy_json_is(&scan, HY_SV("messageType"))) {
            type = read_type(&scan);
            ok = type != NO_TYPE;
        } else if (hy_json_is(&scan, HY_SV("logEvents"))) {
            ok = hy_json_skip_value(&scan, &events);
        } else {
            ok = hy_json_skip(&scan);
        }
        if (!ok) {
            return false;
        }
    }
    return type == CONTROL || (type == DATA && events.ptr != NULL && read_events(events, messages));
}

enum hy_code hy_cloudwatch_logs_read(hy_sv text, struct hy_buf *messages)
{
    size_t documents = 0;
    hy_sv document;
    enum hy_json_value kind;
    while ((kind = hy_json_value_next(&text, &document)) == HY_JSON_VALUE) {
        if (!read_document(document, messages)) {
            return HY_MALFORMED;
        }
        documents++;
    }
    if (kind != HY_JSON_VALUES_END || documents == 0) {
        return HY_MALFORMED;
    }
    return messages != NULL && messages->failed ? HY_NO_MEMORY : HY_OK;
}

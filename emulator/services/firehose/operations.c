#include "services/firehose/operations.h"

#include "services/firehose/errors.h"
#include "services/firehose/request.h"
#include "services/firehose/tree.h"

enum hy_code hy_call_parse(struct hy_call *call, const struct hy_shape *shape, bool check_roles,
                           cJSON **request)
{
    return hy_request_parse((hy_sv){ call->body, call->body_len }, shape, check_roles, request,
                            &call->err);
}

enum hy_code hy_call_find_stream(struct hy_firehose *firehose, const cJSON *request,
                                 const char *account_word, struct hy_delivery_stream **stream,
                                 struct hy_err *err)
{
    const char *name = hy_tree_text(request, "DeliveryStreamName");
    *stream = hy_delivery_stream_find(firehose, hy_sv_of(name));
    return *stream != NULL ? HY_OK
        : hy_refuse(err, &hy_resource_not_found, "Firehose %s under %s %s not found.", name,
                    account_word, firehose->account);
}

enum hy_code hy_call_parse_change(struct hy_firehose *firehose, struct hy_call *call,
                                  const struct hy_shape *shape, cJSON **request,
                                  struct hy_delivery_stream **stream)
{
    enum hy_code code = hy_call_parse(call, shape, false, request);
    if (code != HY_OK) {
        return code;
    }
    code = hy_call_find_stream(firehose, *request, "account", stream, &call->err);
    if (code == HY_OK && (*stream)->status != HY_STREAM_ACTIVE) {
        code = hy_refuse(&call->err, &hy_resource_in_use,
                         "Firehose %s under account %s is in the %s state.", (*stream)->name,
                         firehose->account, hy_stream_status_name((*stream)->status));
    }
    if (code != HY_OK) {
        cJSON_Delete(*request);
    }
    return code;
}

void hy_call_answer_tree(struct hy_call *call, cJSON *reply)
{
    char *text = NULL;
    const enum hy_code code = reply == NULL ? HY_NO_MEMORY : hy_tree_print(reply, &text);
    hy_call_finish(call, code, hy_sv_of(text));
    cJSON_free(text);
    cJSON_Delete(reply);
}

void hy_call_on_saved(void *call, enum hy_code code)
{
    hy_call_finish(call, code, HY_SV("{}"));
}

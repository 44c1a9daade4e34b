#include "wire/query_code.h"

#include <string.h>

const char *hy_query_code(struct hy_query_codes codes, const struct hy_refusal *refusal)
{
    for (size_t i = 0; i < codes.count; i++) {
        if (strcmp(codes.rows[i].name, refusal->name) == 0) {
            return codes.rows[i].code;
        }
    }
    return refusal->name;
}

const char *hy_query_fault(const struct hy_refusal *refusal)
{
    return refusal->status < 500 ? "Sender" : "Receiver";
}

/* query_code.h - what an error is called in the query protocol, where that is not its name.
 *
 * A service that once spoke query only keeps the old codes there: CloudWatch's
 * InvalidParameterValueException is an InvalidParameterValue. In JSON they are told beside the
 * name, in the header x-amzn-query-error.
 */
#ifndef HY_WIRE_QUERY_CODE_H
#define HY_WIRE_QUERY_CODE_H

#include "services/refusal.h"

#include <stddef.h>

struct hy_query_code {
    const char *name; /* of the refusal */
    const char *code;
};

struct hy_query_codes {
    const struct hy_query_code *rows; /* NULL: names are codes */
    size_t count;
};

const char *hy_query_code(struct hy_query_codes codes, const struct hy_refusal *refusal);
/* "Sender" or "Receiver": whose fault it is. */
const char *hy_query_fault(const struct hy_refusal *refusal);

#endif

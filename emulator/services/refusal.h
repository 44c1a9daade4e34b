/* refusal.h - how a service says no: the error's name on the wire and its HTTP status.
 *
 * Each service folder has its table in errors.h; these are the ones that all of them share.
 */
#ifndef HY_SERVICES_REFUSAL_H
#define HY_SERVICES_REFUSAL_H

#include "base/err.h"

struct hy_refusal {
    const char *name; /* "ResourceNotFoundException" */
    int status;
};

/* Writes the sentence, sets the refusal, returns HY_REFUSED. */
HY_MUST_CHECK HY_PRINTF(3, 4)
enum hy_code hy_refuse(struct hy_err *err, const struct hy_refusal *refusal, const char *format,
                       ...);

extern const struct hy_refusal hy_internal_failure;      /* 500 InternalFailure */
extern const struct hy_refusal hy_serialization;         /* 400 SerializationException */
extern const struct hy_refusal hy_unknown_operation;     /* 400 UnknownOperationException */
extern const struct hy_refusal hy_validation;            /* 400 ValidationException */
extern const struct hy_refusal hy_access_denied;         /* 400 AccessDeniedException */

#endif

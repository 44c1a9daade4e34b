/* form.h - what may stand in a JSON object: a table, checked against the file, with lines.
 *
 * Everything after the check may rely on it: a member that is there has one of its kinds.
 */
#ifndef HY_HARNESS_FORM_H
#define HY_HARNESS_FORM_H

#include "harness/node.h"

struct hy_form;

struct hy_form_member {
    const char *name;
    unsigned kinds;              /* HY_NODE_* */
    unsigned elements;           /* of an array; 0: any */
    const struct hy_form *form;  /* of the object, or of an array's objects; NULL: any members */
    bool is_required;
    bool is_duration;            /* and a string or number must be one */
    const char *words;           /* a string is one of these, "real manual"; NULL: any */
};

struct hy_form {
    const char *what;            /* "a step" */
    const struct hy_form_member *members;
    size_t count;
    bool takes_one;              /* exactly one member */
    const struct hy_form *values; /* members of any name, each an object of this form */
};

/* HY_INVALID: err has "FILE:LINE: put.stream: must be a string". `node` must be an object. */
HY_MUST_CHECK
enum hy_code hy_form_check(const struct hy_form *form, const struct hy_node *node,
                           const char *file, struct hy_err *err);

#endif

/* value.h - one JSON value of a primitive column into its leaf, by either reader's rules. */
#ifndef HY_PIPELINE_CONVERT_VALUE_H
#define HY_PIPELINE_CONVERT_VALUE_H

#include "base/json_scan.h"
#include "pipeline/convert/leaf.h"
#include "pipeline/convert/row.h"

struct hy_value {
    enum hy_json_token token; /* STRING, NUMBER, TRUE or FALSE */
    hy_sv text;               /* a string's is decoded */
};

/* HY_MALFORMED: it does not fit the column's type. */
HY_MUST_CHECK
enum hy_code hy_value_put(struct hy_leaf *leaf, unsigned rep, const struct hy_value *value,
                          const struct hy_row_options *options, struct hy_buf *scratch);

#endif

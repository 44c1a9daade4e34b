/* json_value.h - consecutive JSON values, one after the other. Pure. */
#ifndef HY_PIPELINE_PROCESS_JSON_VALUE_H
#define HY_PIPELINE_PROCESS_JSON_VALUE_H

#include "base/sv.h"

enum hy_json_value {
    HY_JSON_VALUE,
    HY_JSON_VALUES_END, /* nothing but white space was left */
    HY_JSON_NO_VALUE,   /* what follows is not JSON */
};

/* Takes one value off the front of *rest. Values need nothing between them; white space around
 * one belongs to none. */
enum hy_json_value hy_json_value_next(hy_sv *rest, hy_sv *value);

#endif

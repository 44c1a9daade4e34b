/* function_name.h - the name in whatever a caller uses to name a function.
 *
 * "clicks", "clicks:live", "123456789012:function:clicks" and
 * "arn:aws:lambda:us-east-1:123456789012:function:clicks:$LATEST" are all "clicks". There is
 * one version of a function here, so the qualifier is ignored.
 */
#ifndef HY_RUNTIME_FUNCTION_NAME_H
#define HY_RUNTIME_FUNCTION_NAME_H

#include "base/sv.h"

hy_sv hy_function_name_of(hy_sv name_or_arn); /* a view into the argument */

#endif

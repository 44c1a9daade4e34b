#include "runtime/function_name.h"

#include <string.h>

hy_sv hy_function_name_of(hy_sv name_or_arn)
{
    hy_sv rest = name_or_arn;
    if (hy_sv_starts_with(rest, HY_SV("arn:"))) {
        for (int part = 0; part < 4; part++) { /* arn, partition, service, region */
            (void)hy_sv_cut(&rest, ':');
        }
    }
    hy_sv name = hy_sv_cut(&rest, ':');
    hy_sv after = rest;
    if (hy_sv_equal(hy_sv_cut(&after, ':'), HY_SV("function")) && after.len > 0) {
        name = hy_sv_cut(&after, ':'); /* what stood first was the account */
    }
    return name;
}

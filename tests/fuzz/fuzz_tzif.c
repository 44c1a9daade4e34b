/* fuzz_tzif.c - any bytes as a file of the tz database.
 *
 * What is accepted answers for every instant with an offset of about a day at most and an
 * abbreviation that ends.
 */
#include "fuzz.h"

#include "base/time_zone.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t instants[] = { 0, 1, -1, 1767225600, 2540246400, 4102444800, 253402300799,
                                        INT32_MIN, INT32_MAX };
    struct hy_time_zone *zone = NULL;
    const hy_sv bytes = { (const char *)data, size };
    const enum hy_code code = hy_time_zone_parse(HY_SV("Fuzz/Zone"), bytes, &zone);
    REQUIRE(code == HY_OK || (code == HY_MALFORMED && zone == NULL));
    for (size_t i = 0; code == HY_OK && i < sizeof instants / sizeof instants[0]; i++) {
        const struct hy_zone_clock clock = hy_time_zone_at(zone, instants[i]);
        REQUIRE(abs(clock.offset_s) <= 26 * 3600);
        REQUIRE(strlen(clock.abbreviation) <= size);
        if (instants[i] >= 0) {
            const uint64_t ms = (uint64_t)instants[i] * 1000;
            const struct hy_local_time local = hy_local_time_of(ms, zone);
            REQUIRE(local.date.month >= 1 && local.date.month <= 12);
            REQUIRE(local.date.day >= 1 && local.date.day <= 31);
        }
    }
    hy_time_zone_destroy(zone);
    return 0;
}

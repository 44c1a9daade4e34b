/* fuzz_kpl.c - any bytes as a record of Kinesis.
 *
 * The checksum is made to fit, or nothing would come past it. What is given out lies within the
 * bytes, and is as much as was said; damaged bytes are never an aggregate.
 */
#include "base/md5.h"
#include "pipeline/kinesis_note.h"
#include "pipeline/source/kpl.h"

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

static void check_inside(hy_sv part, hy_sv whole)
{
    REQUIRE(part.len == 0 ||
            (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(4 + size + HY_MD5_BYTES);
    REQUIRE(bytes != NULL);
    memcpy(bytes, "\xF3\x89\x9A\xC2", 4);
    if (size > 0) {
        memcpy(bytes + 4, data, size);
    }
    hy_md5((hy_sv){ bytes + 4, size }, (unsigned char *)bytes + 4 + size);
    const hy_sv whole = { bytes, 4 + size + HY_MD5_BYTES };
    struct hy_kpl kpl;
    struct hy_kpl_record record;
    const enum hy_code code = hy_kpl_open(whole, &kpl);
    REQUIRE(code == HY_OK || code == HY_MALFORMED);
    uint32_t count = 0;
    while (code == HY_OK && hy_kpl_next(&kpl, &record)) {
        check_inside(record.data, whole);
        check_inside(record.partition_key, whole);
        REQUIRE(record.partition_key.len <= HY_PARTITION_KEY_BYTES_MAX);
        count++;
    }
    REQUIRE(code != HY_OK || count == kpl.count);
    hy_kpl_finish(&kpl);
    bytes[whole.len - 1] ^= 1;
    REQUIRE(hy_kpl_open(whole, &kpl) == HY_MALFORMED);
    free(bytes);
    return 0;
}

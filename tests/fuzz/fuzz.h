/* fuzz.h - what every fuzz target includes.
 *
 * With HY_FUZZ libFuzzer calls LLVMFuzzerTestOneInput; otherwise replay_main.c does, with every
 * file of the target's corpus. REQUIRE is assert with a name that nobody turns off.
 */
#ifndef HY_TESTS_FUZZ_FUZZ_H
#define HY_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(truth)                                                                  \
    do {                                                                                \
        if (!(truth)) {                                                                 \
            fprintf(stderr, "%s:%d: required: %s\n", __FILE__, __LINE__, #truth);       \
            abort();                                                                    \
        }                                                                               \
    } while (0)

#endif

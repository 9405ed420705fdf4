/*
 * A fuzz target: one function that takes any bytes and aborts when something does not hold.
 *
 * In the ordinary test run replay.c is the main program: it gives the target every file of its
 * committed corpus, and every beginning of each. To search for new inputs, build with clang and
 * link with -fsanitize=fuzzer instead of replay.c.
 */
#ifndef AORTA_TESTS_FUZZ_H
#define AORTA_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(expr)                                                                    \
    do {                                                                              \
        if (!(expr)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #expr); \
            abort();                                                                  \
        }                                                                             \
    } while (0)

#endif

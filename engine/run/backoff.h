/*
 * How long a step waits before it is tried again. Pure.
 *
 * Exponential from the first failure on, and never more than a most; then up to half of it is taken
 * off, so that steps which failed together do not come back together. How much is not left to
 * chance: the same step of the same run waits as long after the same attempt each time.
 */
#ifndef AORTA_RUN_BACKOFF_H
#define AORTA_RUN_BACKOFF_H

#include <stdint.h>

/* The wait after the failure of that number, from 1: more than half of
 * min(delay × 2^(failure - 1), most), and no more than that. */
int64_t backoff_us(int64_t delay_ms, int64_t most_ms, int64_t failure, uint64_t seed);

/* Of the attempt of a step of a run. */
uint64_t backoff_seed(const char *run, const char *asset, int64_t attempt);

#endif

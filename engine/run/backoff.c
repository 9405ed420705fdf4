#include "run/backoff.h"

#include "base/hash.h"

#include <string.h>

int64_t backoff_us(int64_t delay_ms, int64_t most_ms, int64_t failure, uint64_t seed)
{
    int64_t wait_us = delay_ms * 1000, most_us = most_ms * 1000;

    for (int64_t i = 1; i < failure && wait_us > 0 && wait_us < most_us; i++)
        wait_us *= 2;
    wait_us = wait_us < most_us ? wait_us : most_us;
    return wait_us < 2 ? wait_us : wait_us - (int64_t)(hash_mix(seed) % ((uint64_t)wait_us / 2));
}

uint64_t backoff_seed(const char *run, const char *asset, int64_t attempt)
{
    uint64_t seed = hash_bytes(run, strlen(run));

    seed = hash_mix(seed ^ hash_bytes(asset, strlen(asset)));
    return hash_mix(seed + (uint64_t)attempt);
}

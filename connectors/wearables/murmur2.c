#include "murmur2.h"

uint32_t murmur2(const void *data, size_t size)
{
    const uint32_t m = 0x5bd1e995;
    const uint8_t *at = data;
    uint32_t h = 0x9747b28c ^ (uint32_t)size;

    for (; size >= 4; at += 4, size -= 4) {
        uint32_t k = at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
        k *= m;
        k ^= k >> 24;
        h = h * m ^ k * m;
    }
    if (size >= 3)
        h ^= (uint32_t)at[2] << 16;
    if (size >= 2)
        h ^= (uint32_t)at[1] << 8;
    if (size >= 1)
        h = (h ^ at[0]) * m;
    h = (h ^ h >> 13) * m;
    return h ^ h >> 15;
}

int32_t murmur2_partition(const void *key, size_t size, int32_t partitions)
{
    return (int32_t)((murmur2(key, size) & 0x7fffffff) % (uint32_t)partitions);
}

#include "chance.h"

int64_t chance_normal(struct chance *chance, int64_t mean, int64_t deviation)
{
    const int64_t one = 65536, middle = 6 * (one - 1);
    int64_t sum = 0;

    for (int i = 0; i < 3; i++) {
        uint64_t bits = chance_next(chance);
        for (int part = 0; part < 4; part++)
            sum += (int64_t)(bits >> (16 * part) & 0xffff);
    }
    int64_t scaled = deviation * (sum - middle);
    return mean + (scaled >= 0 ? scaled + one / 2 : scaled - one / 2) / one;
}

int chance_weighted(struct chance *chance, const int *weights, int total)
{
    int64_t left = chance_below(chance, total);
    int index = 0;

    while (left >= weights[index])
        left -= weights[index++];
    return index;
}

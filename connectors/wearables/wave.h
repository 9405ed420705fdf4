/*
 * A cosine in whole numbers, the same on every machine.
 *
 * With x in turns, cos(2 pi x) is nearly (1 - 16 x^2) / (1 + 4 x^2) between -1/4 and 1/4, never off
 * by more than 0.0017 (Bhaskara I, 7th century; R. C. Gupta, "Bhaskara I's approximation to sine",
 * Indian Journal of History of Science 2 (1967) 121-136).
 */
#ifndef AORTA_WEARABLES_WAVE_H
#define AORTA_WEARABLES_WAVE_H

#include <stdint.h>

/* Thousandths of the cosine of the part of a period that has passed since a crest; elapsed may be
 * of any sign and size, period is positive and below 2^46. */
static inline int32_t wave_thousandths(int64_t elapsed, int64_t period)
{
    const int64_t turn = 1 << 16, one = turn * turn;
    int64_t x = elapsed % period * turn / period; /* within a turn of 0, either way */

    x = x < 0 ? -x : x;
    x = x > turn / 2 ? turn - x : x;
    int64_t sign = x > turn / 4 ? -1 : 1;
    x = x > turn / 4 ? turn / 2 - x : x;
    return (int32_t)(sign * 1000 * (one - 16 * x * x) / (one + 4 * x * x));
}

#endif

/*
 * Decimal numbers, taken apart: -12.50e3 is sign, digits 125, exponent 2.
 *
 * The grammar is JSON's (RFC 8259, section 6), and also what people write elsewhere: a plus sign,
 * zeros in front, .5 and 5. are numbers here. (JSON's own strictness is data/scan.h's business.)
 */
#ifndef AORTA_DATA_NUMBER_H
#define AORTA_DATA_NUMBER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct number {
    bool is_negative;
    bool is_exact;     /* digits holds all of them: the value is digits * 10^exponent */
    bool is_canonical; /* no plus sign, no zero in front of other digits, digits around the point */
    bool has_fraction_or_exponent;
    uint64_t digits; /* without zeros at the end */
    int64_t exponent;
};

static inline bool number_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, or -1. */
int number_hex_digit(char c);

/* Whether the whole text is a number. */
bool number_parse(const char *text, size_t size, struct number *number);

/* Whether it is integral and fits; *value is then set. The number must be one with is_exact; one
 * without has more than 19 digits that count, and is integral or not, but never fits. */
bool number_fits_int64(const struct number *number, int64_t *value);

/* Whether the number has no fraction. */
bool number_is_integral(const struct number *number);

/* Correctly rounded to the nearest double; false if it is not finite. text is what was parsed. */
bool number_to_double(const struct number *number, const char *text, size_t size, double *value);

#endif

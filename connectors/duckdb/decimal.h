/*
 * Exact decimal numbers of up to 38 digits, between text ("-12.50") and DuckDB's integers: a
 * DECIMAL(width, scale) is kept as the number times ten to the scale, in 16 to 128 bits.
 */
#ifndef AORTA_DUCKDB_DECIMAL_H
#define AORTA_DUCKDB_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ISO C has no integers of 128 bits and structs cannot do arithmetic: the one typedef. */
__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

enum { DECIMAL_MAX_DIGITS = 38, DECIMAL_TEXT_SIZE = 48 };

struct decimal {
    int128 unscaled; /* the number times 10^scale */
    int scale;       /* digits after the point, 0 to 38 */
};

/* Reads [+-]digits[.digits]; false if the text is anything else or has more than 38 digits that
 * matter. Zeros at the end of the fraction stay: "1.50" has scale 2. */
bool decimal_parse(struct decimal *decimal, const char *text, size_t size);

/* The same number with another scale in at most `width` digits; false if that is not exact. */
bool decimal_rescale(struct decimal *decimal, int scale, int width);

/* How many digits it takes: at least 1, and at least its scale. */
int decimal_width(const struct decimal *decimal);

/* Writes sign, digits, point and exactly `scale` digits after it; returns the size. A magnitude of
 * any 128 bits, so that DuckDB's widest integers pass too. */
size_t decimal_format(char text[DECIMAL_TEXT_SIZE], bool is_negative, uint128 magnitude, int scale);

#endif

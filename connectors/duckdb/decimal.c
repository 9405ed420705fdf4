#include "duckdb/decimal.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Up to 10^38, which fits in 127 bits. */
static int128 power_of_ten(int exponent)
{
    int128 power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

static int128 magnitude_of(int128 number)
{
    return number < 0 ? -number : number;
}

bool decimal_parse(struct decimal *decimal, const char *text, size_t size)
{
    const int128 limit = power_of_ten(DECIMAL_MAX_DIGITS - 1); /* one more digit still fits */
    bool is_negative = size > 0 && text[0] == '-';
    size_t i = size > 0 && (text[0] == '-' || text[0] == '+');
    bool has_digits = false, has_point = false;
    int128 number = 0;
    int scale = 0;

    for (; i < size; i++) {
        if (text[i] == '.' && !has_point) {
            has_point = true;
            continue;
        }
        if (!is_digit(text[i]) || number >= limit || scale == DECIMAL_MAX_DIGITS)
            return false;
        has_digits = true;
        number = number * 10 + (text[i] - '0');
        scale += has_point;
    }
    if (!has_digits)
        return false;
    decimal->unscaled = is_negative ? -number : number;
    decimal->scale = scale;
    return true;
}

bool decimal_rescale(struct decimal *decimal, int scale, int width)
{
    struct decimal result = *decimal;

    while (result.scale > scale && result.unscaled % 10 == 0) {
        result.unscaled /= 10;
        result.scale--;
    }
    while (result.scale < scale && magnitude_of(result.unscaled) < power_of_ten(width - 1)) {
        result.unscaled *= 10;
        result.scale++;
    }
    if (result.scale != scale || magnitude_of(result.unscaled) >= power_of_ten(width))
        return false;
    *decimal = result;
    return true;
}

int decimal_width(const struct decimal *decimal)
{
    int128 rest = magnitude_of(decimal->unscaled);
    int width = 0;

    for (; rest > 0; rest /= 10)
        width++;
    if (width < decimal->scale)
        width = decimal->scale;
    return width > 0 ? width : 1;
}

size_t decimal_format(char text[DECIMAL_TEXT_SIZE], bool is_negative, uint128 magnitude, int scale)
{
    char reversed[DECIMAL_TEXT_SIZE];
    size_t size = 0;

    for (int digit = 0; magnitude > 0 || digit <= scale; digit++) {
        if (digit == scale && scale > 0)
            reversed[size++] = '.';
        reversed[size++] = (char)('0' + (int)(magnitude % 10));
        magnitude /= 10;
    }
    if (is_negative)
        reversed[size++] = '-';
    for (size_t i = 0; i < size; i++)
        text[i] = reversed[size - 1 - i];
    text[size] = '\0';
    return size;
}

#include "data/number.h"

#include <math.h>
#include <stdlib.h>

enum { EXPONENT_MAX = 100000000, DIGITS_THAT_FIT = 19 /* into 64 bits */ };

/* Exact in a double, and so is digits below 2^53: one rounding, the right one (W. Clinger, How to
 * Read Floating Point Numbers Accurately, 1990). */
static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* Digits as they come: zeros are held back, so that those at the end never count. */
struct mantissa {
    uint64_t digits;
    int64_t held_zeros;
    bool is_exact;
};

static void add_digit(struct mantissa *mantissa, unsigned digit)
{
    if (digit == 0) {
        mantissa->held_zeros += mantissa->digits != 0;
        return;
    }
    for (; mantissa->held_zeros > 0 && mantissa->is_exact; mantissa->held_zeros--)
        mantissa->is_exact = !__builtin_mul_overflow(mantissa->digits, 10, &mantissa->digits);
    mantissa->is_exact = mantissa->is_exact &&
                         !__builtin_mul_overflow(mantissa->digits, 10, &mantissa->digits) &&
                         !__builtin_add_overflow(mantissa->digits, digit, &mantissa->digits);
    mantissa->held_zeros = 0;
}

/* Adds the digits at *at and returns how many there are. */
static int64_t take_digits(const char **at, const char *end, struct mantissa *mantissa)
{
    const char *start = *at;

    for (; *at < end && number_is_digit(**at); ++*at)
        add_digit(mantissa, (unsigned)(**at - '0'));
    return *at - start;
}

/* The exponent behind 'e'; one that is beyond all types is as good as the largest. */
static bool take_exponent(const char **at, const char *end, int64_t *exponent)
{
    bool is_negative = false;
    int64_t value = 0;

    if (*at < end && (**at == '+' || **at == '-'))
        is_negative = *(*at)++ == '-';
    if (*at == end || !number_is_digit(**at))
        return false;
    for (; *at < end && number_is_digit(**at); ++*at)
        value = value >= EXPONENT_MAX ? EXPONENT_MAX : value * 10 + (**at - '0');
    *exponent += is_negative ? -value : value;
    return true;
}

int number_hex_digit(char c)
{
    if (number_is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What most numbers are: digits alone, the first of them no zero. False: it is another one. */
static bool parse_plain(const char *text, size_t size, struct number *number)
{
    uint64_t digits = 0;
    int64_t exponent = 0;

    if (size == 0 || size > DIGITS_THAT_FIT || text[0] == '0')
        return false;
    for (size_t i = 0; i < size; i++) {
        if (!number_is_digit(text[i]))
            return false;
        digits = digits * 10 + (uint64_t)(text[i] - '0');
    }
    for (; digits % 10 == 0; digits /= 10)
        exponent++;
    *number = (struct number){
        .is_exact = true, .is_canonical = true, .digits = digits, .exponent = exponent};
    return true;
}

bool number_parse(const char *text, size_t size, struct number *number)
{
    const char *at = text, *end = text + size;
    struct mantissa mantissa = {.is_exact = true};
    struct number result = {.is_canonical = true};
    int64_t fraction = 0;

    if (parse_plain(text, size, number))
        return true;
    if (at < end && (*at == '-' || *at == '+')) {
        result.is_negative = *at == '-';
        result.is_canonical = *at++ == '-';
    }
    bool starts_with_zero = at < end && *at == '0';
    int64_t whole = take_digits(&at, end, &mantissa);
    if (whole == 0 || (whole > 1 && starts_with_zero))
        result.is_canonical = false;
    if (at < end && *at == '.') {
        at++;
        result.has_fraction_or_exponent = true;
        fraction = take_digits(&at, end, &mantissa);
        if (fraction == 0)
            result.is_canonical = false;
    }
    if (whole + fraction == 0)
        return false;
    result.exponent = mantissa.held_zeros - fraction;
    if (at < end && (*at == 'e' || *at == 'E')) {
        at++;
        result.has_fraction_or_exponent = true;
        if (!take_exponent(&at, end, &result.exponent))
            return false;
    }
    if (at < end)
        return false;
    result.is_exact = mantissa.is_exact;
    result.digits = mantissa.digits;
    if (result.is_exact && result.digits == 0)
        result.exponent = 0;
    *number = result;
    return true;
}

bool number_is_integral(const struct number *number)
{
    return number->exponent >= 0;
}

bool number_fits_int64(const struct number *number, int64_t *value)
{
    uint64_t limit = (uint64_t)INT64_MAX + number->is_negative;
    uint64_t digits = number->digits;

    if (!number->is_exact || number->exponent < 0 || number->exponent > 18)
        return false;
    for (int64_t i = 0; i < number->exponent; i++)
        if (__builtin_mul_overflow(digits, 10, &digits))
            return false;
    if (digits > limit)
        return false;
    *value = number->is_negative ? (int64_t)(0 - digits) : (int64_t)digits;
    return true;
}

bool number_to_double(const struct number *number, const char *text, size_t size, double *value)
{
    bool is_small = number->is_exact && number->digits < UINT64_C(1) << 53;
    double magnitude = (double)number->digits;
    struct buf copy;

    if (is_small && number->exponent >= -22 && number->exponent <= 22) {
        magnitude = number->exponent < 0 ? magnitude / exact_powers[-number->exponent]
                                         : magnitude * exact_powers[number->exponent];
        *value = number->is_negative ? -magnitude : magnitude;
        return true;
    }
    /* strtod wants a NUL, and reads the C locale's point: nothing here calls setlocale. */
    buf_init(&copy);
    buf_append(&copy, text, size);
    double result = strtod(copy.data, NULL);
    buf_release(&copy);
    if (!isfinite(result))
        return false;
    *value = result;
    return true;
}

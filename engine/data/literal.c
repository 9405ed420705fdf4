#include "data/literal.h"

#include "base/clock.h"
#include "data/number.h"

#include <strings.h>

/* An exponent that would write more zeros than this is no number that somebody keeps exactly. */
enum { DECIMAL_EXPONENT_MAX = 400 };

/* The usual case: up to 18 digits, perhaps a minus sign. */
static bool short_int64(const char *text, size_t size, int64_t *value)
{
    size_t at = size > 0 && text[0] == '-';
    int64_t result = 0;

    if (size == at || size - at > 18)
        return false;
    for (size_t i = at; i < size; i++) {
        if (!number_is_digit(text[i]))
            return false;
        result = result * 10 + (text[i] - '0');
    }
    *value = at > 0 ? -result : result;
    return true;
}

enum literal_result literal_int64(const char *text, size_t size, int64_t *value)
{
    struct number number;

    if (short_int64(text, size, value))
        return LITERAL_OK;
    if (!number_parse(text, size, &number) || !number_is_integral(&number))
        return LITERAL_NOT;
    return number_fits_int64(&number, value) ? LITERAL_OK : LITERAL_TOO_BIG;
}

enum literal_result literal_double(const char *text, size_t size, double *value)
{
    struct number number;

    if (!number_parse(text, size, &number))
        return LITERAL_NOT;
    return number_to_double(&number, text, size, value) ? LITERAL_OK : LITERAL_TOO_BIG;
}

bool literal_bool(const char *text, size_t size, bool *value)
{
    static const struct {
        const char *text;
        size_t size;
        bool value;
    } words[] = {
        {"true", 4, true}, {"false", 5, false}, {"t", 1, true}, {"f", 1, false},
        {"yes", 3, true},  {"no", 2, false},    {"1", 1, true}, {"0", 1, false},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (words[i].size == size && strncasecmp(words[i].text, text, size) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    return false;
}

bool literal_date(const char *text, size_t size, int32_t *days)
{
    bool has_time;
    int64_t us;

    if (!clock_parse(text, size, &us, &has_time, NULL) || has_time)
        return false;
    /* Years have four digits, so that days are whole and fit. */
    *days = (int32_t)((us - (us % CLOCK_US_PER_DAY + CLOCK_US_PER_DAY) % CLOCK_US_PER_DAY) /
                      CLOCK_US_PER_DAY);
    return true;
}

bool literal_time(const char *text, size_t size, int64_t *us)
{
    char moment[64] = "1970-01-01T";
    bool has_zone;
    int64_t result;

    /* clock_parse knows times behind a date only; one of more than 32 characters is none. */
    if (size == 0 || size > 32)
        return false;
    memcpy(moment + 11, text, size);
    if (!clock_parse(moment, 11 + size, &result, NULL, &has_zone) || has_zone)
        return false;
    *us = result;
    return true;
}

static bool hex_byte(const char *text, uint8_t *value)
{
    int high = number_hex_digit(text[0]), low = number_hex_digit(text[1]);

    if (high < 0 || low < 0)
        return false;
    *value = (uint8_t)(high << 4 | low);
    return true;
}

bool literal_uuid(const char *text, size_t size, uint8_t value[16])
{
    uint8_t result[16];
    bool has_hyphens = size == 36;
    size_t at = 0;

    if (size != 32 && size != 36)
        return false;
    for (int i = 0; i < 16; i++) {
        if (has_hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-')
            return false;
        if (!hex_byte(text + at, &result[i]))
            return false;
        at += 2;
    }
    memcpy(value, result, sizeof result);
    return true;
}

/* Appends the number without an exponent: 1.5e-3 becomes 0.0015. */
static const char *append_decimal(struct column *column, const char *text, size_t size)
{
    struct number number;
    struct buf out;
    char digits[24];

    if (!number_parse(text, size, &number))
        return "is not a decimal number";
    if (memchr(text, 'e', size) == NULL && memchr(text, 'E', size) == NULL) {
        bool has_plus = text[0] == '+';
        column_append_text(column, text + has_plus, size - has_plus);
        return NULL;
    }
    if (!number.is_exact || number.exponent > DECIMAL_EXPONENT_MAX ||
        number.exponent < -DECIMAL_EXPONENT_MAX)
        return "has an exponent that is not written out";
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number.digits);
    int64_t point = count + number.exponent; /* digits in front of it */
    buf_init(&out);
    if (number.is_negative && number.digits != 0)
        buf_append_char(&out, '-');
    if (point <= 0)
        buf_append_str(&out, "0.");
    for (int64_t i = point; i < 0; i++)
        buf_append_char(&out, '0');
    for (int64_t i = 0; i < count; i++) {
        if (i > 0 && i == point)
            buf_append_char(&out, '.');
        buf_append_char(&out, digits[i]);
    }
    for (int64_t i = count; i < point; i++)
        buf_append_char(&out, '0');
    column_append_text(column, out.data, out.size);
    buf_release(&out);
    return NULL;
}

static const char *append_bytes(struct column *column, const char *text, size_t size)
{
    const char *problem = NULL;
    struct buf out;

    if (size < 2 || size % 2 != 0 || text[0] != '\\' || text[1] != 'x')
        return "is not bytes (\\x and hexadecimal digits)";
    buf_init(&out);
    for (size_t i = 2; i < size && problem == NULL; i += 2) {
        uint8_t byte;
        if (hex_byte(text + i, &byte))
            buf_append(&out, &byte, 1);
        else
            problem = "is not bytes (\\x and hexadecimal digits)";
    }
    if (problem == NULL)
        column_append_text(column, out.data, out.size);
    buf_release(&out);
    return problem;
}

static const char *append_integer(struct column *column, const char *text, size_t size)
{
    bool is_short = column->type == AORTA_INT32;
    int64_t value;
    enum literal_result result = literal_int64(text, size, &value);

    if (result == LITERAL_NOT)
        return "is not an integer";
    if (result == LITERAL_TOO_BIG)
        return "does not fit 64 bits";
    if (is_short && (value < INT32_MIN || value > INT32_MAX))
        return "does not fit an integer of 32 bits; bigint has 64";
    column_append_int(column, value);
    return NULL;
}

static const char *append_double(struct column *column, const char *text, size_t size)
{
    double value;
    enum literal_result result = literal_double(text, size, &value);

    if (result == LITERAL_NOT)
        return "is not a number";
    if (result == LITERAL_TOO_BIG)
        return "does not fit a double";
    column_append_double(column, value);
    return NULL;
}

static const char *append_timestamp(struct column *column, const char *text, size_t size)
{
    struct number number;
    int64_t us;

    if (clock_parse(text, size, &us, NULL, NULL)) {
        column_append_int(column, us);
        return NULL;
    }
    if (number_parse(text, size, &number))
        return "is a number and not a timestamp; load it as bigint and convert it with its unit";
    return "is not a timestamp";
}

static const char *append_date_or_time(struct column *column, const char *text, size_t size)
{
    int64_t us;
    int32_t days;

    if (column->type == AORTA_TIME) {
        if (!literal_time(text, size, &us))
            return "is not a time";
        column_append_int(column, us);
        return NULL;
    }
    if (!literal_date(text, size, &days))
        return "is not a date";
    column_append_int(column, days);
    return NULL;
}

const char *literal_append(struct column *column, const char *text, size_t size)
{
    uint8_t uuid[16];
    bool truth;

    switch (column->type) {
    case AORTA_BOOL:
        if (!literal_bool(text, size, &truth))
            return "is not a boolean";
        column_append_bool(column, truth);
        return NULL;
    case AORTA_INT32:
    case AORTA_INT64: return append_integer(column, text, size);
    case AORTA_DOUBLE: return append_double(column, text, size);
    case AORTA_DATE:
    case AORTA_TIME: return append_date_or_time(column, text, size);
    case AORTA_TIMESTAMP:
    case AORTA_TIMESTAMPTZ: return append_timestamp(column, text, size);
    case AORTA_UUID:
        if (!literal_uuid(text, size, uuid))
            return "is not a uuid";
        column_append_uuid(column, uuid);
        return NULL;
    case AORTA_DECIMAL: return append_decimal(column, text, size);
    case AORTA_BYTES: return append_bytes(column, text, size);
    case AORTA_TEXT:
    case AORTA_JSON: column_append_text(column, text, size); return NULL;
    }
    return "is of no known type";
}

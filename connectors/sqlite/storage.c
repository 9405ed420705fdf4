#include "sqlite/storage.h"

#include "base/clock.h"
#include "sqlite/dialect.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

/* Besides our own names. A name of several words is looked up whole, then word by word. */
static const struct {
    const char *name;
    enum aorta_type type;
} foreign_names[] = {
    {"BOOL", AORTA_BOOL},
    {"TINYINT", AORTA_INT32},
    {"SMALLINT", AORTA_INT32},
    {"MEDIUMINT", AORTA_INT32},
    {"INT2", AORTA_INT32},
    {"INT", AORTA_INT64},
    {"INTEGER", AORTA_INT64},
    {"INT8", AORTA_INT64},
    {"REAL", AORTA_DOUBLE},
    {"FLOAT", AORTA_DOUBLE},
    {"FLOAT4", AORTA_DOUBLE},
    {"FLOAT8", AORTA_DOUBLE},
    {"DATE", AORTA_DATE},
    {"TIMESTAMP WITH TIME ZONE", AORTA_TIMESTAMPTZ},
    {"TIMESTAMPTZ", AORTA_TIMESTAMPTZ},
    {"TIMESTAMP", AORTA_TIMESTAMP},
    {"DATETIME", AORTA_TIMESTAMP},
    {"TIME", AORTA_TIME},
    {"UUID", AORTA_UUID},
    {"CHAR", AORTA_TEXT},
    {"VARCHAR", AORTA_TEXT},
    {"NCHAR", AORTA_TEXT},
    {"NVARCHAR", AORTA_TEXT},
    {"CHARACTER", AORTA_TEXT},
    {"CLOB", AORTA_TEXT},
    {"STRING", AORTA_TEXT},
    {"JSON", AORTA_JSON},
    {"JSONB", AORTA_JSON},
    {"NUMERIC", AORTA_DECIMAL},
    {"BYTEA", AORTA_BYTES},
    {"BINARY", AORTA_BYTES},
    {"VARBINARY", AORTA_BYTES},
};

static bool find_name(const char *name, size_t size, enum aorta_type *type)
{
    for (int i = 0; i < AORTA_TYPES; i++)
        if (strlen(sqlite_dialect.type_names[i]) == size &&
            sqlite3_strnicmp(sqlite_dialect.type_names[i], name, (int)size) == 0) {
            *type = (enum aorta_type)i;
            return true;
        }
    for (size_t i = 0; i < sizeof foreign_names / sizeof foreign_names[0]; i++)
        if (strlen(foreign_names[i].name) == size &&
            sqlite3_strnicmp(foreign_names[i].name, name, (int)size) == 0) {
            *type = foreign_names[i].type;
            return true;
        }
    return false;
}

bool storage_type_of(const char *declared, enum aorta_type *type)
{
    if (declared == NULL)
        return false;

    size_t size = strcspn(declared, "(");
    while (size > 0 && declared[size - 1] == ' ')
        size--;
    if (find_name(declared, size, type))
        return true;
    for (size_t at = 0; at < size;) {
        size_t word = strcspn(declared + at, " (");
        if (find_name(declared + at, word, type))
            return true;
        at += word + 1;
    }
    return false;
}

bool storage_accepts(enum aorta_type column, enum aorta_type rows)
{
    if (column == rows)
        return true;
    switch (column) {
    case AORTA_TEXT: return rows != AORTA_BYTES;
    case AORTA_JSON: return rows == AORTA_TEXT;
    case AORTA_INT64:
    case AORTA_DOUBLE: return rows == AORTA_INT32;
    case AORTA_DECIMAL: return rows == AORTA_INT32 || rows == AORTA_INT64;
    case AORTA_TIMESTAMP: return rows == AORTA_TIMESTAMPTZ;
    case AORTA_TIMESTAMPTZ: return rows == AORTA_TIMESTAMP;
    case AORTA_BOOL:
    case AORTA_INT32:
    case AORTA_DATE:
    case AORTA_TIME:
    case AORTA_UUID:
    case AORTA_BYTES: return false;
    }
    return false;
}

/* ---------------------------------------------------------------------------------- formatting */

/* The number with as many digits as `width`; returns behind them. A millionth of a load's time goes
 * here per row, so no printf. */
static char *put_digits(char *at, int64_t number, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    return at + width;
}

size_t storage_format_date(char text[STORAGE_TEXT_SIZE], int64_t days)
{
    int64_t year;
    int month, day;
    char *at = text;

    /* Days of 0000-01-01 and 9999-12-31. */
    if (days < -719528 || days > 2932896)
        return 0;
    clock_civil_from_days(days, &year, &month, &day);
    at = put_digits(at, year, 4);
    *at++ = '-';
    at = put_digits(at, month, 2);
    *at++ = '-';
    at = put_digits(at, day, 2);
    return (size_t)(at - text);
}

size_t storage_format_time(char text[STORAGE_TEXT_SIZE], int64_t us)
{
    char *at = text;

    if (us < 0 || us >= CLOCK_US_PER_DAY)
        return 0;
    int64_t second = us / CLOCK_US_PER_SECOND;
    at = put_digits(at, second / 3600, 2);
    *at++ = ':';
    at = put_digits(at, second / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, second % 60, 2);
    *at++ = '.';
    at = put_digits(at, us % CLOCK_US_PER_SECOND, 6);
    return (size_t)(at - text);
}

size_t storage_format_timestamp(char text[STORAGE_TEXT_SIZE], int64_t us)
{
    int64_t of_day = us % CLOCK_US_PER_DAY;
    int64_t days = us / CLOCK_US_PER_DAY;

    if (of_day < 0) {
        of_day += CLOCK_US_PER_DAY;
        days--;
    }
    size_t size = storage_format_date(text, days);
    if (size == 0)
        return 0;
    text[size++] = ' ';
    return size + storage_format_time(text + size, of_day);
}

size_t storage_format_uuid(char text[STORAGE_TEXT_SIZE], const void *bytes)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *byte = bytes;
    char *at = text;

    for (int i = 0; i < STORAGE_UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[byte[i] >> 4];
        *at++ = digits[byte[i] & 15];
    }
    return (size_t)(at - text);
}

size_t storage_format_decimal(char text[STORAGE_TEXT_SIZE], double number)
{
    /* %.15g gives the digits that were stored; as many behind the point as it needs, not more. */
    char precise[STORAGE_TEXT_SIZE];

    if (!isfinite(number) || fabs(number) >= 1e20)
        return 0;
    snprintf(precise, sizeof precise, "%.14e", number);
    int exponent = 0;
    if (sscanf(strchr(precise, 'e') + 1, "%d", &exponent) != 1)
        return 0;
    int decimals = exponent < 14 ? 14 - exponent : 0;
    if (decimals > 30)
        decimals = 30;
    int size = snprintf(text, STORAGE_TEXT_SIZE, "%.*f", decimals, number);
    if (size <= 0 || size >= STORAGE_TEXT_SIZE)
        return 0;
    if (decimals > 0)
        while (text[size - 1] == '0' || text[size - 1] == '.')
            if (text[--size] == '.')
                break;
    return (size_t)size;
}

/* ------------------------------------------------------------------------------------- parsing */

bool storage_parse_timestamp(const char *text, size_t size, int64_t *us)
{
    return clock_parse(text, size, us, NULL, NULL);
}

bool storage_parse_date(const char *text, size_t size, int32_t *days)
{
    int64_t us;
    bool has_zone;

    if (!clock_parse(text, size, &us, NULL, &has_zone) || has_zone || us % CLOCK_US_PER_DAY != 0)
        return false;
    *days = (int32_t)(us / CLOCK_US_PER_DAY);
    return true;
}

bool storage_parse_time(const char *text, size_t size, int64_t *us)
{
    static const char epoch[] = "1970-01-01T";
    char whole[sizeof epoch + STORAGE_TEXT_SIZE];
    bool has_zone;

    if (size == 0 || size > STORAGE_TEXT_SIZE)
        return false;
    memcpy(whole, epoch, sizeof epoch - 1);
    memcpy(whole + sizeof epoch - 1, text, size);
    return clock_parse(whole, sizeof epoch - 1 + size, us, NULL, &has_zone) && !has_zone;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool storage_parse_uuid(const char *text, size_t size, unsigned char bytes[STORAGE_UUID_BYTES])
{
    const char *at = text;

    if (size != 36)
        return false;
    for (int i = 0; i < STORAGE_UUID_BYTES; i++, at += 2) {
        if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
            return false;
        int high = hex_value(at[0]), low = hex_value(at[1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* Counts the digits of [+-]123.45, leading zeros and zeros behind the last decimal left out;
 * -1: it is no such number. */
static int count_digits(const char *text, size_t size, bool *has_decimals)
{
    int digits = 0, pending = 0, any = 0, points = 0;

    for (size_t i = size > 0 && (text[0] == '-' || text[0] == '+'); i < size; i++) {
        char c = text[i];
        if (c == '.' && points++ == 0)
            continue;
        if (c < '0' || c > '9' || any++ > 1000)
            return -1;
        if (c == '0') {
            pending += digits > 0 || points > 0;
            continue;
        }
        digits += digits > 0 ? pending + 1 : 1;
        pending = 0;
        *has_decimals = *has_decimals || points > 0;
    }
    if (any == 0 || points > 1)
        return -1;
    return *has_decimals || points > 0 ? digits : digits + pending;
}

bool storage_is_decimal(const char *text, size_t size)
{
    bool has_decimals = false;

    return count_digits(text, size, &has_decimals) >= 0;
}

bool storage_keeps_decimal(const char *text, size_t size)
{
    bool has_decimals = false;
    int digits = count_digits(text, size, &has_decimals);

    return digits >= 0 && digits <= (has_decimals ? 15 : 18);
}

#include "executor/key_hour.h"

#include "base/clock.h"

#include <string.h>

static const int64_t us_per_hour = 3600 * CLOCK_US_PER_SECOND;

/* A folder of the key: its name, and where the value behind an equals sign begins. */
struct folder {
    size_t start, value, end;
};

/* The folder at that place; false for the file's own name. */
static bool folder_at(const char *key, size_t start, struct folder *folder)
{
    const char *slash = strchr(key + start, '/');

    if (slash == NULL)
        return false;
    *folder = (struct folder){start, start, (size_t)(slash - key)};
    const char *equals = memchr(key + start, '=', folder->end - start);
    if (equals != NULL)
        folder->value = (size_t)(equals - key) + 1;
    return true;
}

static bool read_digits(const char *key, size_t at, int count, int64_t *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        char digit = key[at + (size_t)i];
        if (digit < '0' || digit > '9')
            return false;
        *value = *value * 10 + (digit - '0');
    }
    return true;
}

struct number {
    size_t at;   /* of its first digit */
    size_t next; /* of the folder behind it */
    int64_t value;
};

/* A folder whose value is a number of just so many digits, at most `most`. */
static bool read_number(const char *key, size_t start, int digits, int64_t most,
                        struct number *number)
{
    struct folder folder;

    if (!folder_at(key, start, &folder) || folder.end - folder.value != (size_t)digits ||
        !read_digits(key, folder.value, digits, &number->value) || number->value > most)
        return false;
    number->at = folder.value;
    number->next = folder.end + 1;
    return true;
}

struct civil {
    int64_t year, month, day, hour;
};

/* 2024-04-01 in one folder. */
static bool read_date(const char *key, const struct folder *folder, struct key_hour *found,
                      struct civil *civil)
{
    size_t at = folder->value;

    if (folder->end - at != 10 || key[at + 4] != '-' || key[at + 7] != '-' ||
        !read_digits(key, at, 4, &civil->year) || !read_digits(key, at + 5, 2, &civil->month) ||
        !read_digits(key, at + 8, 2, &civil->day))
        return false;
    found->year = at;
    found->month = at + 5;
    found->day = at + 8;
    return true;
}

/* 2024/04/01 in three. */
static bool read_folders(const char *key, size_t start, struct key_hour *found, struct civil *civil,
                         size_t *next)
{
    struct number year, month, day;

    if (!read_number(key, start, 4, 9999, &year) || !read_number(key, year.next, 2, 12, &month) ||
        !read_number(key, month.next, 2, 31, &day))
        return false;
    found->year = year.at;
    found->month = month.at;
    found->day = day.at;
    *civil = (struct civil){.year = year.value, .month = month.value, .day = day.value};
    *next = day.next;
    return true;
}

static bool find_at(const char *key, const struct folder *folder, struct key_hour *found)
{
    struct civil civil = {0};
    struct number hour;
    size_t next = folder->end + 1;

    *found = (struct key_hour){.from = folder->start};
    if (!read_date(key, folder, found, &civil) &&
        !read_folders(key, folder->start, found, &civil, &next))
        return false;
    if (civil.month < 1 || civil.month > 12 || civil.day < 1 || civil.day > 31)
        return false;
    found->end = found->day + 2;
    if (read_number(key, next, 2, 23, &hour)) {
        found->hour = hour.at;
        found->end = hour.at + 2;
        civil.hour = hour.value;
    }
    found->us =
        clock_days_from_civil(civil.year, (int)civil.month, (int)civil.day) * CLOCK_US_PER_DAY +
        civil.hour * us_per_hour;
    return true;
}

bool key_hour_find(const char *key, struct key_hour *found)
{
    struct folder folder;

    for (size_t start = 0; folder_at(key, start, &folder); start = folder.end + 1)
        if (find_at(key, &folder, found))
            return true;
    return false;
}

enum key_place key_hour_place(const char *key, int64_t start_us, int64_t end_us)
{
    struct key_hour found;

    if (!key_hour_find(key, &found))
        return KEY_OUTSIDE;
    int64_t until_us = found.us + (found.hour > 0 ? us_per_hour : CLOCK_US_PER_DAY);
    if (until_us <= start_us || found.us >= end_us)
        return KEY_OUTSIDE;
    return found.us >= start_us && until_us <= end_us ? KEY_WITHIN : KEY_ACROSS;
}

static void write_digits(char *text, size_t at, int64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        text[at + (size_t)i] = (char)('0' + value % 10);
        value /= 10;
    }
}

void key_hour_write(const char *key, const struct key_hour *found, int64_t us, struct buf *out)
{
    size_t start = out->size;
    int64_t days = us / CLOCK_US_PER_DAY - (us % CLOCK_US_PER_DAY < 0), year;
    int month, day;

    clock_civil_from_days(days, &year, &month, &day);
    buf_append(out, key, found->end);
    char *text = out->data + start;
    write_digits(text, found->year, year, 4);
    write_digits(text, found->month, month, 2);
    write_digits(text, found->day, day, 2);
    if (found->hour > 0)
        write_digits(text, found->hour, (us - days * CLOCK_US_PER_DAY) / us_per_hour, 2);
}

#include "place.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

bool place_is_after(const struct place *place, const struct place *other)
{
    if (place->slot != other->slot)
        return place->slot > other->slot;
    if (place->user_id != other->user_id)
        return place->user_id > other->user_id;
    return place->index > other->index;
}

static size_t write_digits(char *text, int64_t value)
{
    char digits[24];
    size_t count = 0;

    do
        digits[count++] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    for (size_t i = 0; i < count; i++)
        text[i] = digits[count - 1 - i];
    return count;
}

size_t place_write(const struct place *place, char text[PLACE_TEXT_SIZE])
{
    size_t size = 0;

    /* Hours before 1970 have a sign; the other two never do. */
    if (place->slot < 0)
        text[size++] = '-';
    size += write_digits(text + size, place->slot < 0 ? -place->slot : place->slot);
    text[size++] = '/';
    size += write_digits(text + size, place->user_id);
    text[size++] = '/';
    size += write_digits(text + size, place->index);
    text[size] = '\0';
    return size;
}

void places_init(struct place *places, int32_t partitions)
{
    for (int32_t i = 0; i < partitions; i++)
        places[i] = (struct place){.slot = INT64_MIN};
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* A whole number of at most 15 digits. */
static bool take_number(const char **at, int64_t *value)
{
    bool is_negative = **at == '-';
    const char *digits = *at + is_negative;
    size_t count = strspn(digits, "0123456789");

    if (count == 0 || count > 15)
        return false;
    *value = 0;
    for (size_t i = 0; i < count; i++)
        *value = *value * 10 + (digits[i] - '0');
    *value = is_negative ? -*value : *value;
    *at = digits + count;
    return true;
}

static bool take_char(const char **at, char c)
{
    *at = skip_blanks(*at);
    if (**at != c)
        return false;
    ++*at;
    return true;
}

/* "3":"475539/19999/2" */
static bool take_entry(const char **at, struct place *places, int32_t partitions)
{
    int64_t partition, slot, user_id, index;

    if (!take_char(at, '"') || !take_number(at, &partition) || *(*at)++ != '"' ||
        !take_char(at, ':') || !take_char(at, '"'))
        return false;
    if (!take_number(at, &slot) || *(*at)++ != '/' || !take_number(at, &user_id) ||
        *(*at)++ != '/' || !take_number(at, &index) || *(*at)++ != '"')
        return false;
    if (partition < 0 || partition >= partitions || user_id < 0 || user_id > INT32_MAX ||
        index < 0 || index > INT32_MAX)
        return false;
    places[partition] = (struct place){slot, (int32_t)user_id, (int32_t)index};
    return true;
}

bool places_parse(struct place *places, int32_t partitions, const char *json)
{
    const char *at = json;

    places_init(places, partitions);
    if (!take_char(&at, '{'))
        return false;
    if (!take_char(&at, '}')) {
        do {
            if (!take_entry(&at, places, partitions))
                return false;
        } while (take_char(&at, ','));
        if (!take_char(&at, '}'))
            return false;
    }
    return *skip_blanks(at) == '\0';
}

void places_write(const struct place *places, int32_t partitions, struct buf *out)
{
    struct json_writer json;
    char name[16], text[PLACE_TEXT_SIZE];

    json_writer_init(&json, out);
    json_write_object(&json);
    for (int32_t i = 0; i < partitions; i++) {
        if (places[i].slot == INT64_MIN)
            continue;
        snprintf(name, sizeof name, "%d", i);
        json_write_key(&json, name);
        json_write_strn(&json, text, place_write(&places[i], text));
    }
    json_write_end(&json);
}

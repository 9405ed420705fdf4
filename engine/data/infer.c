#include "data/infer.h"

#include "base/clock.h"
#include "base/limits.h"
#include "data/csv.h"
#include "data/number.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum infer_kind infer_number(const char *text, size_t size)
{
    struct number number;
    int64_t integer;
    double real;

    if (!number_parse(text, size, &number) || !number.is_canonical)
        return INFER_STRING;
    if (number.has_fraction_or_exponent)
        return number_to_double(&number, text, size, &real) ? INFER_NUMBER : INFER_STRING;
    return number_fits_int64(&number, &integer) ? INFER_INTEGER : INFER_STRING;
}

enum infer_kind infer_field(const char *text, size_t size, bool is_quoted)
{
    bool has_time, has_zone;
    int64_t us;

    if (size == 0)
        return is_quoted ? INFER_STRING : INFER_NULL;
    if ((size == 4 && strncasecmp(text, "true", 4) == 0) ||
        (size == 5 && strncasecmp(text, "false", 5) == 0))
        return INFER_BOOLEAN;
    if (clock_parse(text, size, &us, &has_time, &has_zone))
        return has_zone ? INFER_TIMESTAMPTZ : has_time ? INFER_TIMESTAMP : INFER_DATE;
    return infer_number(text, size);
}

enum aorta_type infer_type(unsigned seen)
{
    static const struct {
        unsigned kinds; /* nothing but these was seen */
        enum aorta_type type;
    } narrowest_first[] = {
        {INFER_NULL, AORTA_TEXT},
        {INFER_BOOLEAN, AORTA_BOOL},
        {INFER_INTEGER, AORTA_INT64},
        {INFER_INTEGER | INFER_NUMBER, AORTA_DOUBLE},
        {INFER_DATE, AORTA_DATE},
        {INFER_DATE | INFER_TIMESTAMP, AORTA_TIMESTAMP},
        {INFER_TIMESTAMPTZ, AORTA_TIMESTAMPTZ},
    };

    if ((seen & INFER_OBJECT) != 0)
        return AORTA_JSON;
    for (size_t i = 0; i < sizeof narrowest_first / sizeof *narrowest_first; i++)
        if ((seen & ~narrowest_first[i].kinds) == 0)
            return narrowest_first[i].type;
    return AORTA_TEXT;
}

/* A column that is being looked at. */
struct guess {
    const char *name;
    unsigned seen;
};

static int add_guess(struct schema *schema, const struct guess *guess, struct err *err)
{
    if (schema_find(schema, guess->name) != NULL)
        return 0;
    return schema_add(
        schema, &(struct schema_column){.name = guess->name, .type = infer_type(guess->seen)}, err);
}

/* ------------------------------------------------------------------------------------------ CSV */

/* The columns of the header, in an arena; ERR_DATA without the file's name. */
static int read_header(const struct csv *csv, struct arena *arena, struct guess **guesses,
                       struct err *err)
{
    if (csv_check_header(csv, err) < 0)
        return -1;
    *guesses = arena_calloc(arena, (size_t)csv->field_count, sizeof **guesses);
    for (int32_t i = 0; i < csv->field_count; i++)
        (*guesses)[i].name = arena_strndup(arena, csv_text(csv, i), csv->fields[i].size);
    return 0;
}

static int look_at_row(const struct csv *csv, struct guess *guesses, int32_t count, struct err *err)
{
    char reason[80];

    if (csv->problem != NULL)
        return err_set(err, ERR_DATA, "%s", csv->problem);
    if (csv->field_count != count) {
        csv_describe_ragged(csv, count, reason, sizeof reason);
        return err_set(err, ERR_DATA, "%s", reason);
    }
    for (int32_t i = 0; i < count; i++)
        guesses[i].seen |=
            infer_field(csv_text(csv, i), csv->fields[i].size, csv->fields[i].is_quoted);
    return 0;
}

/* All records; the file's name and line are the caller's to add. */
static int look_at_csv(struct csv *csv, const char *data, size_t size, struct arena *arena,
                       struct guess **guesses, int32_t *count, struct err *err)
{
    int got;

    while ((got = csv_feed(csv, &data, &size)) == 1 || (got == 0 && (got = csv_finish(csv)) == 1)) {
        int result = *guesses == NULL ? read_header(csv, arena, guesses, err)
                                      : look_at_row(csv, *guesses, *count, err);
        if (result < 0)
            return -1;
        if (*count == 0)
            *count = csv->field_count;
    }
    if (got < 0)
        return err_set(err, ERR_DATA, "%s", csv->problem);
    return *count > 0 ? 0 : err_set(err, ERR_DATA, "no header");
}

int infer_csv(struct schema *schema, const char *file, const char *data, size_t size,
              char delimiter, struct err *err)
{
    struct guess *guesses = NULL;
    int32_t count = 0;
    struct arena arena;
    struct csv csv;

    arena_init(&arena);
    csv_init(&csv, delimiter == '\0' ? ',' : delimiter);
    int result = look_at_csv(&csv, data, size, &arena, &guesses, &count, err);
    if (result < 0)
        result = err_wrap(err, "%s:%lld", file, (long long)csv.line);
    for (int32_t i = 0; i < count && result == 0; i++)
        if ((result = add_guess(schema, &guesses[i], err)) < 0)
            err_wrap(err, "%s", file);
    csv_release(&csv);
    arena_release(&arena);
    return result;
}

#include "base/clock.h"
#include "base/suggest.h"
#include "schedule/cron.h"
#include "schedule/cron_day.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { TEXT_BYTES = 256, FIELDS = 6, DAY_FIELD = 3, MONTH_FIELD = 4, WEEKDAY_FIELD = 5 };

#define EVERY_MOST_S INT64_C(31622400) /* a leap year */

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                          "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static const struct field {
    const char *name;
    int least, most;
    const char *const *names; /* of least and those that follow */
    int name_count;
    const char *allowed;
} fields[FIELDS] = {
    {"second", 0, 59, NULL, 0, "0 to 59"},
    {"minute", 0, 59, NULL, 0, "0 to 59"},
    {"hour", 0, 23, NULL, 0, "0 to 23"},
    {"day of month", 1, 31, NULL, 0, "1 to 31, and L, the last"},
    {"month", 1, 12, month_names, 12, "1 to 12, jan to dec"},
    {"day of week", 0, 7, weekday_names, 7, "0 to 7 (0 and 7 are Sunday), sun to sat"},
};

static const struct alias {
    const char *name;
    const char *expression;
} aliases[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"},
};

enum { ALIASES = sizeof aliases / sizeof *aliases };

/* One item of a field's list, and what it is a part of. */
struct item {
    const struct field *field;
    const char *text;
    size_t size;
    const char *at; /* what is left to read */
};

static int refuse(const struct item *item, struct err *err, const char *why)
{
    return err_set(err, ERR_CONFIG, "%s \"%.*s\": %s", item->field->name, (int)item->size,
                   item->text, why);
}

static int refuse_value(const struct item *item, struct err *err)
{
    return err_set(err, ERR_CONFIG, "%s \"%.*s\": allowed are %s", item->field->name,
                   (int)item->size, item->text, item->field->allowed);
}

static const char *item_end(const struct item *item)
{
    return item->text + item->size;
}

static bool take_char(struct item *item, char c)
{
    if (item->at == item_end(item) || *item->at != c)
        return false;
    item->at++;
    return true;
}

/* A number of any length; one that is too large for a field is -1. */
static int take_number(struct item *item)
{
    int number = 0;
    const char *begin = item->at;

    for (; item->at < item_end(item) && isdigit((unsigned char)*item->at); item->at++)
        if (number >= 0)
            number = number < 1000 ? number * 10 + (*item->at - '0') : -1;
    return item->at == begin ? -1 : number;
}

static int take_value(struct item *item, int *value, struct err *err)
{
    const struct field *field = item->field;
    size_t letters = 0;

    while (item->at + letters < item_end(item) && isalpha((unsigned char)item->at[letters]))
        letters++;
    if (letters > 0) {
        for (int i = 0; i < field->name_count; i++) {
            if (strncasecmp(item->at, field->names[i], 3) != 0)
                continue;
            if (letters != 3)
                return err_set(err, ERR_CONFIG, "%s \"%.*s\": did you mean \"%s\"?", field->name,
                               (int)letters, item->at, field->names[i]);
            *value = field->least + i;
            item->at += letters;
            return 0;
        }
        return refuse_value(item, err);
    }
    *value = take_number(item);
    if (*value < field->least || *value > field->most)
        return refuse_value(item, err);
    return 0;
}

static int refuse_going_down(const struct item *item, int low, int high, struct err *err)
{
    return err_set(err, ERR_CONFIG, "%s \"%.*s\": a range goes up: write \"%d-%d,%d-%d\"",
                   item->field->name, (int)item->size, item->text, low,
                   item->field == &fields[WEEKDAY_FIELD] ? 6 : item->field->most,
                   item->field->least, high);
}

/* "a-b", "a" or "*": its ends. What stands alone has the field's end, if a step follows. */
static int take_range(struct item *item, int *low, int *high, struct err *err)
{
    const struct field *field = item->field;
    bool is_weekday = field == &fields[WEEKDAY_FIELD];
    int last = is_weekday ? 6 : field->most;

    if (take_char(item, '*') ||
        ((is_weekday || field == &fields[DAY_FIELD]) && take_char(item, '?'))) {
        *low = field->least;
        *high = last;
        return 0;
    }
    if (take_value(item, low, err) < 0)
        return -1;
    if (!take_char(item, '-')) {
        if (is_weekday)
            *low %= 7;
        *high = item->at < item_end(item) && *item->at == '/' ? last : *low;
        return 0;
    }
    if (take_value(item, high, err) < 0)
        return -1;
    if (is_weekday && *low == 7 && *high < 7)
        *low = 0;
    else if (is_weekday && *high == 0 && *low > 0)
        *high = 7;
    return *low <= *high ? 0 : refuse_going_down(item, *low, *high, err);
}

static int take_step(struct item *item, int *step, struct err *err)
{
    const struct field *field = item->field;
    int count = field == &fields[WEEKDAY_FIELD] ? 7 : field->most - field->least + 1;

    *step = 1;
    if (!take_char(item, '/'))
        return 0;
    *step = take_number(item);
    if (*step >= 1 && *step <= count)
        return 0;
    return err_set(err, ERR_CONFIG,
                   "%s \"%.*s\": a step is 1 to %d; what goes beyond a field is written as "
                   "\"@every 90m\"",
                   field->name, (int)item->size, item->text, count);
}

static int refuse_rest(const struct item *item, struct err *err)
{
    if (*item->at == '#' || *item->at == 'W' || *item->at == 'w' || *item->at == 'L' ||
        *item->at == 'l')
        return refuse(item, err,
                      "\"#\", \"W\" and days of the week with \"L\" are not known here: list the "
                      "days, as \"8-14\" for the second week");
    return refuse_value(item, err);
}

/* Adds an item's values to a set. */
static int parse_item(struct item *item, uint64_t *set, bool *last_day, struct err *err)
{
    int low, high, step;

    if (item->size == 0)
        return err_set(err, ERR_CONFIG, "%s: a value is missing beside a comma, allowed are %s",
                       item->field->name, item->field->allowed);
    if (item->field == &fields[DAY_FIELD] && item->size == 1 && tolower(item->text[0]) == 'l') {
        *last_day = true;
        return 0;
    }
    if (take_range(item, &low, &high, err) < 0 || take_step(item, &step, err) < 0)
        return -1;
    if (item->at < item_end(item))
        return refuse_rest(item, err);
    for (int value = low; value <= high; value += step)
        *set |= UINT64_C(1) << (item->field == &fields[WEEKDAY_FIELD] ? value % 7 : value);
    return 0;
}

static int parse_field(const struct field *field, const char *text, uint64_t *set, bool *last_day,
                       struct err *err)
{
    *set = 0;
    for (;;) {
        size_t size = strcspn(text, ",");
        struct item item = {field, text, size, text};
        if (parse_item(&item, set, last_day, err) < 0)
            return -1;
        if (text[size] == '\0')
            return 0;
        text += size + 1;
    }
}

/* Cuts a copy of the text into words; their number, at most one more than there is room for. */
static int cut_words(char *text, char *words[FIELDS + 1])
{
    char *rest = text, *word;
    int count = 0;

    while (count <= FIELDS && (word = strsep(&rest, " \t")) != NULL)
        if (*word != '\0')
            words[count++] = word;
    return count;
}

static bool is_open(const char *field)
{
    return *field == '*' || *field == '?';
}

static int refuse_count(int count, struct err *err)
{
    return err_set(err, ERR_CONFIG,
                   "it has %s%d fields: five are minute, hour, day of month, month, day of week; "
                   "six have the second first",
                   count > FIELDS ? "more than " : "", count > FIELDS ? FIELDS : count);
}

static int parse_fields(const char *text, struct cron *cron, struct err *err)
{
    char copy[TEXT_BYTES + 1], zero[] = "0";
    char *words[1 + FIELDS + 1];
    uint64_t sets[FIELDS];

    (void)snprintf(copy, sizeof copy, "%s", text);
    words[0] = zero;
    int count = cut_words(copy, words + 1);
    if (count != FIELDS && count != FIELDS - 1)
        return refuse_count(count, err);
    char **word = count == FIELDS ? words + 1 : words;
    for (int i = 0; i < FIELDS; i++)
        if (parse_field(&fields[i], word[i], &sets[i], &cron->last_day, err) < 0)
            return -1;
    cron->seconds = sets[0];
    cron->minutes = sets[1];
    cron->hours = (uint32_t)sets[2];
    cron->days = (uint32_t)sets[DAY_FIELD];
    cron->months = (uint16_t)sets[MONTH_FIELD];
    cron->weekdays = (uint8_t)sets[WEEKDAY_FIELD];
    cron->either_day = !is_open(word[DAY_FIELD]) && !is_open(word[WEEKDAY_FIELD]);
    cron->is_wildcard = *word[1] == '*' || *word[2] == '*';
    /* The calendar repeats itself after 400 years. */
    if (cron_day_from(cron, clock_days_from_civil(2000, 1, 1)) < 0)
        return err_set(err, ERR_CONFIG,
                       "it never ticks: no month that it names has the day that it names");
    return 0;
}

/* Go's durations, whole seconds: "90s", "1h30m". */
static int parse_every(const char *text, struct cron *cron, struct err *err)
{
    static const struct {
        char unit;
        int seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    int64_t total = 0;
    const char *at = text;

    do {
        int64_t number = 0;
        int seconds = 0;
        const char *begin = at;
        for (; isdigit((unsigned char)*at) && at - begin < 9; at++)
            number = number * 10 + (*at - '0');
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (at > begin && *at == units[i].unit)
                seconds = units[i].seconds;
        if (seconds == 0)
            return err_set(err, ERR_CONFIG,
                           "\"%s\" is no duration in whole seconds: write \"@every 90s\", "
                           "\"@every 1h30m\"",
                           text);
        total += number * seconds;
        at++;
    } while (*at != '\0');
    if (total < 1 || total > EVERY_MOST_S)
        return err_set(err, ERR_CONFIG, "\"%s\": a duration is 1s to 366d", text);
    cron->every_s = total;
    return 0;
}

static int parse_alias(const char *text, struct cron *cron, struct err *err)
{
    const char *names[ALIASES + 1] = {"@every"};
    const char *meant;

    if (strncasecmp(text, "@every", 6) == 0 && strchr(" \t", text[6]) != NULL)
        return parse_every(text + 6 + strspn(text + 6, " \t"), cron, err);
    for (size_t i = 0; i < ALIASES; i++) {
        if (strcasecmp(text, aliases[i].name) == 0)
            return parse_fields(aliases[i].expression, cron, err);
        names[i + 1] = aliases[i].name;
    }
    if (strcasecmp(text, "@reboot") == 0)
        return err_set(err, ERR_CONFIG, "\"@reboot\" is no time: a schedule has times only");
    meant = suggest(text, names, ALIASES + 1);
    if (meant != NULL)
        return err_set(err, ERR_CONFIG, "\"%s\" is not known: did you mean \"%s\"?", text, meant);
    return err_set(err, ERR_CONFIG,
                   "\"%s\" is not known: there are @yearly, @monthly, @weekly, @daily, @hourly and "
                   "\"@every 90s\"",
                   text);
}

static int parse_text(const char *text, struct cron *cron, struct err *err)
{
    if (text[0] == '@')
        return parse_alias(text, cron, err);
    if (strncmp(text, "TZ=", 3) == 0 || strncmp(text, "CRON_TZ=", 8) == 0)
        return err_set(err, ERR_CONFIG, "a time zone is no part of it: it goes into \"timezone\"");
    return parse_fields(text, cron, err);
}

int cron_parse(const char *text, struct cron *cron, struct err *err)
{
    char copy[TEXT_BYTES + 1];
    struct cron parsed;
    size_t size = strnlen(text, TEXT_BYTES + 1);

    memset(&parsed, 0, sizeof parsed);
    if (size > TEXT_BYTES)
        return err_set(err, ERR_CONFIG, "a cron expression has at most %d bytes", TEXT_BYTES);
    for (size_t i = 0; i < size; i++)
        if (text[i] != '\t' && (text[i] < ' ' || text[i] > '~'))
            return err_set(err, ERR_CONFIG,
                           "a cron expression has ASCII letters, digits and spaces only");
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\t'))
        size--;
    size_t blank = strspn(text, " \t") < size ? strspn(text, " \t") : size;
    (void)snprintf(copy, sizeof copy, "%.*s", (int)(size - blank), text + blank);
    if (parse_text(copy, &parsed, err) < 0)
        return err_wrap(err, "cron \"%s\"", copy);
    *cron = parsed;
    return 0;
}

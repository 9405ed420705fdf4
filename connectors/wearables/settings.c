#include "settings.h"

#include "model.h"
#include "person.h"

#include "base/clock.h"

#include <string.h>

enum {
    OPTION_SEED,
    OPTION_USERS,
    OPTION_START,
    OPTION_AS_OF,
    OPTION_SESSIONS_PER_DAY,
    OPTION_LATE_SHARE,
    OPTION_EDITS,
    OPTION_PARTITIONS,
    OPTION_LEAVES,
    OPTION_MODEL,
    OPTIONS,
};

const struct aorta_option settings_options[] = {
    [OPTION_SEED] = {"seed", AORTA_OPTION_INTEGER, false, false, "42",
                     "The same seed gives the same data on every machine"},
    [OPTION_USERS] = {"users", AORTA_OPTION_INTEGER, false, false, "9999",
                      "How many people there are, at most 9999"},
    [OPTION_START] = {"start", AORTA_OPTION_TIME, false, false, "2024-04-01",
                      "When the first reading may be"},
    [OPTION_AS_OF] = {"as_of", AORTA_OPTION_TIME, false, false, NULL,
                      "How far the history goes, exclusive; without it, to the present"},
    [OPTION_SESSIONS_PER_DAY] = {"sessions_per_day", AORTA_OPTION_NUMBER, false, false, "2.8",
                                 "Sessions of a user a day, at most 24; each has 1 to 4 readings"},
    [OPTION_LATE_SHARE] = {"late_share", AORTA_OPTION_NUMBER, false, false, "0.02",
                           "Share of sessions that arrive 1 to 6 hours late"},
    [OPTION_EDITS] = {"edits", AORTA_OPTION_INTEGER, false, false, "200", "Changes to users a day"},
    [OPTION_PARTITIONS] = {"partitions", AORTA_OPTION_INTEGER, false, false, "6",
                           "Partitions of the topic that readings are for"},
    [OPTION_LEAVES] = {"leaves", AORTA_OPTION_TEXT, false, false, "numbers",
                       "How a message has its numbers: numbers, text (as strings), mixed"},
    [OPTION_MODEL] = {"model", AORTA_OPTION_TEXT, false, false, "physiological",
                      "Where heart rates come from: physiological, reference (ranges)"},
    [OPTIONS] = {0},
};

static int check_range(const struct aorta_option_value *values, int option, int64_t low,
                       int64_t high, struct aorta_error *error)
{
    int64_t value = values[option].integer;

    if (value >= low && value <= high)
        return 0;
    return aorta_fail(error, AORTA_CONFIG, "%s is %lld and not between %lld and %lld",
                      settings_options[option].name, (long long)value, (long long)low,
                      (long long)high);
}

/* The number in thousandths, so that everything after it is whole numbers. */
static int read_thousandths(const struct aorta_option_value *values, int option, int64_t high,
                            int64_t *thousandths, struct aorta_error *error)
{
    double value = values[option].number;

    if (!(value >= 0 && value <= (double)high))
        return aorta_fail(error, AORTA_CONFIG, "%s is %g and not between 0 and %lld",
                          settings_options[option].name, value, (long long)high);
    *thousandths = (int64_t)(value * 1000 + 0.5);
    return 0;
}

static const char *const leaves_names[] = {
    [LEAVES_NUMBERS] = "numbers", [LEAVES_TEXT] = "text", [LEAVES_MIXED] = "mixed"};

static int read_leaves(const char *text, enum leaves *leaves, struct aorta_error *error)
{
    for (size_t i = 0; i < sizeof leaves_names / sizeof *leaves_names; i++) {
        if (strcmp(leaves_names[i], text) == 0) {
            *leaves = (enum leaves)i;
            return 0;
        }
    }
    return aorta_fail(error, AORTA_CONFIG,
                      "leaves is \"%.100s\" and not \"numbers\", \"text\" or \"mixed\"", text);
}

int settings_read(struct settings *settings, const struct aorta_option_value *values,
                  struct aorta_error *error)
{
    struct settings result = {.seed = (uint64_t)values[OPTION_SEED].integer};

    if (check_range(values, OPTION_USERS, 1, PERSONS_MAX, error) < 0 ||
        check_range(values, OPTION_EDITS, 0, 100000, error) < 0 ||
        check_range(values, OPTION_PARTITIONS, 1, SETTINGS_PARTITIONS_MAX, error) < 0 ||
        read_thousandths(values, OPTION_SESSIONS_PER_DAY, 24, &result.sessions_per_day, error) <
            0 ||
        read_thousandths(values, OPTION_LATE_SHARE, 1, &result.late_share, error) < 0 ||
        read_leaves(values[OPTION_LEAVES].text, &result.leaves, error) < 0)
        return -1;
    result.model = model_find(values[OPTION_MODEL].text);
    if (result.model == NULL)
        return aorta_fail(error, AORTA_CONFIG,
                          "model is \"%.100s\" and neither \"physiological\" nor \"reference\"",
                          values[OPTION_MODEL].text);
    result.users = (int32_t)values[OPTION_USERS].integer;
    result.edits = (int32_t)values[OPTION_EDITS].integer;
    result.partitions = (int32_t)values[OPTION_PARTITIONS].integer;
    result.start_us = values[OPTION_START].integer;
    result.as_of_us = values[OPTION_AS_OF].is_set ? values[OPTION_AS_OF].integer : INT64_MIN;
    *settings = result;
    return 0;
}

int64_t settings_as_of(const struct settings *settings)
{
    return settings->as_of_us != INT64_MIN ? settings->as_of_us : clock_now_us();
}

#include "session.h"

#include "chance.h"
#include "country.h"

enum {
    SECONDS_PER_HOUR = 3600,
    MINUTES_PER_DAY = 1440,
    LONGEST_PAUSE = 180, /* seconds between two readings */
    LATEST_BEGIN = SECONDS_PER_HOUR - (SESSION_READINGS_MAX - 1) * LONGEST_PAUSE,
};

bool session_happens(const struct settings *settings, int32_t user_id, int64_t hour, int *delay)
{
    struct chance chance =
        chance_of(settings->seed, CHANCE_SESSION, (uint64_t)user_id, (uint64_t)hour);

    if (chance_below(&chance, 24 * 1000) >= settings->sessions_per_day)
        return false;
    *delay = 0;
    if (chance_below(&chance, 1000) < settings->late_share)
        *delay = 1 + (int)chance_below(&chance, SESSION_DELAY_MAX);
    return true;
}

static int32_t between(struct chance *chance, int32_t low, int32_t high)
{
    return low + (int32_t)chance_below(chance, high - low + 1);
}

/* By the sun: the earth turns by a degree in four minutes. */
static int64_t local_second(int64_t second, int32_t longitude)
{
    return second + (int64_t)longitude * 240 / 1000000;
}

static int16_t minute_of_day(int64_t second)
{
    int64_t minute = second / 60 % MINUTES_PER_DAY;

    return (int16_t)(minute < 0 ? minute + MINUTES_PER_DAY : minute);
}

void session_make(const struct settings *settings, const struct repertoire *repertoire,
                  const struct wearer *wearer, int64_t hour, struct session *session)
{
    const struct model *model = settings->model;
    const struct country *country = &countries[wearer->country];
    struct chance chance =
        chance_of(settings->seed, CHANCE_READING, (uint64_t)wearer->user_id, (uint64_t)hour);
    uint64_t choice = chance_next(&chance);
    int64_t second = hour * SECONDS_PER_HOUR + chance_below(&chance, LATEST_BEGIN);

    session->latitude = between(&chance, country->south, country->north);
    session->longitude = between(&chance, country->west, country->east);
    session->reading_count = 1 + (int)chance_below(&chance, SESSION_READINGS_MAX);
    int64_t local = local_second(second, session->longitude);
    struct moment moment = {wearer->country, minute_of_day(local)};
    const struct known_activity *activity = model->choose(repertoire, &moment, choice);
    session->activity_id = activity->activity_id;
    struct exertion exertion = {.wearer = wearer,
                                .kind = activity->kind,
                                .second = second,
                                .local_second = local,
                                .latitude = session->latitude};
    for (int i = 0; i < session->reading_count; i++) {
        if (i > 0)
            second += 1 + chance_below(&chance, LONGEST_PAUSE);
        session->timestamps[i] = second;
        session->heart_rates[i] =
            i == 0 ? model->first(&exertion, &chance) : model->next(&exertion, &chance);
    }
}

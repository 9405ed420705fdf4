#include "session.h"

#include "chance.h"
#include "country.h"

enum {
    SECONDS_PER_HOUR = 3600,
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

static const struct session_activity *choose_activity(const struct session_activity *known,
                                                      int32_t count, uint64_t session)
{
    const struct session_activity *best = known;
    uint64_t best_score = 0;

    for (int32_t i = 0; i < count; i++) {
        uint64_t score = hash_mix(session ^ (uint64_t)known[i].activity_id << 32);
        if (score >= best_score) {
            best_score = score;
            best = &known[i];
        }
    }
    return best;
}

static int32_t between(struct chance *chance, int32_t low, int32_t high)
{
    return low + (int32_t)chance_below(chance, high - low + 1);
}

void session_make(const struct settings *settings, const struct wearer *wearer, int64_t hour,
                  const struct session_activity *known, int32_t known_count,
                  struct session *session)
{
    const struct country *country = &countries[wearer->country];
    struct chance chance =
        chance_of(settings->seed, CHANCE_READING, (uint64_t)wearer->user_id, (uint64_t)hour);
    const struct session_activity *activity =
        choose_activity(known, known_count, chance_next(&chance));
    int64_t second = hour * SECONDS_PER_HOUR + chance_below(&chance, LATEST_BEGIN);

    session->activity_id = activity->activity_id;
    session->latitude = between(&chance, country->south, country->north);
    session->longitude = between(&chance, country->west, country->east);
    session->reading_count = 1 + (int)chance_below(&chance, SESSION_READINGS_MAX);
    int rate = settings->model->first(wearer, activity->intensity, &chance);
    for (int i = 0; i < session->reading_count; i++) {
        if (i > 0) {
            second += 1 + chance_below(&chance, LONGEST_PAUSE);
            rate = settings->model->next(wearer, activity->intensity, rate, &chance);
        }
        session->timestamps[i] = second;
        session->heart_rates[i] = rate;
    }
}

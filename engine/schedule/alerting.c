#include "schedule/alerting.h"

#include "base/alloc.h"
#include "base/buf.h"
#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define FIRST_RETRY_US INT64_C(5000000)
#define GIVE_UP_US (72 * HOUR_US) /* as long as Standard Webhooks recommends */

enum {
    MAX_TOLD = 1000, /* the most that an hour may have */
    MAX_REST_S = 24 * 3600,
    MAX_INCIDENTS = 100000, /* as many as there may be assets; some 200 bytes each */
};

/* One kind of trouble of one subject. */
struct incident {
    bool is_open;    /* told, and its end was not */
    int64_t told_us; /* 0: the next one is news */
    int64_t repeats; /* since then */
    char key[];
};

struct alerting {
    struct map incidents;
    int64_t told_us[MAX_TOLD]; /* a ring: the times of the last hour, and older ones */
    size_t told_next, told_count;
    int64_t held;
};

struct alerting *alerting_new(void)
{
    struct alerting *history = alloc_zeroed(1, sizeof *history);

    map_init(&history->incidents);
    return history;
}

static void free_incidents(struct map *incidents)
{
    for (size_t i = 0; i < incidents->count; i++)
        free(incidents->entries[i].value);
    map_release(incidents);
}

void alerting_free(struct alerting *history)
{
    if (history == NULL)
        return;
    free_incidents(&history->incidents);
    free(history);
}

/* ---- incidents ------------------------------------------------------------------------------- */

static struct incident *find(const struct alerting *history, enum alert_kind of, const char *target,
                             const char *subject)
{
    struct buf key;

    buf_init(&key);
    buf_printf(&key, "%s\n%s\n%s", alert_kind_names[of], target, subject);
    struct incident *found = map_find(&history->incidents, key.data);
    buf_release(&key);
    return found;
}

/* Leaves out those whose time is over: what is neither open nor young enough to keep one quiet. */
static void compact(struct alerting *history, int64_t quiet_since_us)
{
    struct map kept;

    map_init(&kept);
    for (size_t i = 0; i < history->incidents.count; i++) {
        struct incident *incident = history->incidents.entries[i].value;
        if (incident->is_open || incident->told_us > quiet_since_us)
            map_put(&kept, incident->key, incident);
        else
            free(incident);
    }
    map_release(&history->incidents);
    history->incidents = kept;
}

/* NULL if there are too many: then it is told as if it were the first of its kind. */
static struct incident *find_or_add(struct alerting *history, const struct alerting_event *event,
                                    int64_t quiet_since_us)
{
    struct incident *incident = find(history, event->of, event->target, event->subject);
    struct buf key;

    if (incident != NULL)
        return incident;
    if (history->incidents.count >= MAX_INCIDENTS)
        compact(history, quiet_since_us);
    if (history->incidents.count >= MAX_INCIDENTS)
        return NULL;
    buf_init(&key);
    buf_printf(&key, "%s\n%s\n%s", alert_kind_names[event->of], event->target, event->subject);
    incident = alloc_zeroed(1, sizeof *incident + key.size + 1);
    memcpy(incident->key, key.data, key.size + 1);
    map_put(&history->incidents, incident->key, incident);
    buf_release(&key);
    return incident;
}

static void note(struct incident *incident, const struct alerting_event *event)
{
    bool is_over = event->kind == ALERT_RECOVERY;

    if (incident == NULL)
        return;
    incident->is_open = !is_over;
    incident->told_us = is_over ? 0 : event->at_us;
    incident->repeats = 0;
}

bool alerting_is_open(const struct alerting *history, enum alert_kind of, const char *target,
                      const char *subject)
{
    const struct incident *incident = find(history, of, target, subject);

    return incident != NULL && incident->is_open;
}

void alerting_forget(struct alerting *history, const struct alerting_event *event)
{
    struct incident *incident = find(history, event->of, event->target, event->subject);

    if (incident == NULL)
        return;
    incident->is_open = false;
    incident->told_us = 0;
}

/* ---- the hour -------------------------------------------------------------------------------- */

static void count_told(struct alerting *history, int64_t at_us)
{
    history->told_us[history->told_next] = at_us;
    history->told_next = (history->told_next + 1) % MAX_TOLD;
    if (history->told_count < MAX_TOLD)
        history->told_count++;
}

/* When one more fits into the hour: the youngest but max_per_hour - 1 is as old as that. */
static int64_t free_us(struct alerting *history, const struct alert *alert, int64_t now_us)
{
    if (alert->max_per_hour > (int64_t)history->told_count)
        return now_us;
    for (size_t i = 0; i < history->told_count; i++) /* the clock went back */
        if (history->told_us[i] > now_us)
            history->told_us[i] = now_us;
    size_t index = (history->told_next + MAX_TOLD - (size_t)alert->max_per_hour) % MAX_TOLD;
    return history->told_us[index] + HOUR_US;
}

int64_t alerting_summary_us(struct alerting *history, const struct alert *alert, int64_t now_us)
{
    return history->held == 0 ? 0 : free_us(history, alert, now_us);
}

void alerting_summed(struct alerting *history, int64_t count, int64_t now_us)
{
    history->held = history->held > count ? history->held - count : 0;
    count_told(history, now_us);
}

void alerting_remember(struct alerting *history, const struct alerting_event *event,
                       enum alerting_verdict verdict)
{
    if (verdict == ALERTING_HOLD)
        history->held++;
    if (verdict == ALERTING_SEND)
        count_told(history, event->at_us);
    if (event->kind != ALERT_SUMMARY)
        note(find_or_add(history, event, event->at_us - HOUR_US), event);
}

int64_t alerting_retry_us(int64_t tries, int64_t rest_s, int64_t created_us, int64_t now_us,
                          uint64_t chance)
{
    int64_t delay_us = FIRST_RETRY_US;

    if (now_us - created_us > GIVE_UP_US)
        return 0;
    for (int64_t i = 1; i < tries && delay_us < HOUR_US; i++)
        delay_us *= 3;
    if (delay_us > HOUR_US)
        delay_us = HOUR_US;
    delay_us += (int64_t)(chance % (uint64_t)(delay_us / 2)) - delay_us / 4;
    if (rest_s > MAX_REST_S)
        rest_s = MAX_REST_S;
    return now_us + (rest_s * 1000000 > delay_us ? rest_s * 1000000 : delay_us);
}

/* ---- deciding -------------------------------------------------------------------------------- */

enum alerting_verdict alerting_decide(struct alerting *history, const struct alert *alert,
                                      const struct alerting_event *event, int64_t *repeats)
{
    int64_t quiet_us = alert->dedupe_ms * 1000;
    struct incident *incident = find(history, event->of, event->target, event->subject);
    bool is_over = event->kind == ALERT_RECOVERY;

    *repeats = 0;
    if (alert->is_paused)
        return ALERTING_PASS;
    if (is_over && (incident == NULL || !incident->is_open))
        return ALERTING_PASS;
    if ((alert->kinds & 1U << event->kind) == 0) {
        if (is_over)
            incident->is_open = false; /* over, though nobody wants to hear it; quiet as before */
        return ALERTING_PASS;
    }
    if (!is_over && incident != NULL) {
        if (incident->told_us > event->at_us)
            incident->told_us = event->at_us;
        if (incident->told_us > 0 && event->at_us - incident->told_us < quiet_us) {
            incident->repeats++;
            return ALERTING_REPEAT;
        }
        *repeats = incident->repeats;
    }
    note(find_or_add(history, event, event->at_us - quiet_us), event);
    if (history->held > 0 || free_us(history, alert, event->at_us) > event->at_us) {
        history->held++;
        return ALERTING_HOLD;
    }
    count_told(history, event->at_us);
    return ALERTING_SEND;
}

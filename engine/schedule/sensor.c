#include "schedule/sensor.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WAIT_MS (INT64_C(15) * 60 * 1000)

const char SENSOR_ABSENT[] = "-";

/* ---- each kind's news ------------------------------------------------------------------------ */

static bool is_other(const char *cursor, const char *value)
{
    return strcmp(value, cursor) != 0 && strcmp(value, SENSOR_ABSENT) != 0;
}

struct objects {
    int64_t count, newest_us;
    char sum[24];
};

static bool read_objects(const char *text, struct objects *objects)
{
    char *end;

    *objects = (struct objects){.count = strtoll(text, &end, 10)};
    if (*end != ' ')
        return false;
    const char *sum = end + 1;
    size_t size = strcspn(sum, " ");
    if (size >= sizeof objects->sum || sum[size] != ' ')
        return false;
    memcpy(objects->sum, sum, size);
    objects->newest_us = strtoll(sum + size + 1, &end, 10);
    return *end == '\0';
}

static bool has_new_object(const char *cursor, const char *value)
{
    struct objects before, now;

    if (!read_objects(cursor, &before) || !read_objects(value, &now))
        return is_other(cursor, value);
    if (strcmp(before.sum, now.sum) == 0)
        return false;
    return now.count >= before.count || now.newest_us > before.newest_us;
}

static bool has_found_run(const char *cursor, const char *value)
{
    const char *found = strchr(value, ' ');

    (void)cursor; /* what is counted is behind it */
    return found != NULL && strtoll(found + 1, NULL, 10) > 0;
}

/* The next pair "HIGH:READ", or false. */
static bool next_pair(const char **at, int64_t *high, int64_t *read)
{
    char *end;

    while (**at == ' ')
        ++*at;
    *high = strtoll(*at, &end, 10);
    if (end == *at || *end != ':')
        return false;
    *at = end + 1;
    *read = strtoll(*at, &end, 10);
    if (end == *at)
        return false;
    *at = end;
    return true;
}

int64_t sensor_unread(const char *cursor, const char *value)
{
    size_t name = strcspn(value, " ");
    int64_t high, read, seen, unused, count = 0;
    const char *now = value + name, *before = NULL;

    if (cursor != NULL && strncmp(cursor, value, name) == 0 && strcspn(cursor, " ") == name)
        before = cursor + name; /* else the topic was made again */
    while (next_pair(&now, &high, &read)) {
        seen = read;
        if (before != NULL && next_pair(&before, &seen, &unused))
            seen = seen > read ? seen : read;
        count += high > seen ? high - seen : 0;
    }
    return count;
}

static bool is_news(const struct sensor_config *config, const char *cursor, const char *value)
{
    switch ((enum sensor_kind)config->kind) {
    case SENSOR_LAG: return sensor_unread(cursor, value) > config->more_than;
    case SENSOR_OBJECTS: return cursor != NULL && has_new_object(cursor, value);
    case SENSOR_RUN: return cursor != NULL && has_found_run(cursor, value);
    case SENSOR_QUERY:
    case SENSOR_FILE:
    case SENSOR_HTTP: break;
    }
    return cursor != NULL && is_other(cursor, value);
}

/* ---- the decision ---------------------------------------------------------------------------- */

static int64_t gap_ends_us(const struct sensor_config *config, const struct sensor_past *past,
                           int64_t now_us)
{
    if (past->requested_us == 0 || past->requested_us > now_us) /* the clock was set back */
        return 0;
    return past->requested_us + config->minimum_gap_ms * 1000;
}

static void settle(const struct sensor_config *config, const struct sensor_past *past,
                   const char *value, int64_t now_us, struct sensor_decision *decision)
{
    int64_t ends_us = gap_ends_us(config, past, now_us);

    decision->value = value;
    if (!past->is_at_work && now_us >= ends_us) {
        decision->verdict = SENSOR_ASK;
        return;
    }
    decision->verdict = SENSOR_WAIT;
    decision->again_us = now_us < ends_us ? ends_us : INT64_MAX;
    if (config->kind == SENSOR_LAG)
        decision->value = NULL;
}

void sensor_decide(const struct sensor_config *config, const struct sensor_past *past,
                   const char *value, int64_t now_us, struct sensor_decision *decision)
{
    const char *base = past->pending != NULL ? past->pending : past->cursor;

    *decision = (struct sensor_decision){.verdict = SENSOR_NOTHING, .again_us = INT64_MAX};
    if (past->pending != NULL || (value != NULL && is_news(config, base, value)))
        settle(config, past, value != NULL ? value : past->pending, now_us, decision);
    else if (value != NULL && config->kind != SENSOR_LAG &&
             (past->cursor == NULL || strcmp(past->cursor, value) != 0))
        *decision = (struct sensor_decision){SENSOR_MOVE, value, INT64_MAX};
}

int64_t sensor_wait_ms(const struct sensor_config *config, int64_t failures)
{
    int64_t most_ms = config->every_ms > MAX_WAIT_MS ? config->every_ms : MAX_WAIT_MS;
    int64_t wait_ms = config->every_ms;

    for (int64_t i = 0; i < failures && wait_ms < most_ms; i++)
        wait_ms *= 2;
    return wait_ms < most_ms ? wait_ms : most_ms;
}

#include "daemon/watch.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/probe.h"
#include "schedule/sensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOON_MS = 100 };

#define STALE_US (60 * CLOCK_US_PER_SECOND)

static char *copy_of(const char *text)
{
    return text != NULL ? alloc_strdup(text) : NULL;
}

static void set_text(char **to, const char *text)
{
    char *copy = copy_of(text);

    free(*to);
    *to = copy;
}

struct watch *watch_new(struct sensors *sensors, const struct sensor *sensor)
{
    struct watch *watch = alloc_zeroed(1, sizeof *watch);

    watch->sensors = sensors;
    watch->sensor = sensor;
    watch->name = alloc_strdup(sensor->config->name);
    watch->definition = alloc_strdup(sensor->definition);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL)
        return;
    probe_forget(watch->probe);
    free(watch->name);
    free(watch->definition);
    free(watch->cursor);
    free(watch->pending);
    free(watch->error);
    free(watch);
}

void watch_follow(struct watch *watch, const struct sensor *sensor)
{
    watch->sensor = sensor;
    watch->due_us = 0;
    watch->refused_until_us = 0;
}

void watch_remember(struct watch *watch, const struct store_sensor *known)
{
    set_text(&watch->cursor, known->cursor);
    set_text(&watch->pending, known->pending);
    set_text(&watch->error, known->error);
    (void)snprintf(watch->run, sizeof watch->run, "%s", known->run_id != NULL ? known->run_id : "");
    watch->looked_us = known->looked_us;
    watch->requested_us = known->requested_us;
    watch->failures = known->failures;
    watch->is_error_of_run = watch->error != NULL && watch->failures == 0;
}

void watch_write(struct watch *watch, struct store *store, struct store_done done)
{
    const struct store_sensor row = {
        .name = watch->name,
        .definition = watch->definition,
        .cursor = watch->cursor,
        .pending = watch->pending,
        .looked_us = watch->looked_us,
        .requested_us = watch->requested_us,
        .run_id = watch->run[0] != '\0' ? watch->run : NULL,
        .failures = watch->failures,
        .error = watch->error,
    };

    watch->written_us = clock_monotonic_us();
    store_sensor_put(store, &row, done);
}

bool watch_is_stale(const struct watch *watch)
{
    return clock_monotonic_us() - watch->written_us >= STALE_US;
}

static void look_after(struct watch *watch, int64_t wait_ms)
{
    watch->due_us = clock_monotonic_us() + wait_ms * 1000;
}

void watch_looked(struct watch *watch)
{
    watch->probe = NULL;
    watch->is_late = false;
    watch->is_outdated = false;
    watch->looked_us = clock_now_us();
    look_after(watch, watch->looks_again ? SOON_MS
                                         : sensor_wait_ms(watch->sensor->config, watch->failures));
}

void watch_failed(struct watch *watch, const char *why)
{
    bool is_known = watch->failures > 0 && watch->error != NULL && strcmp(watch->error, why) == 0;

    watch->failures++;
    watch->failed_looks++;
    if (!is_known)
        log_warn("sensor %s: %s", watch->name, why);
    set_text(&watch->error, why);
    watch->is_error_of_run = false;
    look_after(watch, sensor_wait_ms(watch->sensor->config, watch->failures));
}

bool watch_succeeded(struct watch *watch)
{
    if (watch->failures == 0)
        return false;
    log_info("sensor %s: it can look again", watch->name);
    watch->failures = 0;
    if (!watch->is_error_of_run)
        set_text(&watch->error, NULL);
    look_after(watch, watch->sensor->config->every_ms);
    return true;
}

void watch_move(struct watch *watch, const char *value)
{
    set_text(&watch->cursor, value);
}

bool watch_hold(struct watch *watch, const char *value)
{
    if (watch->pending != NULL && strcmp(watch->pending, value) == 0)
        return false;
    set_text(&watch->pending, value);
    return true;
}

void watch_requested(struct watch *watch, const char *value, const char *run)
{
    watch->requests++;
    watch->requested_us = clock_now_us();
    (void)snprintf(watch->run, sizeof watch->run, "%s", run);
    if (value == NULL)
        return;
    watch->is_asking = false;
    watch_move(watch, value);
    if (watch->pending != NULL && strcmp(watch->pending, value) == 0)
        set_text(&watch->pending, NULL);
    watch->refusals = 0;
    if (watch->is_error_of_run)
        set_text(&watch->error, NULL);
    watch->is_error_of_run = false;
}

void watch_refused(struct watch *watch, const char *why)
{
    bool is_known = watch->error != NULL && strcmp(watch->error, why) == 0;

    watch->is_asking = false;
    watch->refusals++;
    if (!is_known)
        log_warn("sensor %s: no run could be made: %s", watch->name, why);
    set_text(&watch->error, why);
    watch->is_error_of_run = true;
    watch->refused_until_us =
        clock_monotonic_us() + sensor_wait_ms(watch->sensor->config, watch->refusals) * 1000;
}

static const char *state_of(const struct watch *watch)
{
    if (watch->is_paused)
        return "paused";
    if (watch->error != NULL)
        return "failing";
    return watch->pending != NULL ? "pending" : "watching";
}

void watch_tell(const struct watch *watch, int64_t ahead_us, struct sensor_state *state)
{
    const struct sensor_config *config = watch->sensor->config;

    *state = (struct sensor_state){
        .name = watch->name,
        .kind = sensor_kind_names[config->kind],
        .every_ms = config->every_ms,
        .minimum_gap_ms = config->minimum_gap_ms,
        .priority = config->priority,
        .select = config->select.items,
        .select_count = config->select.count,
        .exclude = config->exclude.items,
        .exclude_count = config->exclude.count,
        .is_paused = watch->is_paused,
        .state = state_of(watch),
        .run = watch->run[0] != '\0' ? watch->run : NULL,
        .error = watch->error,
        .cursor = watch->cursor,
        .looked_us = watch->looked_us,
        .next_look_us = watch->is_paused || watch->due_us == 0 ? 0 : watch->due_us + ahead_us,
        .requested_us = watch->requested_us,
        .looks = watch->looks,
        .failed_looks = watch->failed_looks,
        .failures = watch->failures,
        .requests = watch->requests,
    };
}

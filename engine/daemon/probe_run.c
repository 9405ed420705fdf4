/* Ends of runs and steps, as the run store's events have them. */
#include "daemon/probe_way.h"
#include "schedule/sensor.h"
#include "store/sensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_AT_ONCE = 20000 }; /* some tens of milliseconds; the rest is found by the next look */

struct looking_run {
    struct probe probe;
    uv_work_t work;
    char value[64];
    struct err err;
    bool has_failed;
};

/* The words of events of steps and of runs. */
static const char *states_of(unsigned outcomes)
{
    if (outcomes == 1U << SENSOR_FAILED)
        return " failed rejected ";
    return outcomes == 1U << SENSOR_SUCCEEDED ? " published succeeded "
                                              : " published succeeded failed rejected ";
}

static int look(struct looking_run *looking, struct store_reader *reader)
{
    const struct probe_ask *ask = &looking->probe.ask;
    const struct sensor *sensor = ask->sensor;
    int64_t last_id = 0, found = 0;
    const struct store_outcomes outcomes = {
        .after_id = ask->seen != NULL ? strtoll(ask->seen, NULL, 10) : 0,
        .limit = EVENTS_AT_ONCE,
        .target = ask->loaded->pipeline.target->name,
        .own = sensor->trigger,
        .trigger = sensor->watched,
        .asset = sensor->asset != NULL ? sensor->asset->key : NULL,
        .states = states_of(sensor->config->outcomes),
    };

    int result = ask->seen == NULL
                     ? store_read_last_event(reader, &last_id, &looking->err)
                     : store_count_outcomes(reader, &outcomes, &last_id, &found, &looking->err);
    (void)snprintf(looking->value, sizeof looking->value, "%lld %lld", (long long)last_id,
                   (long long)found);
    return result;
}

static void look_in_pool(uv_work_t *work)
{
    struct looking_run *looking = work->data;
    struct store_reader *reader = NULL;

    looking->has_failed =
        store_reader_open(looking->probe.ask.daemon->store_path, &reader, &looking->err) < 0 ||
        look(looking, reader) < 0;
    store_reader_close(reader);
}

static void has_looked(uv_work_t *work, int status)
{
    struct looking_run *looking = work->data;

    (void)status; /* it is not canceled */
    if (looking->has_failed)
        probe_end(&looking->probe, NULL, &looking->err);
    else
        probe_end(&looking->probe, looking->value, NULL);
}

static int start(struct probe *probe, struct err *err)
{
    struct looking_run *looking = (struct looking_run *)probe;

    looking->work.data = looking;
    if (uv_queue_work(probe->ask.daemon->loop, &looking->work, look_in_pool, has_looked) == 0)
        return 1;
    return err_set(err, ERR_TRANSIENT, "the thread pool does not take it");
}

const struct probe_way probe_run = {.size_bytes = sizeof(struct looking_run), .start = start};

/* Steps that bring a topic into the lake: what is in the log when the step begins. */
#include "executor/step.h"

#include "executor/sink_stream.h"

#include <string.h>

static void report_progress(void *arg, const struct sink_progress *progress)
{
    step_progress(arg, progress->done.records, progress->done.records + progress->lag);
}

static int fill_config(struct step *step, struct sink_config *config, atomic_bool *cancel,
                       atomic_bool *drain, struct connection *log, struct connection *lake,
                       struct err *err)
{
    const struct order *order = step->order;

    if (log->connector->message_log == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s is no message log", log->name,
                       log->connector->name);
    if (lake->connector->object_store == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s is no object store",
                       lake->name, lake->connector->name);
    sink_config_init(config);
    config->store = lake->connector->object_store;
    config->lake = lake->handle;
    config->log = log->connector->message_log;
    config->broker = log->handle;
    config->topic = order->from.object;
    config->group = order->asset;
    config->alone = true; /* the step ends by itself: joining a group would take longer than it */
    config->grouping.time_field = order->time_field != NULL ? order->time_field : "";
    if (!sink_time_unit_find(order->time_unit, &config->grouping.unit) &&
        config->grouping.time_field[0] != '\0')
        return err_set(err, ERR_CONFIG, "time.unit \"%s\" has no meaning for a field",
                       order->time_unit);
    config->limits.records = order->flush_records;
    config->limits.bytes = order->flush_bytes;
    config->limits.age_us = order->flush_interval_ms * 1000;
    config->cancel = cancel;
    config->upstream_done = drain;
    config->report_us = 200 * 1000;
    config->report = report_progress;
    config->arg = step;
    return 0;
}

static void set_flag(void *arg)
{
    atomic_store((atomic_bool *)arg, true);
}

int run_stream(struct step *step, struct err *err)
{
    struct connection *log = NULL, *lake = NULL;
    struct sink_progress progress = {0};
    struct sink_config config;
    atomic_bool cancel = false, drain = true;
    int result = -1;

    if (step_connect(step, step->order->from.connection, &log, err) < 0 ||
        step_connect(step, step->order->into.connection, &lake, err) < 0 ||
        fill_config(step, &config, &cancel, &drain, log, lake, err) < 0)
        goto out;
    step_set_interrupt(step, set_flag, &cancel);
    result = sink_run(&config, &progress, err);
    step_set_interrupt(step, NULL, NULL);
    step->report.outcome = progress.done.records > 0 ? "published" : "fresh";
    step->report.rows = progress.done.records;
    if (progress.done.dead > 0)
        step->report.note = arena_printf(&step->arena, "%lld records are dead letters",
                                         (long long)progress.done.dead);
out:
    connection_release(lake);
    connection_release(log);
    return result;
}

/*
 * Steps that bring a topic into the lake.
 *
 *     of a run               what is in the log when the step begins, alone: it ends by itself
 *     stream --until-idle    the same again until nothing is new
 *     stream                 endless: as a member of the consumer group, so that several processes
 *                            share the partitions
 *
 * Which of them it is decides only when the sink's loop ends. What makes records arrive once each
 * is the chain (executor/sink_writer.h), whoever works on it and however many do.
 */
#include "executor/step.h"

#include "base/clock.h"
#include "base/log.h"
#include "executor/sink_hours.h"
#include "executor/sink_stream.h"

#include <string.h>

struct streaming {
    struct step *step;
    struct connection *log, *lake;
    struct sink_config config;
    atomic_bool cancel, drain, stop;
    int64_t stop_at_us; /* monotonic, 0: not */
    int64_t records;    /* of the rounds before this one */
    int64_t dead;
    struct sink_hours hours;
    int64_t hours_at_us;   /* monotonic: when the chain was read last */
    int64_t hours_records; /* how many records there were then */
    bool has_more_hours;
    int64_t lag;
};

enum {
    HOURS_EVERY_MS = 2000,       /* while the stream writes */
    HOURS_ANYWAY_MS = 60 * 1000, /* others may write */
    HOURS_OBJECTS = 256,         /* a piece */
    HOURS_END_MS = 5000,         /* at the end; what is left is for who streams next */
};

/* ---------------------------------------------------------------------------------------- hours */

/* Reads a piece of what is new in the chain: as sink_hours_read. */
static int read_hours(struct streaming *s, struct arena *arena, struct progress *progress)
{
    struct hours found = {0};
    struct err err;
    int result = sink_hours_read(&s->hours, HOURS_OBJECTS, &found, &err);

    if (result < 0) {
        log_debug("hours of %s: %s", s->step->order->asset, err.message);
    } else {
        progress->hours = hours_texts(&found, arena, &progress->hour_count);
        progress->lake_position = s->hours.position.data;
    }
    hours_release(&found);
    return result;
}

/* When there may be something new. */
static void add_hours(struct streaming *s, int64_t records, struct arena *arena,
                      struct progress *progress)
{
    int64_t now_us = clock_monotonic_us();
    int64_t wait_ms = s->has_more_hours             ? 0
                      : records != s->hours_records ? HOURS_EVERY_MS
                                                    : HOURS_ANYWAY_MS;

    if (s->hours_at_us > 0 && now_us - s->hours_at_us < wait_ms * 1000)
        return;
    s->has_more_hours = read_hours(s, arena, progress) == 0;
    s->hours_records = records;
    s->hours_at_us = now_us;
}

/* What was sealed last. */
static void tell_last_hours(struct streaming *s)
{
    int64_t until_us = clock_monotonic_us() + HOURS_END_MS * INT64_C(1000);
    int more = 0;

    while (more == 0 && clock_monotonic_us() < until_us) {
        struct progress progress = {0};
        struct arena arena;
        arena_init(&arena);
        more = read_hours(s, &arena, &progress);
        step_progress_stream(s->step, &progress, s->records, s->lag);
        arena_release(&arena);
    }
}

/* ------------------------------------------------------------------------------------ streaming */

static void report_progress(void *arg, const struct sink_progress *progress)
{
    struct streaming *s = arg;
    struct progress told = {0};
    char watermark[CLOCK_TEXT_SIZE];
    struct arena arena;

    if (s->stop_at_us != 0 && clock_monotonic_us() >= s->stop_at_us)
        atomic_store(&s->stop, true);
    arena_init(&arena);
    add_hours(s, s->records + progress->done.records, &arena, &told);
    if (progress->watermark_us != INT64_MIN)
        told.watermark = clock_format_iso(watermark, progress->watermark_us, 0);
    s->lag = progress->lag;
    step_progress_stream(s->step, &told, s->records + progress->done.records, progress->lag);
    arena_release(&arena);
}

static int fill_config(struct streaming *s, struct err *err)
{
    const struct order *order = s->step->order;
    struct sink_config *config = &s->config;

    if (s->log->connector->message_log == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s is no message log",
                       s->log->name, s->log->connector->name);
    if (s->lake->connector->object_store == NULL)
        return err_set(err, ERR_CONFIG, "connection %s: connector %s is no object store",
                       s->lake->name, s->lake->connector->name);
    sink_config_init(config);
    config->store = s->lake->connector->object_store;
    config->lake = s->lake->handle;
    config->log = s->log->connector->message_log;
    config->broker = s->log->handle;
    config->topic = order->from.object;
    config->group = order->asset;
    config->alone = !order->is_endless; /* joining a group would take longer than what ends */
    config->grouping.time_field = order->time_field != NULL ? order->time_field : "";
    if (!sink_time_unit_find(order->time_unit, &config->grouping.unit) &&
        config->grouping.time_field[0] != '\0')
        return err_set(err, ERR_CONFIG, "time.unit \"%s\" has no meaning for a field",
                       order->time_unit);
    config->limits.records = order->flush_records;
    config->limits.bytes = order->flush_bytes;
    config->limits.age_us = order->flush_interval_ms * 1000;
    config->cancel = &s->cancel;
    config->upstream_done = &s->drain;
    config->stop = &s->stop;
    config->report_us = 200 * 1000;
    config->report = report_progress;
    config->arg = s;
    const struct sink_lake_place place = {config->store, config->lake, config->topic};
    sink_hours_init(&s->hours, &place, order->lake_position);
    atomic_store(&s->drain, !order->is_endless);
    if (order->for_ms > 0)
        s->stop_at_us = clock_monotonic_us() + order->for_ms * 1000;
    return 0;
}

static void set_flag(void *arg)
{
    atomic_store((atomic_bool *)arg, true);
}

/* Once, or until a round finds nothing new. */
static int run_rounds(struct streaming *s, struct err *err)
{
    struct sink_progress progress;
    int result;

    do {
        result = sink_run(&s->config, &progress, err);
        s->records += progress.done.records;
        s->dead += progress.done.dead;
    } while (result == 0 && s->step->order->until_idle && progress.done.records > 0 &&
             !atomic_load(&s->stop));
    return result;
}

int run_stream(struct step *step, struct err *err)
{
    const struct order *order = step->order;
    struct streaming *s = arena_alloc(&step->arena, sizeof *s);
    bool is_told_to_end = order->is_endless || order->until_idle;
    int result = -1;

    s->step = step;
    if (step_connect(step, order->from.connection, &s->log, err) < 0 ||
        step_connect(step, order->into.connection, &s->lake, err) < 0 || fill_config(s, err) < 0)
        goto out;
    /* Who ends a stream wants what was read to be in the lake; who cancels a run does not wait. */
    step_set_interrupt(step, set_flag, is_told_to_end ? &s->stop : &s->cancel);
    result = run_rounds(s, err);
    if (result == 0)
        tell_last_hours(s);
    step_set_interrupt(step, NULL, NULL);
    step->report.outcome = s->records > 0 ? "published" : "fresh";
    step->report.rows = s->records;
    if (s->dead > 0)
        step->report.note =
            arena_printf(&step->arena, "%lld records are dead letters", (long long)s->dead);
out:
    sink_hours_release(&s->hours);
    connection_release(s->lake);
    connection_release(s->log);
    return result;
}

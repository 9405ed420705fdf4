#include "daemon/sensors.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/units.h"
#include "daemon/overlap.h"
#include "daemon/pauses.h"
#include "daemon/probe.h"
#include "daemon/subject.h"
#include "daemon/transfer.h"
#include "daemon/watch.h"
#include "daemon/wish.h"
#include "schedule/sensor.h"

#include <stdlib.h>
#include <string.h>

enum {
    SOON_MS = 100,             /* what ends together is looked at together */
    NOT_YET_MS = 500,          /* an embedded server begins */
    LOOK_EVERY_MS = 60 * 1000, /* the wall clock may be set */
    AT_ONCE = 8,               /* looks: the thread pool has other things to do */
};

struct sensors {
    struct daemon *daemon;
    struct loaded *loaded;
    struct watch **watches; /* in the order of loaded->sensors */
    size_t count;
    struct transfers *transfers; /* NULL before the first look by HTTP */
    uv_timer_t timer;
    bool is_closing;
};

static void tend(uv_timer_t *timer);

static void tend_within(struct sensors *sensors, int64_t wait_us)
{
    int64_t wait_ms = wait_us > 0 ? wait_us / 1000 + 1 : 0;

    uv_update_time(sensors->daemon->loop);
    uv_timer_start(&sensors->timer, tend,
                   (uint64_t)(wait_ms < LOOK_EVERY_MS ? wait_ms : LOOK_EVERY_MS), 0);
}

void sensors_wake(struct sensors *sensors)
{
    if (sensors != NULL && sensors->count > 0 && !sensors->is_closing)
        tend_within(sensors, 0);
}

static struct store *store_of(const struct sensors *sensors)
{
    return journal_store(sensors->daemon->journal);
}

/* What would be found could not be written down: nobody looks until there is room. */
static bool is_held_up(const struct sensors *sensors)
{
    return journal_trouble(sensors->daemon->journal) != NULL;
}

static struct watch *find_watch(const struct sensors *sensors, const char *name)
{
    for (size_t i = 0; sensors != NULL && i < sensors->count; i++)
        if (strcmp(sensors->watches[i]->name, name) == 0)
            return sensors->watches[i];
    return NULL;
}

/* ---- asking for a run ------------------------------------------------------------------------ */

/* What a run was asked for because of. */
struct asking {
    const char *value; /* NULL: a person wanted it */
    char name[];
};

static struct asking *keep_asking(const char *name, const char *value)
{
    size_t name_size = strlen(name) + 1, value_size = value != NULL ? strlen(value) + 1 : 0;
    struct asking *asking = alloc_zeroed(1, sizeof *asking + name_size + value_size);

    memcpy(asking->name, name, name_size);
    if (value != NULL)
        asking->value = memcpy(asking->name + name_size, value, value_size);
    return asking;
}

static void committed(void *arg)
{
    (void)arg;
    fault_point("daemon.sensor.after");
}

/* In the turn of the loop in which the run is written. */
static void queued(void *arg, const void *what, const char *run_id)
{
    const struct daemon *daemon = arg;
    const struct asking *asking = what;
    struct watch *watch = find_watch(daemon->sensors, asking->name);

    fault_point("daemon.sensor.before");
    /* A sensor that looks at something else by now has a cursor of its own. */
    if (watch == NULL || (asking->value != NULL && !watch->is_asking))
        return;
    watch_requested(watch, asking->value, run_id);
    watch_write(watch, journal_store(daemon->journal),
                journal_done(daemon->journal, (struct journal_then){committed, NULL, NULL}));
    sensors_wake(daemon->sensors);
}

static void refused(void *arg, const void *what, const char *const *lines, size_t count)
{
    const struct daemon *daemon = arg;
    const struct asking *asking = what;
    struct watch *watch = find_watch(daemon->sensors, asking->name);
    struct buf reason;

    if (watch == NULL || !watch->is_asking || asking->value == NULL)
        return;
    buf_init(&reason);
    for (size_t i = 0; i < count; i++)
        buf_printf(&reason, "%s%s", i > 0 ? "\n" : "", lines[i]);
    watch_refused(watch, reason.data);
    watch_write(watch, journal_store(daemon->journal), STORE_NO_DONE);
    buf_release(&reason);
    sensors_wake(daemon->sensors);
}

static struct wish wish_of(const struct sensor *sensor)
{
    const struct sensor_config *config = sensor->config;

    return (struct wish){
        .trigger = sensor->trigger,
        .select = &config->select,
        .exclude = &config->exclude,
        .assignments = config->assignments.items,
        .assignment_count = config->assignments.count,
        .priority = config->priority,
    };
}

/* What was found is pending until the run is queued, so that it is found again whatever happens. */
static void ask(struct sensors *sensors, struct watch *watch, const char *value)
{
    const struct pipeline *pipeline = &sensors->loaded->pipeline;
    struct request request = {.folder = pipeline->folder, .target = pipeline->target->name};
    const struct wish wish = wish_of(watch->sensor);
    const struct asker asker = {queued, refused, sensors->daemon, keep_asking(watch->name, value)};

    log_info("sensor %s: there is something new", watch->name);
    if (watch_hold(watch, value))
        watch_write(watch, store_of(sensors), STORE_NO_DONE);
    watch->is_asking = true;
    watch->is_outdated = watch->probe != NULL;
    wish_fill(&wish, &request);
    work_ask(sensors->daemon, &request, &asker);
}

/* ---- what follows from a look ---------------------------------------------------------------- */

/* What is to be done now; until when nothing is, by the wall clock. */
static int64_t decide(struct sensors *sensors, struct watch *watch, const char *value)
{
    const struct sensor_past past = {
        .cursor = watch->cursor,
        .pending = watch->pending,
        .requested_us = watch->requested_us,
        .is_at_work =
            watch->is_asking || overlap_is_unfinished(sensors->daemon, watch->sensor->trigger),
    };
    struct sensor_decision decision;
    bool is_first = watch->cursor == NULL;

    sensor_decide(watch->sensor->config, &past, value, clock_now_us(), &decision);
    switch (decision.verdict) {
    case SENSOR_NOTHING: break;
    case SENSOR_MOVE:
        watch_move(watch, decision.value);
        if (is_first || watch->sensor->config->kind != SENSOR_RUN)
            watch_write(watch, store_of(sensors), STORE_NO_DONE);
        break;
    case SENSOR_WAIT:
        if (decision.value != NULL && watch_hold(watch, decision.value))
            watch_write(watch, store_of(sensors), STORE_NO_DONE);
        break;
    case SENSOR_ASK:
        if (clock_monotonic_us() >= watch->refused_until_us)
            ask(sensors, watch, decision.value);
        else if (watch_hold(watch, decision.value))
            watch_write(watch, store_of(sensors), STORE_NO_DONE);
        break;
    }
    return decision.again_us;
}

static void looked(void *arg, const char *value, const struct err *err)
{
    struct watch *watch = arg;
    struct sensors *sensors = watch->sensors;
    bool was_late = watch->is_late, is_outdated = watch->is_outdated;

    watch_looked(watch);
    if (sensors->daemon->is_draining)
        return; /* the next daemon finds the same */
    if (is_held_up(sensors)) {
        watch->due_us = clock_monotonic_us(); /* so does the next look, once it can be written */
        return;
    }
    if (!was_late && err != NULL) {
        watch_failed(watch, err->message);
        watch_write(watch, store_of(sensors), STORE_NO_DONE);
    } else if (!was_late && !watch->is_paused) {
        bool was_failing = watch_succeeded(watch);
        if (!is_outdated)
            decide(sensors, watch, value);
        if (was_failing || watch_is_stale(watch))
            watch_write(watch, store_of(sensors), STORE_NO_DONE);
    }
    tend_within(sensors, 0);
}

static void look(struct sensors *sensors, struct watch *watch, int64_t now_us)
{
    const struct probe_ask asked = {
        .daemon = sensors->daemon,
        .loaded = sensors->loaded,
        .sensor = watch->sensor,
        .seen = watch->pending != NULL ? watch->pending : watch->cursor,
        .transfers = &sensors->transfers,
        .done = looked,
        .arg = watch,
    };
    struct err err;
    int begun = probe_start(&asked, &watch->probe, &err);

    if (begun == 0) {
        watch->due_us = now_us + NOT_YET_MS * INT64_C(1000);
    } else if (begun < 0) {
        watch_failed(watch, err.message);
        watch_write(watch, store_of(sensors), STORE_NO_DONE);
    } else {
        watch->late_us = now_us + watch->sensor->config->timeout_ms * 1000;
        watch->looks_again = false;
        watch->looks++;
    }
}

static void give_up(struct sensors *sensors, struct watch *watch)
{
    char why[96], limit[UNITS_TEXT_SIZE];

    (void)snprintf(why, sizeof why, "it took longer than the %s that it may take",
                   units_format_duration_ms(limit, watch->sensor->config->timeout_ms));
    watch->is_late = true;
    watch_failed(watch, why);
    watch_write(watch, store_of(sensors), STORE_NO_DONE);
    probe_cancel(watch->probe);
}

/* ---- when ------------------------------------------------------------------------------------ */

static size_t count_looks(const struct sensors *sensors)
{
    size_t count = 0;

    for (size_t i = 0; i < sensors->count; i++)
        count += sensors->watches[i]->probe != NULL;
    return count;
}

/* Does what is due; in how long there is more. */
static int64_t tend_watch(struct sensors *sensors, struct watch *watch)
{
    int64_t now_us = clock_monotonic_us(), wait_us = INT64_MAX, left_us;

    watch->is_paused = pauses_hold(sensors->daemon->pauses, watch->sensor->trigger,
                                   watch->sensor->config->is_paused);
    if (watch->probe != NULL && !watch->is_late) {
        if (now_us >= watch->late_us)
            give_up(sensors, watch);
        else
            wait_us = watch->late_us - now_us;
    }
    if (watch->is_paused || is_held_up(sensors))
        return wait_us;
    if (watch->pending != NULL && !watch->is_asking) {
        int64_t again_us = decide(sensors, watch, NULL);
        left_us = again_us == INT64_MAX ? INT64_MAX : again_us - clock_now_us();
        if (watch->refused_until_us > now_us && watch->refused_until_us - now_us < left_us)
            left_us = watch->refused_until_us - now_us;
        wait_us = left_us < wait_us ? left_us : wait_us;
    }
    if (watch->probe == NULL && !watch->is_asking && now_us >= watch->due_us &&
        count_looks(sensors) < AT_ONCE)
        look(sensors, watch, now_us);
    if (watch->probe == NULL && watch->due_us > now_us && watch->due_us - now_us < wait_us)
        wait_us = watch->due_us - now_us;
    return wait_us;
}

static void tend(uv_timer_t *timer)
{
    struct sensors *sensors = timer->data;
    int64_t wait_us = INT64_MAX - 1000;

    if (sensors->is_closing || sensors->daemon->is_draining || sensors->daemon->is_ending)
        return;
    for (size_t i = 0; i < sensors->count; i++) {
        int64_t left_us = tend_watch(sensors, sensors->watches[i]);
        wait_us = left_us < wait_us ? left_us : wait_us;
    }
    if (sensors->count > 0)
        tend_within(sensors, wait_us);
}

void sensors_run_moved(struct sensors *sensors)
{
    int64_t soon_us = clock_monotonic_us() + SOON_MS * INT64_C(1000);

    if (sensors == NULL || sensors->count == 0 || sensors->is_closing)
        return;
    for (size_t i = 0; i < sensors->count; i++) {
        struct watch *watch = sensors->watches[i];
        if (watch->sensor->config->kind != SENSOR_RUN)
            continue;
        watch->looks_again = true;
        if (watch->due_us > soon_us)
            watch->due_us = soon_us;
    }
    /* Never put off by what comes meanwhile. */
    if (!uv_is_active((uv_handle_t *)&sensors->timer) ||
        uv_timer_get_due_in(&sensors->timer) > SOON_MS)
        tend_within(sensors, SOON_MS * INT64_C(1000));
}

bool sensors_hear(struct sensors *sensors, const struct report *report)
{
    for (size_t i = 0; sensors != NULL && i < sensors->count; i++)
        if (sensors->watches[i]->probe != NULL && probe_hear(sensors->watches[i]->probe, report))
            return true;
    return false;
}

void sensors_lose(struct sensors *sensors, const struct child *child, const char *reason)
{
    for (size_t i = 0; sensors != NULL && i < sensors->count; i++)
        if (sensors->watches[i]->probe != NULL)
            probe_lose(sensors->watches[i]->probe, child, reason);
}

/* ---- what there is to look at ---------------------------------------------------------------- */

static void free_watches(struct watch **watches, size_t count)
{
    for (size_t i = 0; i < count; i++)
        watch_free(watches[i]);
    free(watches);
}

/* The one that looked at the same before, taken out of `before`; or a new one. */
static struct watch *take_watch(struct sensors *sensors, const struct sensor *sensor,
                                struct watch **before, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct watch *watch = before[i];
        if (watch == NULL || strcmp(watch->name, sensor->config->name) != 0 ||
            strcmp(watch->definition, sensor->definition) != 0)
            continue;
        before[i] = NULL;
        watch_follow(watch, sensor);
        return watch;
    }
    return watch_new(sensors, sensor);
}

static void set_watches(struct sensors *sensors)
{
    struct loaded *loaded = loaded_retain(sensors->daemon->loaded);
    struct watch **before = sensors->watches;
    size_t before_count = sensors->count;

    sensors->count = loaded->sensors.count;
    sensors->watches = alloc_zeroed(sensors->count + 1, sizeof(struct watch *));
    for (size_t i = 0; i < sensors->count; i++)
        sensors->watches[i] = take_watch(sensors, &loaded->sensors.items[i], before, before_count);
    for (size_t i = 0; i < before_count; i++)
        if (before[i] != NULL && find_watch(sensors, before[i]->name) == NULL)
            store_sensor_forget(store_of(sensors), before[i]->name, STORE_NO_DONE);
    free_watches(before, before_count);
    loaded_release(sensors->loaded);
    sensors->loaded = loaded;
}

void sensors_reload(struct sensors *sensors)
{
    if (sensors == NULL)
        return;
    set_watches(sensors);
    tend_within(sensors, 0);
}

static void remember(struct sensors *sensors, const struct store_sensor *known, size_t count)
{
    struct store *store = store_of(sensors);

    for (size_t i = 0; i < count; i++) {
        struct watch *watch = find_watch(sensors, known[i].name);
        if (watch == NULL)
            store_sensor_forget(store, known[i].name, STORE_NO_DONE);
        else if (strcmp(watch->definition, known[i].definition) == 0)
            watch_remember(watch, &known[i]);
    }
}

static int begin(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct store_sensor *known;
    size_t count;

    if (store_read_sensors(reader, arena, &known, &count, err) < 0)
        return -1;
    set_watches(arg);
    remember(arg, known, count);
    tend_within(arg, 0);
    return 0;
}

int sensors_open(struct daemon *daemon, struct sensors **sensors, struct err *err)
{
    struct sensors *opened = alloc_zeroed(1, sizeof *opened);

    opened->daemon = daemon;
    uv_timer_init(daemon->loop, &opened->timer);
    opened->timer.data = opened;
    uv_unref((uv_handle_t *)&opened->timer);
    int result = journal_read(daemon->journal, begin, opened, err);
    if (result == 0)
        *sensors = opened;
    else
        sensors_close(opened);
    return result;
}

static void closed(uv_handle_t *handle)
{
    struct sensors *sensors = handle->data;

    loaded_release(sensors->loaded);
    free(sensors);
}

void sensors_close(struct sensors *sensors)
{
    if (sensors == NULL)
        return;
    sensors->is_closing = true;
    free_watches(sensors->watches, sensors->count);
    sensors->watches = NULL;
    sensors->count = 0;
    transfers_close(sensors->transfers);
    sensors->transfers = NULL;
    uv_close((uv_handle_t *)&sensors->timer, closed);
}

/* ---- by hand, and what is told --------------------------------------------------------------- */

void sensors_tick(struct job *job, struct loaded *loaded)
{
    struct daemon *daemon = job->daemon;
    const struct sensor *sensor =
        sensors_find(&loaded->sensors, subject_sensor(job->request->subject));
    const struct wish wish = wish_of(sensor);

    if (daemon->is_draining) {
        work_refuse_as(job, "busy", "the daemon is about to end: ask again when it is back");
        return;
    }
    wish_take(&wish, job);
    job->asker = (struct asker){queued, NULL, daemon, keep_asking(sensor->config->name, NULL)};
    work_plan(job);
}

struct sensor_state *sensors_list(const struct sensors *sensors, struct arena *arena, size_t *count)
{
    int64_t ahead_us = clock_now_us() - clock_monotonic_us();

    *count = sensors != NULL ? sensors->count : 0;
    struct sensor_state *states = arena_calloc(arena, *count + 1, sizeof *states);
    for (size_t i = 0; i < *count; i++)
        watch_tell(sensors->watches[i], ahead_us, &states[i]);
    return states;
}

#include "daemon/timetable.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/overlap.h"
#include "daemon/pauses.h"
#include "daemon/subject.h"
#include "daemon/wish.h"
#include "daemon/work.h"
#include "schedule/due.h"
#include "store/schedules.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_EVERY_MS = 60 * 1000 };

/* A schedule that ticks. */
struct alarm {
    const struct schedule *schedule; /* of timetable->loaded */
    int64_t reached_us;
    bool is_paused;
    bool is_asking;    /* for the run of a tick: */
    int64_t asking_us; /* this one */
};

struct timetable {
    struct daemon *daemon;
    struct loaded *loaded;
    struct alarm *alarms;
    size_t count;
    struct due_watch watch;
    uv_timer_t timer;
};

/* The tick whose run was asked for. */
struct asking {
    int64_t due_us;
    const char *reason; /* a constant, or NULL */
    char name[];
};

static struct store *store_of(const struct timetable *timetable)
{
    return journal_store(timetable->daemon->journal);
}

static void look(uv_timer_t *timer);

static void look_soon(struct timetable *timetable, int64_t wait_us)
{
    int64_t wait_ms = wait_us / 1000 + 1;

    uv_update_time(timetable->daemon->loop);
    uv_timer_start(&timetable->timer, look,
                   (uint64_t)(wait_ms < LOOK_EVERY_MS ? wait_ms : LOOK_EVERY_MS), 0);
}

/* -------------------------------------------------------------------------------- writing down */

static void committed(void *arg)
{
    (void)arg;
    fault_point("daemon.tick.after");
}

static void reach(struct timetable *timetable, struct alarm *alarm, int64_t reached_us)
{
    const struct store_schedule row = {
        .name = alarm->schedule->config->name,
        .definition = alarm->schedule->definition,
        .reached_us = reached_us,
    };

    alarm->reached_us = reached_us;
    store_schedule_reach(
        store_of(timetable), &row,
        journal_done(timetable->daemon->journal, (struct journal_then){committed, NULL, NULL}));
}

static void put_tick(const struct daemon *daemon, const char *name, int64_t due_us,
                     const char *state, const char *run_id, const char *reason)
{
    const struct store_tick tick = {
        .schedule = name,
        .due_us = due_us,
        .state = state,
        .run_id = run_id,
        .reason = reason,
        .at_us = clock_now_us(),
    };

    fault_point("daemon.tick.before");
    store_tick_put(journal_store(daemon->journal), &tick, STORE_NO_DONE);
}

/* A tick without a run. */
static void pass_over(struct timetable *timetable, struct alarm *alarm, int64_t due_us,
                      const char *state, const char *reason)
{
    put_tick(timetable->daemon, alarm->schedule->config->name, due_us, state, NULL, reason);
    reach(timetable, alarm, due_us);
}

static void miss(struct timetable *timetable, struct alarm *alarm, const struct due *due)
{
    const char *name = alarm->schedule->config->name;
    char reason[128], from[CLOCK_TEXT_SIZE];

    if (due->also_before)
        (void)snprintf(reason, sizeof reason, "and all others since %s",
                       clock_format_iso(from, alarm->reached_us, 0));
    else
        (void)snprintf(reason, sizeof reason, "no daemon saw it: catch_up is %s",
                       schedule_catch_up_names[alarm->schedule->config->catch_up]);
    log_warn("schedule %s: the tick of %s is missed: %s", name,
             clock_format_iso((char[CLOCK_TEXT_SIZE]){0}, due->tick_us, 0), reason);
    pass_over(timetable, alarm, due->tick_us, "missed", reason);
}

/* ---------------------------------------------------------------------------- asking for a run */

static struct alarm *find_alarm(const struct timetable *timetable, const char *name)
{
    for (size_t i = 0; i < timetable->count; i++)
        if (strcmp(timetable->alarms[i].schedule->config->name, name) == 0)
            return &timetable->alarms[i];
    return NULL;
}

/* The schedule goes on behind the tick, unless it is another one by now. */
static void go_on(struct timetable *timetable, const struct asking *asking)
{
    struct alarm *alarm = timetable != NULL ? find_alarm(timetable, asking->name) : NULL;

    if (alarm == NULL || !alarm->is_asking || alarm->asking_us != asking->due_us)
        return;
    alarm->is_asking = false;
    if (!alarm->is_paused)
        reach(timetable, alarm, asking->due_us);
    look_soon(timetable, 0);
}

static void queued(void *arg, const void *what, const char *run_id)
{
    struct daemon *daemon = arg;
    const struct asking *asking = what;

    put_tick(daemon, asking->name, asking->due_us, "fired", run_id, asking->reason);
    go_on(daemon->timetable, asking);
}

static void refused(void *arg, const void *what, const char *const *lines, size_t count)
{
    struct daemon *daemon = arg;
    const struct asking *asking = what;
    struct buf reason;

    buf_init(&reason);
    for (size_t i = 0; i < count; i++)
        buf_printf(&reason, "%s%s", i > 0 ? "\n" : "", lines[i]);
    log_warn("schedule %s: no run could be made: %s", asking->name, reason.data);
    put_tick(daemon, asking->name, asking->due_us, "failed", NULL, reason.data);
    go_on(daemon->timetable, asking);
    buf_release(&reason);
}

static struct asker asker_of(struct daemon *daemon, const char *name, int64_t due_us,
                             const char *reason)
{
    size_t size = strlen(name) + 1;
    struct asking *asking = alloc_zeroed(1, sizeof *asking + size);

    asking->due_us = due_us;
    asking->reason = reason;
    memcpy(asking->name, name, size);
    return (struct asker){queued, refused, daemon, asking};
}

static struct wish wish_of(const struct schedule *schedule)
{
    const struct schedule_config *config = schedule->config;

    return (struct wish){
        .trigger = schedule->trigger,
        .select = &config->select,
        .exclude = &config->exclude,
        .assignments = config->assignments,
        .assignment_count = config->assignment_count,
        .priority = config->priority,
    };
}

static void fire(struct timetable *timetable, struct alarm *alarm, const struct due *due)
{
    const struct pipeline *pipeline = &timetable->loaded->pipeline;
    const char *name = alarm->schedule->config->name;
    struct request request = {.folder = pipeline->folder, .target = pipeline->target->name};
    char reason[OVERLAP_REASON_SIZE];

    if (!overlap_settle(timetable->daemon, alarm->schedule, NULL, reason)) {
        pass_over(timetable, alarm, due->tick_us, "skipped", reason);
        return;
    }
    const struct wish wish = wish_of(alarm->schedule);
    wish_fill(&wish, &request);
    alarm->is_asking = true;
    alarm->asking_us = due->tick_us;
    const struct asker asker =
        asker_of(timetable->daemon, name, due->tick_us, due->is_late ? "caught up" : NULL);
    work_ask(timetable->daemon, &request, &asker);
}

/* ------------------------------------------------------------------------------------- looking */

/* Until nothing of it is due any more; when the next tick is. */
static int64_t look_at(struct timetable *timetable, struct alarm *alarm,
                       const struct due_time *time)
{
    struct due due;

    while (!alarm->is_paused && !alarm->is_asking) {
        due_find(alarm->schedule, alarm->reached_us, time, &due);
        switch (due.verdict) {
        case DUE_LATER: return due.again_us;
        case DUE_FIRE: fire(timetable, alarm, &due); break;
        case DUE_MISSED: miss(timetable, alarm, &due); break;
        case DUE_ANEW:
            log_warn("schedule %s: the clock was set back by hours: it begins anew",
                     alarm->schedule->config->name);
            reach(timetable, alarm, time->now_us);
            break;
        }
    }
    return INT64_MAX;
}

static void settle_pause(struct timetable *timetable, struct alarm *alarm, int64_t now_us)
{
    const struct schedule *schedule = alarm->schedule;
    bool is_paused =
        pauses_hold(timetable->daemon->pauses, schedule->trigger, schedule->config->is_paused);

    if (alarm->is_paused && !is_paused)
        reach(timetable, alarm, now_us);
    alarm->is_paused = is_paused;
}

void timetable_look(struct timetable *timetable)
{
    struct due_time time;
    int64_t next_us = INT64_MAX;

    if (timetable == NULL || timetable->daemon->is_draining || timetable->daemon->is_ending)
        return;
    if (journal_trouble(timetable->daemon->journal) != NULL) {
        timetable->watch = (struct due_watch){0}; /* what falls due now was seen by nobody */
        return;
    }
    if (due_look(&timetable->watch, clock_now_us(), clock_monotonic_us(), &time))
        log_warn("the clock has jumped");
    for (size_t i = 0; i < timetable->count; i++) {
        settle_pause(timetable, &timetable->alarms[i], time.now_us);
        int64_t again_us = look_at(timetable, &timetable->alarms[i], &time);
        next_us = again_us < next_us ? again_us : next_us;
    }
    if (timetable->count > 0)
        look_soon(timetable, next_us == INT64_MAX ? INT64_MAX / 2 : next_us - time.now_us);
}

static void look(uv_timer_t *timer)
{
    timetable_look(timer->data);
}

/* -------------------------------------------------------------------------- what there is to do */

/* Those of the believed pipeline, each where `known` says that it was. */
static void set_alarms(struct timetable *timetable, const struct store_schedule *known,
                       size_t known_count)
{
    struct loaded *loaded = loaded_retain(timetable->daemon->loaded);
    size_t count = loaded->schedules.count;
    int64_t now_us = clock_now_us();

    free(timetable->alarms);
    timetable->alarms = alloc_zeroed(count + 1, sizeof *timetable->alarms);
    timetable->count = count;
    loaded_release(timetable->loaded);
    timetable->loaded = loaded;
    for (size_t i = 0; i < count; i++) {
        struct alarm *alarm = &timetable->alarms[i];
        const struct store_schedule *was = NULL;
        alarm->schedule = &loaded->schedules.items[i];
        alarm->is_paused = pauses_hold(timetable->daemon->pauses, alarm->schedule->trigger,
                                       alarm->schedule->config->is_paused);
        for (size_t j = 0; j < known_count && was == NULL; j++)
            if (strcmp(known[j].name, alarm->schedule->config->name) == 0 &&
                strcmp(known[j].definition, alarm->schedule->definition) == 0)
                was = &known[j];
        if (alarm->is_paused)
            store_schedule_forget(store_of(timetable), alarm->schedule->config->name,
                                  STORE_NO_DONE);
        else if (was != NULL)
            alarm->reached_us = was->reached_us;
        else
            reach(timetable, alarm, now_us);
    }
    for (size_t i = 0; i < known_count; i++)
        if (find_alarm(timetable, known[i].name) == NULL)
            store_schedule_forget(store_of(timetable), known[i].name, STORE_NO_DONE);
}

void timetable_reload(struct timetable *timetable)
{
    struct alarm *before = timetable->alarms;
    size_t count = timetable->count;
    struct store_schedule *known = alloc_zeroed(count + 1, sizeof *known);
    struct loaded *loaded = loaded_retain(timetable->loaded); /* their texts */

    timetable->alarms = NULL;
    for (size_t i = 0; i < count; i++)
        known[i] = (struct store_schedule){
            .name = before[i].schedule->config->name,
            .definition = before[i].is_paused ? "" : before[i].schedule->definition,
            .reached_us = before[i].reached_us,
        };
    set_alarms(timetable, known, count);
    for (size_t i = 0; i < count; i++) {
        struct alarm *alarm = find_alarm(timetable, known[i].name);
        if (alarm == NULL || strcmp(alarm->schedule->definition, known[i].definition) != 0)
            continue;
        alarm->is_asking = before[i].is_asking;
        alarm->asking_us = before[i].asking_us;
    }
    free(known);
    free(before);
    loaded_release(loaded);
    timetable_look(timetable);
}

static int begin(void *arg, struct store_reader *reader, struct arena *arena, struct err *err)
{
    struct store_schedule *known;
    size_t count;

    if (store_read_schedules(reader, arena, &known, &count, err) < 0)
        return -1;
    set_alarms(arg, known, count);
    look_soon(arg, 0);
    return 0;
}

int timetable_open(struct daemon *daemon, struct timetable **timetable, struct err *err)
{
    struct timetable *opened = alloc_zeroed(1, sizeof *opened);

    opened->daemon = daemon;
    uv_timer_init(daemon->loop, &opened->timer);
    opened->timer.data = opened;
    uv_unref((uv_handle_t *)&opened->timer);
    int result = journal_read(daemon->journal, begin, opened, err);
    if (result == 0)
        *timetable = opened;
    else
        timetable_close(opened);
    return result;
}

static void closed(uv_handle_t *handle)
{
    struct timetable *timetable = handle->data;

    loaded_release(timetable->loaded);
    free(timetable->alarms);
    free(timetable);
}

void timetable_close(struct timetable *timetable)
{
    if (timetable != NULL)
        uv_close((uv_handle_t *)&timetable->timer, closed);
}

/* -------------------------------------------------------------------------------------- by hand */

void timetable_tick(struct job *job, struct loaded *loaded)
{
    struct daemon *daemon = job->daemon;
    const struct schedule *schedule =
        schedules_find(&loaded->schedules, subject_schedule(job->request->subject));
    char reason[OVERLAP_REASON_SIZE];

    if (daemon->is_draining) {
        work_refuse_as(job, "busy", "the daemon is about to end: ask again when it is back");
        return;
    }
    if (!overlap_settle(daemon, schedule, job, reason)) {
        work_refuse_as(job, "conflict",
                       arena_printf(&job->arena, "schedule %s skips what overlaps: %s",
                                    schedule->config->name, reason));
        return;
    }
    const struct wish wish = wish_of(schedule);
    wish_take(&wish, job);
    job->asker = asker_of(daemon, schedule->config->name, clock_now_us(), "by hand");
    work_plan(job);
}

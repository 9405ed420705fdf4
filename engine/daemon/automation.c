#include "daemon/automation.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/alerts.h"
#include "daemon/facts.h"
#include "daemon/occupied.h"
#include "daemon/pauses.h"
#include "daemon/survey.h"
#include "schedule/lateness.h"
#include "store/automation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SOON_MS = 100,             /* what is published together is looked at together */
    STREAM_MS = 1000,          /* a stream writes all the time */
    LOOK_EVERY_MS = 60 * 1000, /* the clock may be set */
};

static const char TRIGGER[] = "automation";

struct automation {
    struct daemon *daemon;
    struct loaded *loaded;
    struct facts facts;
    uv_timer_t timer;
    int64_t due_us;                 /* monotonic: when it looks; 0: it does not */
    int64_t told_us;                /* monotonic: when alerts were told of all that is late */
    size_t asking;                  /* requests that are not answered yet */
    struct survey *survey;          /* of partitions; NULL: none yet */
    bool is_surveying, is_surveyed; /* now; for the look that follows */
    bool is_outdated;               /* something happened meanwhile */
    bool has_read, is_reading, is_closing;
    uv_work_t reading;
    char *store, *target; /* of the reading */
    struct facts_read read;
    struct err read_err;
    bool read_failed;
};

static void look(uv_timer_t *timer);

static void look_within(struct automation *automation, int64_t wait_ms)
{
    int64_t due_us = clock_monotonic_us() + wait_ms * 1000;

    if (automation->is_closing || (automation->due_us > 0 && automation->due_us <= due_us))
        return;
    automation->due_us = due_us;
    uv_update_time(automation->daemon->loop);
    uv_timer_start(&automation->timer, look, (uint64_t)wait_ms, 0);
}

void automation_wake(struct automation *automation)
{
    if (automation != NULL)
        look_within(automation, SOON_MS);
}

/* ---- what happens ---------------------------------------------------------------------------- */

/* NULL: it is about another target, or nobody wants to know. */
static struct fact *fact_of(struct automation *automation, const struct run *run,
                            const struct run_step *step)
{
    if (automation == NULL ||
        strcmp(run->plan->pipeline->target->name, automation->loaded->pipeline.target->name) != 0)
        return NULL;
    return facts_get(&automation->facts, step->asset->key);
}

void automation_step_began(struct automation *automation, const struct run *run,
                           const struct run_step *step)
{
    struct fact *fact = fact_of(automation, run, step);

    if (fact == NULL)
        return;
    fact->is_heard = true;
    fact->is.handled_us = facts_now_us(&automation->facts);
}

void automation_step_over(struct automation *automation, const struct run *run,
                          const struct run_step *step)
{
    struct fact *fact = fact_of(automation, run, step);
    bool is_well = step->state == STEP_PUBLISHED || step->state == STEP_FRESH;

    if (fact == NULL)
        return;
    fact->is_heard = true;
    if (is_well)
        fact->is.confirmed_us = fact->is.handled_us;
    if (is_well || step->state == STEP_FAILED || step->state == STEP_REJECTED)
        fact->is.is_rejected = step->state == STEP_REJECTED;
    if (step->state == STEP_PUBLISHED) {
        fact->is.published_us = facts_now_us(&automation->facts);
        fact->is.version = automation_version(run->id, 0);
    }
    automation_wake(automation);
}

void automation_run_ended(struct automation *automation, const struct run *run)
{
    for (size_t i = 0; automation != NULL && i < run->step_count; i++) {
        struct fact *fact = fact_of(automation, run, &run->steps[i]);
        if (fact != NULL && run->steps[i].attempt == 0)
            fact->is.handled_us = facts_now_us(&automation->facts);
    }
    automation_wake(automation);
}

void automation_stream_wrote(struct automation *automation, const struct run *run,
                             const struct run_step *step, int64_t records)
{
    struct fact *fact = fact_of(automation, run, step);

    if (fact == NULL || records == 0 || (strcmp(fact->run, run->id) == 0 && fact->rows == records))
        return;
    memcpy(fact->run, run->id, sizeof fact->run);
    fact->rows = records;
    fact->is.published_us = facts_now_us(&automation->facts);
    fact->is.version = automation_version(run->id, records);
    look_within(automation, STREAM_MS);
}

/* ---- asking for a run ------------------------------------------------------------------------ */

/* What was asked for; one block, which is the job's. */
struct asking {
    size_t count;
    struct asked {
        const char *key;
        uint64_t seen;
    } items[];
};

static void write_down(struct automation *automation, struct fact *fact, const char *run_id)
{
    char seen[24] = "";

    if (fact->is.seen != 0)
        (void)snprintf(seen, sizeof seen, "%016" PRIx64, fact->is.seen);
    const struct store_automation row = {
        .asset = fact->key,
        .target = automation->loaded->pipeline.target->name,
        .definition = fact->definition != NULL ? fact->definition : "",
        .since_us = fact->is.since_us,
        .seen = seen,
        .requested_us = fact->is.requested_us,
        .run_id = run_id,
    };
    store_automation_put(journal_store(automation->daemon->journal), &row);
    fact->is_written = true;
}

/* In the turn of the loop in which the run is written, or refused. */
static void settle(struct automation *automation, const struct asking *asking, const char *run_id)
{
    if (automation == NULL)
        return;
    for (size_t i = 0; i < asking->count; i++) {
        struct fact *fact = facts_get(&automation->facts, asking->items[i].key);
        fact->is.requested_us = facts_now_us(&automation->facts);
        fact->is.seen = asking->items[i].seen;
        write_down(automation, fact, run_id);
    }
    automation->asking--;
    automation_wake(automation);
}

static void queued(void *arg, const void *what, const char *run_id)
{
    const struct daemon *daemon = arg;

    settle(daemon->automation, what, run_id);
}

static void refused(void *arg, const void *what, const char *const *lines, size_t count)
{
    const struct daemon *daemon = arg;

    for (size_t i = 0; i < count; i++)
        log_warn("automation: no run could be made: %s", lines[i]);
    settle(daemon->automation, what, NULL);
}

static struct asking *keep_asking(const char **keys, const uint64_t *seen, size_t count)
{
    size_t size = sizeof(struct asking) + count * sizeof(struct asked), used = size;

    for (size_t i = 0; i < count; i++)
        size += strlen(keys[i]) + 1;
    struct asking *asking = alloc_zeroed(1, size);
    asking->count = count;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(keys[i]) + 1;
        asking->items[i] = (struct asked){(char *)asking + used, seen[i]};
        memcpy((char *)asking + used, keys[i], length);
        used += length;
    }
    return asking;
}

/* `owed` is of what is made in partitions. */
static void ask_for(struct automation *automation, const char **keys, const uint64_t *seen,
                    size_t count, const struct owed *owed)
{
    struct daemon *daemon = automation->daemon;
    const struct pipeline *pipeline = &automation->loaded->pipeline;
    const struct request request = {
        .verb = "run",
        .folder = pipeline->folder,
        .target = pipeline->target->name,
        .select = keys,
        .select_count = count,
        .partitions = owed != NULL ? owed->texts : NULL,
        .partition_count = owed != NULL ? owed->count : 0,
        .leaves_failed = owed != NULL && owed->leaves_failed,
        .trigger = TRIGGER,
    };
    const struct asker asker = {queued, refused, daemon, keep_asking(keys, seen, count)};

    automation->asking++;
    work_ask(daemon, &request, &asker);
}

static void ask(struct automation *automation, const struct automation_verdict *verdicts,
                size_t count, struct arena *arena)
{
    const struct graph *graph = &automation->loaded->graph;
    const char **keys = arena_calloc(arena, count, sizeof *keys);
    uint64_t *seen = arena_calloc(arena, count, sizeof *seen);
    size_t found = 0;

    for (size_t i = 0; i < graph->count; i++) {
        if (verdicts[i].why == AUTOMATION_NOT)
            continue;
        log_info("automation: %s: %s", graph->assets[i]->key,
                 automation_describe(&verdicts[i], arena));
        keys[found] = graph->assets[i]->key;
        seen[found] = verdicts[i].seen;
        if (verdicts[i].why == AUTOMATION_PARTITIONS)
            ask_for(automation, &keys[found], &seen[found], 1, &automation->survey->items[i].owed);
        else
            found++;
    }
    if (found > 0)
        ask_for(automation, keys, seen, found, NULL);
}

/* ---- partitions ------------------------------------------------------------------------------ */

static void has_surveyed(void *arg, struct survey *survey);

/* Before a look, if anything is made by itself in partitions: true, and it looks when that is done. */
static bool survey_first(struct automation *automation)
{
    if (automation->is_surveyed || !survey_is_needed(automation->loaded))
        return false;
    automation->is_outdated = automation->is_surveying;
    if (!automation->is_surveying)
        survey_begin(automation->daemon->loop, automation->loaded, automation->store, has_surveyed,
                     automation);
    automation->is_surveying = true;
    return true;
}

static void gather_partitions(const struct automation *automation, struct automation_fact *facts)
{
    const struct graph *graph = &automation->loaded->graph;
    const struct survey *survey = automation->survey;

    for (size_t i = 0; i < graph->count; i++) {
        facts[i].is_partitioned = owed_applies(automation->loaded, graph->assets[i]);
        if (!facts[i].is_partitioned || survey == NULL)
            continue;
        facts[i].owed = survey->items[i].owed.seen;
        facts[i].partition_due_us = survey->items[i].again_us;
    }
}

/* ---- looking --------------------------------------------------------------------------------- */

static struct automation_fact *gather(struct automation *automation, struct arena *arena)
{
    const struct graph *graph = &automation->loaded->graph;
    struct automation_fact *facts = arena_calloc(arena, graph->count + 1, sizeof *facts);

    for (size_t i = 0; i < graph->count; i++) {
        const char *key = graph->assets[i]->key;
        const struct rule *rule = automation->loaded->rules.of[i];
        const struct fact *fact = map_find(&automation->facts.by_key, key);
        if (fact != NULL)
            facts[i] = fact->is;
        if (rule != NULL && rule->when != UPKEEP_BY_HAND)
            facts[i].is_paused = pauses_hold(automation->daemon->pauses,
                                             arena_printf(arena, "asset:%s", key), false);
    }
    gather_partitions(automation, facts);
    occupied_find(automation->daemon, graph, facts, arena);
    return facts;
}

/* When time alone may change something. */
static int64_t decide(struct automation *automation, int64_t now_us, struct arena *arena)
{
    const struct automation_world world = {
        .graph = &automation->loaded->graph,
        .rules = &automation->loaded->rules,
        .facts = gather(automation, arena),
        .now_us = now_us,
    };
    int64_t again_us = INT64_MAX;
    size_t count;
    const struct automation_verdict *verdicts = automation_decide(&world, arena, &count);

    for (size_t i = 0; i < world.graph->count; i++)
        again_us = verdicts[i].again_us < again_us ? verdicts[i].again_us : again_us;
    if (count > 0)
        ask(automation, verdicts, count, arena);
    return again_us;
}

/* Tells alerts of what is late, when that changes and every minute: they do not repeat themselves. */
static int64_t look_at_age(struct automation *automation, size_t i, int64_t now_us, bool tells_all)
{
    const char *key = automation->loaded->graph.assets[i]->key;
    struct fact *fact = facts_get(&automation->facts, key);
    char why[LATENESS_TEXT_SIZE];
    struct lateness lateness;

    lateness_of(automation->loaded->rules.of[i], &fact->is, now_us, &lateness);
    if (lateness.is_late != fact->is_late || tells_all)
        alerts_late(automation->daemon->alerts, key,
                    lateness.is_late ? lateness_describe(&lateness, why) : NULL);
    if (lateness.is_late && !fact->is_late)
        log_warn("%s is late: %s", key, lateness_describe(&lateness, why));
    fact->is_late = lateness.is_late;
    return lateness.next_us;
}

static int64_t look_at_ages(struct automation *automation, int64_t now_us)
{
    const struct loaded *loaded = automation->loaded;
    int64_t monotonic_us = clock_monotonic_us(), again_us = INT64_MAX;
    bool tells_all = automation->told_us == 0 ||
                     monotonic_us - automation->told_us >= LOOK_EVERY_MS * INT64_C(1000);

    if (tells_all)
        automation->told_us = monotonic_us;
    for (size_t i = 0; i < loaded->graph.count && loaded->rules.timed > 0; i++) {
        const struct rule *rule = loaded->rules.of[i];
        if (rule == NULL || !rule->has_freshness)
            continue;
        int64_t next_us = look_at_age(automation, i, now_us, tells_all);
        again_us = next_us < again_us ? next_us : again_us;
    }
    return again_us;
}

static void look(uv_timer_t *timer)
{
    struct automation *automation = timer->data;
    const struct daemon *daemon = automation->daemon;
    const struct rules *rules = &automation->loaded->rules;
    int64_t now_us = facts_now_us(&automation->facts), again_us, decided_us = INT64_MAX;
    struct arena arena;

    automation->due_us = 0;
    if (!automation->has_read || daemon->is_draining || daemon->is_ending ||
        journal_trouble(daemon->journal) != NULL || /* it is woken when there is room */
        (rules->automated == 0 && rules->timed == 0) || survey_first(automation))
        return;
    automation->is_surveyed = false;
    arena_init(&arena);
    again_us = look_at_ages(automation, now_us);
    if (automation->asking == 0 && rules->automated > 0)
        decided_us = decide(automation, now_us, &arena);
    again_us = decided_us < again_us ? decided_us : again_us;
    arena_release(&arena);
    int64_t wait_ms = again_us == INT64_MAX ? LOOK_EVERY_MS : (again_us - now_us) / 1000 + 1;
    wait_ms = wait_ms < 1 ? 1 : wait_ms;
    look_within(automation, wait_ms < LOOK_EVERY_MS ? wait_ms : LOOK_EVERY_MS);
}

/* ---- what the thread pool read --------------------------------------------------------------- */

static void closed(uv_handle_t *handle)
{
    struct automation *automation = handle->data;

    facts_release(&automation->facts);
    survey_free(automation->survey);
    arena_release(&automation->read.arena);
    loaded_release(automation->loaded);
    free(automation->store);
    free(automation->target);
    free(automation);
}

/* Once nothing is at work in the thread pool. */
static void close_timer(struct automation *automation)
{
    if (!automation->is_reading && !automation->is_surveying)
        uv_close((uv_handle_t *)&automation->timer, closed);
}

static void has_surveyed(void *arg, struct survey *survey)
{
    struct automation *automation = arg;

    automation->is_surveying = false;
    if (automation->is_closing) {
        survey_free(survey);
        close_timer(automation);
        return;
    }
    if (survey->has_failed)
        log_warn("automation: partitions: %s", survey->err.message);
    survey_free(automation->survey);
    automation->survey = NULL;
    if (survey->has_failed || survey->loaded != automation->loaded)
        survey_free(survey); /* of files that have changed since */
    else
        automation->survey = survey;
    bool is_outdated = automation->is_outdated;
    automation->is_outdated = false;
    automation->is_surveyed = true;
    look(&automation->timer);
    if (is_outdated)
        automation_wake(automation);
}

/* ---- beginning and ending -------------------------------------------------------------------- */

/* When the asset was first seen with this rule is remembered where it counts: ticks are from then
 * on, and so is the age of what was never made. */
static void begin_rule(struct automation *automation, const char *key, const struct rule *rule)
{
    struct fact *fact = facts_get(&automation->facts, key);

    if (fact->definition == NULL || strcmp(fact->definition, rule->definition) != 0) {
        free(fact->definition);
        fact->definition = alloc_strdup(rule->definition);
        fact->is.since_us = facts_now_us(&automation->facts);
        fact->is_written = false;
    }
    bool may_be_late = rule->has_freshness && fact->is.confirmed_us == 0;
    if (!fact->is_written && (rule->when == UPKEEP_ON_CRON || may_be_late))
        write_down(automation, fact, NULL);
}

static void begin_rules(struct automation *automation)
{
    const struct loaded *loaded = automation->loaded;

    for (size_t i = 0; i < loaded->graph.count; i++)
        if (loaded->rules.of[i] != NULL)
            begin_rule(automation, loaded->graph.assets[i]->key, loaded->rules.of[i]);
}

void automation_configure(struct automation *automation)
{
    if (automation == NULL)
        return;
    struct loaded *loaded = loaded_retain(automation->daemon->loaded);
    survey_free(automation->survey);
    automation->survey = NULL;
    loaded_release(automation->loaded);
    automation->loaded = loaded;
    if (automation->has_read)
        begin_rules(automation);
    automation_wake(automation);
}

static void read_in_pool(uv_work_t *work)
{
    struct automation *automation = work->data;

    automation->read_failed = facts_read(automation->store, automation->target, &automation->read,
                                         &automation->read_err) < 0;
}

static void has_read(uv_work_t *work, int status)
{
    struct automation *automation = work->data;

    (void)status;
    automation->is_reading = false;
    if (automation->is_closing) {
        close_timer(automation);
        return;
    }
    if (automation->read_failed) {
        log_error("no asset is made by itself: %s", automation->read_err.message);
        return;
    }
    facts_learn(&automation->facts, &automation->read);
    arena_release(&automation->read.arena);
    arena_init(&automation->read.arena);
    automation->has_read = true;
    begin_rules(automation);
    automation_wake(automation);
}

struct automation *automation_open(struct daemon *daemon)
{
    struct automation *automation = alloc_zeroed(1, sizeof *automation);

    automation->daemon = daemon;
    automation->loaded = loaded_retain(daemon->loaded);
    automation->store = alloc_strdup(journal_path(daemon->journal));
    automation->target = alloc_strdup(daemon->loaded->pipeline.target->name);
    facts_init(&automation->facts);
    arena_init(&automation->read.arena);
    uv_timer_init(daemon->loop, &automation->timer);
    automation->timer.data = automation;
    uv_unref((uv_handle_t *)&automation->timer);
    automation->reading.data = automation;
    automation->is_reading = true;
    uv_queue_work(daemon->loop, &automation->reading, read_in_pool, has_read);
    return automation;
}

void automation_close(struct automation *automation)
{
    if (automation == NULL || automation->is_closing)
        return;
    automation->is_closing = true;
    uv_timer_stop(&automation->timer);
    close_timer(automation);
}

#include "daemon/alerts.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/alert_message.h"
#include "daemon/delivery.h"
#include "graph/watch.h"
#include "schedule/alerting.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_US INT64_C(3600000000)
#define KEPT_US (30 * CLOCK_US_PER_DAY) /* alerts that are over, for people who look back */

enum {
    MAX_CHECKS = 20, /* named by an alert: a body should stay below 20 KiB */
    MAX_DETAIL_BYTES = 400,
    MAX_ERROR_BYTES = 4000,
    MAX_SUBJECT_BYTES = 200,
};

/* What an executor said last. */
struct reported {
    char run[ULID_SIZE + 1];
    const struct run_step *step;
    int64_t attempt;
    struct arena arena;
    struct alert_check *checks; /* that did not pass */
    size_t check_count;
    bool has_checked;
    bool has_warned;
};

struct alerts {
    struct journal *journal;
    struct delivery *delivery;
    struct loaded *loaded;
    struct arena arena;      /* of what was configured */
    bool **watched;          /* by alert and asset->order */
    struct map destinations; /* what each was told */
    struct ulid_source ids;
    struct reported reported;
    int64_t pruned_us;
    int summing; /* summaries that are not committed yet */
    char *link;
};

/* An event on its way to all destinations. */
struct trouble {
    enum alert_kind kind, of;
    const char *subject;
    const char *target;
    const char *asset; /* or NULL */
    const char *run;   /* or NULL */
    const char *error; /* or NULL */
    struct alert_check *checks;
    size_t check_count;
};

/* ---- histories ------------------------------------------------------------------------------- */

/* What one destination was told. */
struct destination {
    struct alerting *history;
    char name[];
};

static struct alerting *history_of(struct alerts *alerts, const char *name)
{
    struct destination *destination = map_find(&alerts->destinations, name);

    if (destination != NULL)
        return destination->history;
    destination = alloc_zeroed(1, sizeof *destination + strlen(name) + 1);
    memcpy(destination->name, name, strlen(name) + 1);
    destination->history = alerting_new();
    map_put(&alerts->destinations, destination->name, destination);
    return destination->history;
}

static void free_destinations(struct map *destinations)
{
    for (size_t i = 0; i < destinations->count; i++) {
        struct destination *destination = destinations->entries[i].value;
        alerting_free(destination->history);
        free(destination);
    }
    map_release(destinations);
}

/* False for a name that a newer version wrote. */
static bool kind_from_name(const char *name, enum alert_kind *kind)
{
    for (int i = 0; i < ALERT_KINDS; i++)
        if (strcmp(alert_kind_names[i], name) == 0) {
            *kind = (enum alert_kind)i;
            return true;
        }
    return false;
}

static bool event_of(const struct store_alert *alert, struct alerting_event *event)
{
    *event = (struct alerting_event){
        .subject = alert->subject, .target = alert->target, .at_us = alert->created_us};
    return kind_from_name(alert->kind, &event->kind) && kind_from_name(alert->of_kind, &event->of);
}

static int restore(struct alerts *alerts, struct err *err)
{
    struct store_reader *reader;
    struct store_alert *told;
    struct alerting_event event;
    struct arena arena;
    size_t count;

    if (store_reader_open(journal_path(alerts->journal), &reader, err) < 0)
        return -1;
    arena_init(&arena);
    int result =
        store_read_told_alerts(reader, clock_now_us() - HOUR_US, &arena, &told, &count, err);
    for (size_t i = 0; result == 0 && i < count; i++) {
        enum alerting_verdict verdict = strcmp(told[i].state, "held") == 0     ? ALERTING_HOLD
                                        : strcmp(told[i].state, "summed") == 0 ? ALERTING_PASS
                                                                               : ALERTING_SEND;
        if (event_of(&told[i], &event))
            alerting_remember(history_of(alerts, told[i].destination), &event, verdict);
    }
    store_reader_close(reader);
    arena_release(&arena);
    return result;
}

/* ---- raising --------------------------------------------------------------------------------- */

static void raised(void *arg)
{
    const struct alerts *alerts = arg;

    delivery_look(alerts->delivery);
}

/* Once a day is enough. */
static void prune(struct alerts *alerts, int64_t now_us)
{
    if (now_us - alerts->pruned_us < CLOCK_US_PER_DAY)
        return;
    alerts->pruned_us = now_us;
    store_alerts_prune(journal_store(alerts->journal), now_us - KEPT_US, STORE_NO_DONE);
}

/* Writes it down: waiting, or held back for a summary. */
static void raise_alert(struct alerts *alerts, const struct alert *to,
                        const struct alert_message *what, const char *state, int64_t now_us)
{
    struct alert_message message = *what;
    char id[ULID_SIZE + 1], at[CLOCK_TEXT_SIZE];
    struct json_writer json;
    struct buf body;

    ulid_next(&alerts->ids, id);
    message.id = id;
    message.at = clock_format_iso(at, now_us, 3);
    message.pipeline = alerts->loaded->pipeline.name;
    buf_init(&body);
    json_writer_init(&json, &body);
    record_encode(&json, &alert_message_shape, &message);
    const struct store_alert stored = {
        .id = id,
        .destination = to->name,
        .target = message.target,
        .subject = message.subject,
        .kind = message.kind,
        .of_kind = message.of != NULL ? message.of : message.kind,
        .body = body.data,
        .state = state,
        .next_us = now_us,
        .created_us = now_us,
    };
    prune(alerts, now_us);
    store_alert_raise(journal_store(alerts->journal), &stored,
                      journal_done(alerts->journal, (struct journal_then){raised, alerts}));
    buf_release(&body);
}

/* At most so many bytes of it, and no character in part. */
static const char *keep(struct arena *arena, const char *text, size_t most)
{
    size_t size = text != NULL ? strlen(text) : 0;

    if (size <= most)
        return arena_strdup(arena, text);
    for (size = most; size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80;)
        size--;
    return arena_printf(arena, "%.*s…", (int)size, text);
}

static const char *link_to(const struct alerts *alerts, const struct trouble *trouble,
                           struct arena *arena)
{
    if (alerts->link == NULL)
        return NULL;
    if (trouble->run != NULL)
        return arena_printf(arena, "%s/runs/%s", alerts->link, trouble->run);
    if (trouble->asset != NULL)
        return arena_printf(arena, "%s/assets/%s", alerts->link, trouble->asset);
    return alerts->link;
}

static void tell(struct alerts *alerts, const struct alert *to, const struct trouble *trouble)
{
    struct alerting_event event = {trouble->kind, trouble->of, trouble->subject, trouble->target,
                                   clock_now_us()};
    int64_t repeats;
    enum alerting_verdict verdict =
        alerting_decide(history_of(alerts, to->name), to, &event, &repeats);
    struct arena arena;

    if (verdict == ALERTING_PASS || verdict == ALERTING_REPEAT)
        return;
    arena_init(&arena);
    struct alert_message message = {
        .kind = alert_kind_names[trouble->kind],
        .of = trouble->kind == ALERT_RECOVERY ? alert_kind_names[trouble->of] : NULL,
        .subject = trouble->subject,
        .target = trouble->target,
        .run = trouble->run,
        .asset = trouble->asset,
        .error = keep(&arena, trouble->error, MAX_ERROR_BYTES),
        .checks = trouble->checks,
        .check_count = trouble->check_count,
        .link = link_to(alerts, trouble, &arena),
        .repeats = repeats,
    };
    raise_alert(alerts, to, &message, verdict == ALERTING_HOLD ? "held" : "waiting", event.at_us);
    if (verdict == ALERTING_HOLD)
        log_warn("alert %s: %s of %s is held back: more than %lld in an hour", to->name,
                 message.kind, message.subject, (long long)to->max_per_hour);
    arena_release(&arena);
}

static bool is_watched(const struct alerts *alerts, size_t alert, const struct asset *asset)
{
    if (alerts->loaded->pipeline.alerts.items[alert].select.count == 0)
        return true;
    return asset != NULL && alerts->watched[alert] != NULL && alerts->watched[alert][asset->order];
}

static void tell_all(struct alerts *alerts, const struct trouble *trouble)
{
    const struct alerts_config *all = &alerts->loaded->pipeline.alerts;
    const struct asset *asset =
        trouble->asset != NULL ? graph_find(&alerts->loaded->graph, trouble->asset) : NULL;

    for (size_t i = 0; i < all->count; i++)
        if (is_watched(alerts, i, asset))
            tell(alerts, &all->items[i], trouble);
}

static bool has_ears(const struct alerts *alerts)
{
    return alerts != NULL && alerts->loaded != NULL && alerts->loaded->pipeline.alerts.count > 0;
}

/* ---- delivery's questions -------------------------------------------------------------------- */

static int64_t summary_us(void *arg, const struct alert *alert, int64_t now_us)
{
    const struct alerts *alerts = arg;

    if (alerts->summing > 0)
        return 0; /* the store does not know yet what the last one named */
    return alerting_summary_us(history_of(arg, alert->name), alert, now_us);
}

static void summed(void *arg)
{
    struct alerts *alerts = arg;

    alerts->summing--;
    delivery_look(alerts->delivery);
}

static void sum(void *arg, const struct alert *to, const struct delivery_held *held)
{
    struct alerts *alerts = arg;
    struct alert_line *lines;
    struct arena arena;
    struct err err;
    int64_t now = clock_now_us();

    arena_init(&arena);
    lines = arena_calloc(&arena, held->alert_count, sizeof *lines);
    for (size_t i = 0; i < held->alert_count; i++) {
        struct alert_message message = {0};
        const char *body = held->alerts[i].body;
        if (record_decode(body, strlen(body), &alert_message_shape, &arena, &message, &err) == 0)
            lines[i] =
                (struct alert_line){message.kind, message.subject, message.at, message.error};
    }
    struct alert_message message = {
        .kind = alert_kind_names[ALERT_SUMMARY],
        .subject = arena_printf(&arena, "alert:%s", to->name),
        .target = alerts->loaded->pipeline.target->name,
        .held = held->count,
        .alerts = lines,
        .alert_count = held->alert_count,
        .link = alerts->link,
    };
    raise_alert(alerts, to, &message, "waiting", now);
    alerts->summing++;
    store_alerts_sum(journal_store(alerts->journal), to->name, held->last_id, now,
                     journal_done(alerts->journal, (struct journal_then){summed, alerts}));
    alerting_summed(history_of(alerts, to->name), held->count, now);
    arena_release(&arena);
}

static void dropped(void *arg, const struct store_alert *alert)
{
    struct alerting_event event;

    if (event_of(alert, &event) && event.kind != ALERT_SUMMARY)
        alerting_forget(history_of(arg, alert->destination), &event);
}

/* ---- opening and closing --------------------------------------------------------------------- */

struct alerts *alerts_open(uv_loop_t *loop, struct journal *journal, struct err *err)
{
    struct alerts *alerts = alloc_zeroed(1, sizeof *alerts);
    const struct delivery_owner owner = {alerts, summary_us, sum, dropped};

    alerts->journal = journal;
    arena_init(&alerts->arena);
    arena_init(&alerts->reported.arena);
    map_init(&alerts->destinations);
    if (restore(alerts, err) < 0) {
        alerts_close(alerts);
        return NULL;
    }
    alerts->delivery = delivery_open(loop, journal, &owner);
    prune(alerts, clock_now_us());
    return alerts;
}

void alerts_close(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    delivery_close(alerts->delivery);
    free_destinations(&alerts->destinations);
    loaded_release(alerts->loaded);
    arena_release(&alerts->arena);
    arena_release(&alerts->reported.arena);
    free(alerts->link);
    free(alerts);
}

void alerts_set_link(struct alerts *alerts, const char *link)
{
    if (alerts == NULL)
        return;
    free(alerts->link);
    alerts->link = link != NULL ? alloc_strdup(link) : NULL;
}

void alerts_configure(struct alerts *alerts, struct loaded *loaded)
{
    const struct alerts_config *all = &loaded->pipeline.alerts;
    struct err err;

    if (alerts == NULL)
        return;
    loaded_retain(loaded);
    loaded_release(alerts->loaded);
    alerts->loaded = loaded;
    arena_reset(&alerts->arena);
    alerts->watched = arena_calloc(&alerts->arena, all->count, sizeof *alerts->watched);
    for (size_t i = 0; i < all->count; i++) {
        bool *watched = arena_calloc(&alerts->arena, loaded->graph.count, sizeof *watched);
        if (watch_assets(&loaded->graph, &all->items[i], &alerts->arena, watched, &err) == 0)
            alerts->watched[i] = watched; /* it was looked at when it was loaded */
    }
    delivery_configure(alerts->delivery, loaded);
    delivery_look(alerts->delivery);
}

/* ---- what happened --------------------------------------------------------------------------- */

void alerts_report(struct alerts *alerts, const struct run *run, const struct run_step *step,
                   const struct report *report)
{
    if (!has_ears(alerts))
        return;
    struct reported *reported = &alerts->reported;
    arena_reset(&reported->arena);
    memcpy(reported->run, run->id, sizeof reported->run);
    reported->step = step;
    reported->attempt = step->attempt;
    reported->has_checked = report->check_count > 0;
    reported->has_warned = false;
    reported->check_count = 0;
    reported->checks = arena_calloc(&reported->arena, MAX_CHECKS, sizeof *reported->checks);
    for (size_t i = 0; i < report->check_count; i++) {
        const struct check_report *check = &report->checks[i];
        if (strcmp(check->status, "pass") == 0)
            continue;
        reported->has_warned |= strcmp(check->status, "warn") == 0;
        if (reported->check_count < MAX_CHECKS)
            reported->checks[reported->check_count++] = (struct alert_check){
                .name = keep(&reported->arena, check->name, MAX_DETAIL_BYTES),
                .status = arena_strdup(&reported->arena, check->status),
                .failures = check->failures,
                .detail = keep(&reported->arena, check->detail, MAX_DETAIL_BYTES),
            };
    }
}

static const char *subject_of(const char *kind, const char *name, char text[MAX_SUBJECT_BYTES])
{
    snprintf(text, MAX_SUBJECT_BYTES, "%s:%s", kind, name);
    for (char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' '; /* it stands in lines of the log, too */
    return text;
}

void alerts_step_over(struct alerts *alerts, const struct run *run, const struct run_step *step)
{
    char subject[MAX_SUBJECT_BYTES];
    bool has_failed = step->state == STEP_FAILED || step->state == STEP_REJECTED;
    bool is_well = step->state == STEP_PUBLISHED || step->state == STEP_FRESH;

    if (!has_ears(alerts) || (!has_failed && !is_well))
        return;
    const struct reported *reported = &alerts->reported;
    bool is_reported = reported->step == step && reported->attempt == step->attempt &&
                       strcmp(reported->run, run->id) == 0;
    struct trouble trouble = {
        .kind = has_failed ? ALERT_FAILURE : ALERT_RECOVERY,
        .of = ALERT_FAILURE,
        .subject = subject_of("asset", step->asset->key, subject),
        .target = run->plan->pipeline->target->name,
        .asset = step->asset->key,
        .run = run->id,
        .error = has_failed ? step->reason : NULL,
        .checks = is_reported && has_failed ? reported->checks : NULL,
        .check_count = is_reported && has_failed ? reported->check_count : 0,
    };
    tell_all(alerts, &trouble);
    if (!is_reported || !reported->has_checked || has_failed)
        return; /* nothing is known of its warnings, or they are told with the failure */
    trouble.kind = reported->has_warned ? ALERT_WARNING : ALERT_RECOVERY;
    trouble.of = ALERT_WARNING;
    trouble.checks = reported->has_warned ? reported->checks : NULL;
    trouble.check_count = reported->has_warned ? reported->check_count : 0;
    tell_all(alerts, &trouble);
}

static bool has_failed_step(const struct run *run)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (run->steps[i].state == STEP_FAILED || run->steps[i].state == STEP_REJECTED)
            return true;
    return false;
}

void alerts_run_ended(struct alerts *alerts, const struct run *run)
{
    char subject[MAX_SUBJECT_BYTES];
    bool has_failed = run->state == RUN_FAILED;
    const char *selection =
        run->selection != NULL && run->selection[0] != '\0' ? run->selection : "all";

    if (!has_ears(alerts) || (!has_failed && run->state != RUN_SUCCEEDED) ||
        (has_failed && has_failed_step(run)))
        return;
    const struct trouble trouble = {
        .kind = has_failed ? ALERT_FAILURE : ALERT_RECOVERY,
        .of = ALERT_FAILURE,
        .subject = subject_of("run", selection, subject),
        .target = run->plan->pipeline->target->name,
        .run = run->id,
        .error = has_failed ? "the run failed, though none of its steps did" : NULL,
    };
    tell_all(alerts, &trouble);
}

void alerts_run_refused(struct alerts *alerts, const char *what, const char *target,
                        const char *why)
{
    char subject[MAX_SUBJECT_BYTES];

    if (!has_ears(alerts))
        return;
    const struct trouble trouble = {
        .kind = ALERT_FAILURE,
        .of = ALERT_FAILURE,
        .subject = subject_of("run", what, subject),
        .target = target,
        .error = why,
    };
    tell_all(alerts, &trouble);
}

/* Trouble that is looked for again and again. */
static void tell_state(struct alerts *alerts, enum alert_kind kind, const char *of,
                       const char *asset, const char *why)
{
    char subject[MAX_SUBJECT_BYTES];

    if (!has_ears(alerts))
        return;
    const struct trouble trouble = {
        .kind = why != NULL ? kind : ALERT_RECOVERY,
        .of = kind,
        .subject = subject_of(of, asset, subject),
        .target = alerts->loaded->pipeline.target->name,
        .asset = asset,
        .error = why,
    };
    tell_all(alerts, &trouble);
}

void alerts_late(struct alerts *alerts, const char *asset, const char *why)
{
    tell_state(alerts, ALERT_LATENESS, "asset", asset, why);
}

void alerts_lag(struct alerts *alerts, const char *asset, const char *why)
{
    tell_state(alerts, ALERT_LAG, "stream", asset, why);
}

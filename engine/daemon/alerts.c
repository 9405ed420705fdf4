#include "daemon/alerts.h"

#include "base/alloc.h"
#include "base/suggest.h"
#include "daemon/messenger.h"
#include "daemon/verbs.h"
#include "daemon/work.h"
#include "graph/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_CHECKS = 20, /* named by an alert: a body should stay below 20 KiB */
    MAX_DETAIL_BYTES = 400,
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
    struct messenger *messenger;
    struct loaded *loaded;
    struct arena arena; /* of what was configured */
    bool **watched;     /* by alert and asset->order */
    struct reported reported;
};

/* ---- opening and closing --------------------------------------------------------------------- */

struct alerts *alerts_open(uv_loop_t *loop, struct journal *journal, struct err *err)
{
    struct messenger *messenger = messenger_open(loop, journal, err);
    struct alerts *alerts;

    if (messenger == NULL)
        return NULL;
    alerts = alloc_zeroed(1, sizeof *alerts);
    alerts->messenger = messenger;
    arena_init(&alerts->arena);
    arena_init(&alerts->reported.arena);
    return alerts;
}

void alerts_close(struct alerts *alerts)
{
    if (alerts == NULL)
        return;
    messenger_close(alerts->messenger);
    loaded_release(alerts->loaded);
    arena_release(&alerts->arena);
    arena_release(&alerts->reported.arena);
    free(alerts);
}

void alerts_set_link(struct alerts *alerts, const char *link)
{
    if (alerts != NULL)
        messenger_set_link(alerts->messenger, link);
}

/* A link is to be there whatever shows it: the API's own resource. */
static const char *link_of(const struct serve_settings *settings, struct arena *arena)
{
    return settings->url != NULL ? arena_printf(arena, "%s/api/v1", settings->url) : NULL;
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
    alerts_set_link(alerts, link_of(&loaded->pipeline.serve, &alerts->arena));
    messenger_configure(alerts->messenger, loaded);
}

/* ---- telling --------------------------------------------------------------------------------- */

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
            messenger_tell(alerts->messenger, &all->items[i], trouble);
}

static bool has_ears(const struct alerts *alerts)
{
    return alerts != NULL && alerts->loaded != NULL && alerts->loaded->pipeline.alerts.count > 0;
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
                .name = messenger_keep(&reported->arena, check->name, MAX_DETAIL_BYTES),
                .status = arena_strdup(&reported->arena, check->status),
                .failures = check->failures,
                .detail = messenger_keep(&reported->arena, check->detail, MAX_DETAIL_BYTES),
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
    if (has_failed || !run->leaves_failed)
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

static const char *subject_of_run(const char *selection, char text[MAX_SUBJECT_BYTES])
{
    bool is_all = selection == NULL || selection[0] == '\0';

    return subject_of("run", is_all ? "all" : selection, text);
}

void alerts_run_ended(struct alerts *alerts, const struct run *run)
{
    char subject[MAX_SUBJECT_BYTES];
    bool has_failed = run->state == RUN_FAILED;

    if (!has_ears(alerts) || (!has_failed && run->state != RUN_SUCCEEDED) ||
        (has_failed && has_failed_step(run)))
        return;
    const struct trouble trouble = {
        .kind = has_failed ? ALERT_FAILURE : ALERT_RECOVERY,
        .of = ALERT_FAILURE,
        .subject = subject_of_run(run->selection, subject),
        .target = run->plan->pipeline->target->name,
        .run = run->id,
        .error = has_failed ? "the run failed, though none of its steps did" : NULL,
    };
    tell_all(alerts, &trouble);
}

void alerts_run_refused(struct alerts *alerts, const struct request *request, const char *run,
                        const char *why)
{
    char subject[MAX_SUBJECT_BYTES];
    struct arena arena;

    if (!has_ears(alerts))
        return;
    arena_init(&arena);
    const struct trouble trouble = {
        .kind = ALERT_FAILURE,
        .of = ALERT_FAILURE,
        .subject = subject_of_run(run_describe_selection(request, &arena), subject),
        .target = request->target != NULL ? request->target : alerts->loaded->pipeline.target->name,
        .run = run,
        .error = why,
    };
    tell_all(alerts, &trouble);
    arena_release(&arena);
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

void alerts_stream_well(struct alerts *alerts, const char *asset)
{
    tell_state(alerts, ALERT_FAILURE, "asset", asset, NULL);
}

void alerts_lag(struct alerts *alerts, const char *asset, const char *why)
{
    tell_state(alerts, ALERT_LAG, "stream", asset, why);
}

/* ---- a test ---------------------------------------------------------------------------------- */

static void refuse_unknown(struct job *job, const struct alerts_config *all)
{
    const char *name = job->request->subject;
    const char **names = arena_calloc(&job->arena, all->count + 1, sizeof *names);

    for (size_t i = 0; i < all->count; i++)
        names[i] = all->items[i].name;
    const char *near = suggest(name, names, all->count);
    work_refuse_as(job, "missing",
                   arena_printf(&job->arena, "there is no [alert.%.100s]%s%s%s", name,
                                near != NULL ? ": did you mean \"" : "", near != NULL ? near : "",
                                near != NULL ? "\"?" : ""));
}

void alerts_begin_test(struct job *job)
{
    struct alerts *alerts = job->daemon->alerts;
    const char *actor = job->request->actor;
    struct event accepted = {.type = "accepted"};
    char id[ULID_SIZE + 1];

    if (alerts == NULL || alerts->loaded == NULL || job->daemon->is_draining) {
        work_refuse_as(job, "conflict",
                       "no daemon stays here that could deliver it: start aorta serve first");
        return;
    }
    if (job->request->subject == NULL) {
        work_refuse_as(job, "config", "which alert is to be tested?");
        return;
    }
    const struct alerts_config *all = &alerts->loaded->pipeline.alerts;
    const struct alert *to = alerts_config_find(all, job->request->subject);
    if (to == NULL) {
        refuse_unknown(job, all);
        return;
    }
    messenger_test(alerts->messenger, to,
                   arena_printf(&job->arena, "this is a test, asked for by %s: nothing is wrong",
                                actor != NULL ? actor : "somebody"),
                   id);
    accepted.message = id;
    work_tell(job, &accepted);
    verbs_end_committed(job);
}

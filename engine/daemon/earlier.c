#include "daemon/earlier.h"

#include "store/read.h"
#include "store/write.h"

#include <string.h>

struct earlier {
    struct store_step *steps; /* in the order of its plan */
    size_t count;
    struct map by_asset;    /* of store_step */
    struct request planned; /* everything; not used if all is asked for again */
};

/* Whether only some of what was asked for then is asked for now. */
static bool is_part(const struct request *request)
{
    return request->only_failed || request->chosen_count > 0;
}

/* A run that had no step yet is as one that never began. */
static bool goes_on(const struct job *job)
{
    return job->earlier != NULL && job->earlier->count > 0 &&
           (job->was_interrupted || is_part(job->request));
}

static bool is_unfinished(enum store_state state)
{
    return state == STATE_QUEUED || state == STATE_RUNNING || state == STATE_INTERRUPTED;
}

static bool has_succeeded(enum store_state state)
{
    return state == STATE_SUCCEEDED || state == STATE_FRESH;
}

/* Asks for the same, in the name of whoever asks now. */
static int take_request(struct job *job, const struct store_run *run)
{
    const struct request *asked = job->request;
    struct request *again = arena_alloc(&job->arena, sizeof *again);

    if (is_unfinished(run->state) && run->state != STATE_INTERRUPTED)
        return err_set(&job->earlier_err, ERR_TRANSIENT, "run %s is not over yet", run->id);
    if (run->request == NULL ||
        record_decode(run->request, strlen(run->request), &request_shape, &job->arena, again,
                      &job->earlier_err) < 0 ||
        again->verb == NULL)
        return err_set(&job->earlier_err, ERR_CONFIG,
                       "what run %s was asked for is not known: it is of an older version",
                       run->id);
    again->actor = asked->actor;
    again->address = asked->address;
    again->trigger = asked->trigger;
    again->priority = asked->priority;
    again->detaches = asked->detaches;
    again->idempotency_key = asked->idempotency_key;
    again->only_failed = asked->only_failed;
    again->chosen = asked->select;
    again->chosen_count = asked->select_count;
    again->of = run->id;
    again->backfill = NULL;
    job->request = again;
    return 0;
}

static bool repeats(const struct request *request)
{
    return strcmp(request->verb, "reexecute") == 0;
}

static int read_of(struct job *job, struct store_reader *reader, const char *id)
{
    struct earlier *earlier = arena_alloc(&job->arena, sizeof *earlier);
    const struct store_run_page page = {.prefix = id, .limit = 2};
    struct err *err = &job->earlier_err;
    struct store_run *run;
    size_t count;

    if (store_find_runs(reader, &page, &job->arena, &run, &count, err) < 0)
        return -1;
    if (count == 0)
        return err_set(err, ERR_DATA, "there is no run %s", id);
    if (count > 1)
        return err_set(err, ERR_CONFIG, "more than one run begins with %s: say more of it", id);
    if (store_read_steps(reader, run->id, &job->arena, &earlier->steps, &earlier->count, err) < 0)
        return -1;
    job->earlier = earlier;
    if (repeats(job->request) && take_request(job, run) < 0)
        return -1;
    if (job->request->chosen_count > 0 && earlier->count == 0)
        return err_set(err, ERR_CONFIG, "run %s never began: it has no steps to choose from",
                       run->id);
    return 0;
}

int earlier_read(struct job *job, const char *store_path)
{
    struct store_reader *reader;
    const struct request *request = job->request;
    /* One that waited in the queue of a daemon that died is the run by now that it asked for. */
    bool is_about_other = repeats(request) || (request->of != NULL && is_part(request));

    if (job->earlier != NULL || (!is_about_other && !job->was_interrupted))
        return 0;
    if (repeats(request) && request->of == NULL)
        return err_set(&job->earlier_err, ERR_CONFIG, "which run is to be repeated?");
    if (store_reader_open(store_path, &reader, &job->earlier_err) < 0)
        return -1;
    int result = read_of(job, reader, job->was_interrupted ? job->run.id : request->of);
    store_reader_close(reader);
    return result;
}

static bool is_left(void *arg, const struct asset *asset)
{
    const struct job *job = arg;
    const struct store_step *step = map_find(&job->earlier->by_asset, asset->key);

    if (step == NULL)
        return false;
    if (job->was_interrupted)
        return is_unfinished(step->state);
    return !job->request->only_failed || !has_succeeded(step->state);
}

const struct request *earlier_request(const struct job *job)
{
    struct request *planned = goes_on(job) ? &job->earlier->planned : NULL;

    if (planned == NULL)
        return job->request;
    *planned = *job->request;
    planned->verb = "run";
    planned->select = job->request->chosen;
    planned->select_count = job->was_interrupted ? 0 : job->request->chosen_count;
    planned->exclude_count = 0;
    planned->discard_history = true; /* it was allowed for what was selected then */
    return planned;
}

/* Whether it was said which of the steps are meant. */
static bool planned_part(const struct job *job)
{
    return !job->was_interrupted && job->request->chosen_count > 0;
}

void earlier_restrict(struct job *job)
{
    struct earlier *earlier = job->earlier;

    if (!goes_on(job))
        return;
    map_init(&earlier->by_asset);
    for (size_t i = 0; i < earlier->count; i++)
        map_put(&earlier->by_asset, earlier->steps[i].asset, &earlier->steps[i]);
    plan_keep(job->plan, is_left, job);
    map_release(&earlier->by_asset);
    if (job->plan->selected_count == 0 && planned_part(job))
        problem_add(&job->plan->problems, NULL, 0, 0, "run %s has no such step%s", job->request->of,
                    job->request->only_failed ? " that did not succeed" : "");
}

/* A step that is not over and that nobody can make any more. */
static void give_up(struct job *job, const struct store_step *stored)
{
    struct store *store = journal_store(job->daemon->journal);

    if (stored->state == STATE_INTERRUPTED)
        store_step_change(store, job->run.id, stored->asset, stored->state, STATE_QUEUED, NULL,
                          NULL, STORE_NO_DONE);
    store_step_change(store, job->run.id, stored->asset, STATE_QUEUED, STATE_CANCELED,
                      "the asset is gone", NULL, STORE_NO_DONE);
}

void earlier_continue(struct job *job)
{
    struct run *run = &job->run;
    struct map steps;

    map_init(&steps);
    for (size_t i = 0; i < run->step_count; i++)
        map_put(&steps, run->steps[i].asset->key, &run->steps[i]);
    for (size_t i = 0; i < job->earlier->count; i++) {
        const struct store_step *stored = &job->earlier->steps[i];
        struct run_step *step = map_find(&steps, stored->asset);
        if (step != NULL) {
            step->is_stored = true;
            step->stored = stored->state;
            step->attempt = stored->attempts;
            step->is_explained = stored->state == STATE_QUEUED && stored->reason != NULL;
            continue;
        }
        if (is_unfinished(stored->state))
            give_up(job, stored);
        run->had_failures = run->had_failures || !has_succeeded(stored->state);
    }
    map_release(&steps);
    if (run->step_count == 0)
        run->state = run->had_failures ? RUN_FAILED : RUN_SUCCEEDED;
}

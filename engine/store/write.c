#include "store/write.h"

#include "store/command.h"

static const struct statement_text run_insert = {
    "INSERT INTO runs (id, pipeline, target, trigger, selection, state, created_us, started_us,"
    " ended_us, error_code, error_message, request, actor, of_run, backfill_id, priority,"
    " resumes)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
    "run", NULL};

static const struct statement_text run_change = {
    "UPDATE runs SET state = ?3,"
    " started_us = CASE ?3 WHEN 'running' THEN coalesce(started_us, ?4) ELSE started_us END,"
    " ended_us = CASE ?3 WHEN 'running' THEN NULL ELSE ?4 END,"
    " error_code = ?5, error_message = ?6"
    " WHERE id = ?1 AND state = ?2",
    "run", "it is not in state"};

static const struct statement_text run_ask_cancel = {
    "UPDATE runs SET cancel_asked = 1 WHERE id = ?1", "run", NULL};

static const struct statement_text step_insert = {
    "INSERT INTO steps (run_id, asset, position, kind, state, reason, executor)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    "step of run", NULL};

static const struct statement_text step_change = {
    "UPDATE steps SET state = ?3, reason = coalesce(?5, reason),"
    " executor = coalesce(?6, executor)"
    " WHERE run_id = ?1 AND state = ?2 AND asset = ?4",
    "step of run", "it is not in state"};

static const struct statement_text step_explain = {
    "UPDATE steps SET reason = ?3 WHERE run_id = ?1 AND asset = ?2", "step of run", NULL};

static const struct statement_text steps_cancel = {
    "UPDATE steps SET state = 'canceled', reason = ?2"
    " WHERE run_id = ?1 AND state IN ('queued', 'interrupted')",
    "steps of run", NULL};

static const struct statement_text attempt_start = {
    "INSERT INTO attempts (run_id, asset, number, state, started_us)"
    " VALUES (?1, ?2, ?3, 'running', ?4)",
    "attempt of run", NULL};

static const struct statement_text attempt_end = {
    "UPDATE attempts SET state = ?3, ended_us = ?6, rows = ?7, error_code = ?8,"
    " error_message = ?9"
    " WHERE run_id = ?1 AND state = ?2 AND asset = ?4 AND number = ?5",
    "attempt of run", "it is not in state"};

static const struct statement_text event_append = {
    "INSERT INTO events (run_id, sequence, at_us, asset, kind, detail, id)"
    " VALUES (?1, (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE run_id = ?1),"
    " ?2, ?3, ?4, ?5, ?6)",
    "event of run", NULL};

static const struct statement_text key_put = {
    "INSERT OR REPLACE INTO idempotency (key, request_hash, run_id, at_us)"
    " VALUES (?1, ?2, ?3, ?4)",
    "idempotency key of", NULL};

static const struct statement_text barrier = {"SELECT 1", "barrier", NULL};

static const struct statement_text materialization_insert = {
    "INSERT INTO materializations (asset, run_id, at_us, rows, version, fingerprint)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    "materialization of", NULL};

static const struct statement_text check_result_insert = {
    "INSERT INTO check_results (run_id, asset, check_name, status, severity, failures, sample,"
    " at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    "check of run", NULL};

static const struct statement_text recover_attempts = {
    "UPDATE attempts SET state = 'interrupted', ended_us = ?1, error_code = ?2,"
    " error_message = ?3 WHERE state = 'running'",
    "recovery", NULL};

static const struct statement_text recover_steps = {
    "UPDATE steps SET state = 'interrupted', reason = ?1 WHERE state = 'running'", "recovery",
    NULL};

/* The column counts deaths of daemons: an end in order is no reason to give a run up. */
static const struct statement_text recover_runs = {
    "UPDATE runs SET state = 'interrupted', ended_us = ?1, error_code = ?2, error_message = ?3,"
    " resumptions = resumptions + ?4 WHERE state = 'running'",
    "recovery", NULL};

static const struct statement_text recover_partitions = {
    "UPDATE partitions SET running_run_id = NULL WHERE running_run_id IS NOT NULL", "recovery",
    NULL};

static const char interrupted[] = "the daemon ended before it was done";

/* ---- values, in the order of their numbers --------------------------------------------------- */

static void add_error(struct command *command, const struct err *error)
{
    command_add_text(command, error == NULL ? NULL : err_code_name(error->code));
    command_add_text(command, error == NULL ? NULL : error->message);
}

/* Queues a change of state, failed already if there is no such arrow. */
static void queue_change(struct store *store, struct command *command, bool allowed,
                         enum store_state from, enum store_state to)
{
    if (!allowed) {
        command->has_failed = true;
        err_set(&command->err, ERR_BROKEN, "%s \"%s\" cannot go from %s to %s",
                command->statement->what, command->values[0].text, store_state_name(from),
                store_state_name(to));
    }
    store_queue(store, command);
}

/* ---- runs ------------------------------------------------------------------------------------ */

void store_run_insert(struct store *store, const struct store_run *run, struct store_done done)
{
    struct command command = {.statement = &run_insert, .done = done};

    command_add_text(&command, run->id);
    command_add_text(&command, run->pipeline);
    command_add_text(&command, run->target);
    command_add_text(&command, run->trigger);
    command_add_text(&command, run->selection);
    command_add_text(&command, store_state_name(run->state));
    command_add_int(&command, run->created_us);
    command_add_known(&command, run->started_us, 0);
    command_add_known(&command, run->ended_us, 0);
    command_add_text(&command, run->error_message == NULL ? NULL : err_code_name(run->error_code));
    command_add_text(&command, run->error_message);
    command_add_text(&command, run->request);
    command_add_text(&command, run->actor);
    command_add_text(&command, run->of_run);
    command_add_text(&command, run->backfill_id);
    command_add_int(&command, run->priority);
    command_add_int(&command, run->resumes);
    store_queue(store, &command);
}

void store_run_change(struct store *store, const char *run_id, enum store_state from,
                      enum store_state to, int64_t now_us, const struct err *error,
                      struct store_done done)
{
    struct command command = {.statement = &run_change, .done = done};

    command_add_text(&command, run_id);
    command_add_text(&command, store_state_name(from));
    command_add_text(&command, store_state_name(to));
    command_add_int(&command, now_us);
    add_error(&command, error);
    queue_change(store, &command, store_run_may_change(from, to), from, to);
}

void store_run_ask_cancel(struct store *store, const char *run_id)
{
    struct command command = {.statement = &run_ask_cancel};

    command_add_text(&command, run_id);
    store_queue(store, &command);
}

/* ---- steps and attempts ---------------------------------------------------------------------- */

void store_step_insert(struct store *store, const struct store_step *step, struct store_done done)
{
    struct command command = {.statement = &step_insert, .done = done};

    command_add_text(&command, step->run_id);
    command_add_text(&command, step->asset);
    command_add_int(&command, step->position);
    command_add_text(&command, step->kind);
    command_add_text(&command, store_state_name(step->state));
    command_add_text(&command, step->reason);
    command_add_text(&command, step->executor);
    store_queue(store, &command);
}

void store_step_change(struct store *store, const char *run_id, const char *asset,
                       enum store_state from, enum store_state to, const char *reason,
                       const char *executor, struct store_done done)
{
    struct command command = {.statement = &step_change, .done = done};

    command_add_text(&command, run_id);
    command_add_text(&command, store_state_name(from));
    command_add_text(&command, store_state_name(to));
    command_add_text(&command, asset);
    command_add_text(&command, reason);
    command_add_text(&command, executor);
    queue_change(store, &command, store_step_may_change(from, to), from, to);
}

void store_steps_cancel(struct store *store, const char *run_id, const char *reason)
{
    struct command command = {.statement = &steps_cancel};

    command_add_text(&command, run_id);
    command_add_text(&command, reason);
    store_queue(store, &command);
}

void store_step_explain(struct store *store, const char *run_id, const char *asset,
                        const char *reason)
{
    struct command command = {.statement = &step_explain, .done = STORE_NO_DONE};

    command_add_text(&command, run_id);
    command_add_text(&command, asset);
    command_add_text(&command, reason);
    store_queue(store, &command);
}

void store_attempt_start(struct store *store, const char *run_id, const char *asset, int64_t number,
                         int64_t started_us, struct store_done done)
{
    struct command command = {.statement = &attempt_start, .done = done};

    command_add_text(&command, run_id);
    command_add_text(&command, asset);
    command_add_int(&command, number);
    command_add_int(&command, started_us);
    store_queue(store, &command);
}

void store_attempt_end(struct store *store, const char *run_id, const char *asset, int64_t number,
                       const struct store_outcome *outcome, struct store_done done)
{
    struct command command = {.statement = &attempt_end, .done = done};

    command_add_text(&command, run_id);
    command_add_text(&command, store_state_name(STATE_RUNNING));
    command_add_text(&command, store_state_name(outcome->state));
    command_add_text(&command, asset);
    command_add_int(&command, number);
    command_add_int(&command, outcome->ended_us);
    command_add_known(&command, outcome->rows, STORE_NO_COUNT);
    add_error(&command, outcome->error);
    queue_change(store, &command, store_attempt_may_change(STATE_RUNNING, outcome->state),
                 STATE_RUNNING, outcome->state);
}

/* ---- facts ----------------------------------------------------------------------------------- */

void store_event_append(struct store *store, const struct store_event *event,
                        struct store_done done)
{
    struct command command = {.statement = &event_append, .done = done};

    command_add_text(&command, event->run_id);
    command_add_int(&command, event->at_us);
    command_add_text(&command, event->asset);
    command_add_text(&command, event->kind);
    command_add_text(&command, event->detail);
    command_add_known(&command, event->id, 0);
    store_queue(store, &command);
}

void store_key_put(struct store *store, const struct store_key *key)
{
    struct command command = {.statement = &key_put};

    command_add_text(&command, key->key);
    command_add_text(&command, key->request_hash);
    command_add_text(&command, key->run_id);
    command_add_int(&command, key->at_us);
    store_queue(store, &command);
}

void store_barrier(struct store *store, struct store_done done)
{
    const struct command command = {.statement = &barrier, .done = done};

    store_queue(store, &command);
}

void store_materialization_insert(struct store *store,
                                  const struct store_materialization *materialization,
                                  struct store_done done)
{
    struct command command = {.statement = &materialization_insert, .done = done};

    command_add_text(&command, materialization->asset);
    command_add_text(&command, materialization->run_id);
    command_add_int(&command, materialization->at_us);
    command_add_known(&command, materialization->rows, STORE_NO_COUNT);
    command_add_text(&command, materialization->version);
    command_add_text(&command, materialization->fingerprint);
    store_queue(store, &command);
}

void store_check_result_insert(struct store *store, const struct store_check_result *result,
                               struct store_done done)
{
    struct command command = {.statement = &check_result_insert, .done = done};

    command_add_text(&command, result->run_id);
    command_add_text(&command, result->asset);
    command_add_text(&command, result->check);
    command_add_text(&command, result->status);
    command_add_text(&command, result->severity);
    command_add_int(&command, result->failures);
    command_add_text(&command, result->sample);
    command_add_int(&command, result->at_us);
    store_queue(store, &command);
}

/* ---- recovery -------------------------------------------------------------------------------- */

int store_recover(struct store *store, bool is_death, int64_t now_us,
                  struct store_recovery *recovery, struct err *err)
{
    struct store_recovery counts = {0};
    struct command attempts = {.statement = &recover_attempts, .changes = &counts.attempts};
    struct command steps = {.statement = &recover_steps, .changes = &counts.steps};
    struct command runs = {.statement = &recover_runs, .changes = &counts.runs};
    struct command partitions = {.statement = &recover_partitions};

    command_add_int(&attempts, now_us);
    command_add_text(&attempts, err_code_name(ERR_TRANSIENT));
    command_add_text(&attempts, interrupted);
    command_add_text(&steps, interrupted);
    command_add_int(&runs, now_us);
    command_add_text(&runs, err_code_name(ERR_TRANSIENT));
    command_add_text(&runs, interrupted);
    command_add_int(&runs, is_death);
    store_queue(store, &attempts);
    store_queue(store, &steps);
    store_queue(store, &runs);
    store_queue(store, &partitions);
    if (store_flush(store, err) < 0)
        return err_wrap(err, "recovery");
    *recovery = counts;
    return 0;
}

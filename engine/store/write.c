#include "store/write.h"

#include "store/command.h"

#include <assert.h>

const struct statement_text store_statements[STATEMENTS] = {
    [STATEMENT_RUN_INSERT] =
        {"INSERT INTO runs (id, pipeline, target, trigger, selection, state, created_us, started_us,"
         " ended_us, error_code, error_message, request, actor, of_run, backfill_id, priority,"
         " resumes)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
         "run", NULL},
    [STATEMENT_RUN_CHANGE] =
        {"UPDATE runs SET state = ?3,"
         " started_us = CASE ?3 WHEN 'running' THEN coalesce(started_us, ?4) ELSE started_us END,"
         " ended_us = CASE ?3 WHEN 'running' THEN NULL ELSE ?4 END,"
         " error_code = ?5, error_message = ?6"
         " WHERE id = ?1 AND state = ?2",
         "run", "it is not in state"},
    [STATEMENT_RUN_RESUME] = {"UPDATE runs SET resumptions = resumptions + 1 WHERE id = ?1", "run",
                              NULL},
    [STATEMENT_STEP_INSERT] =
        {"INSERT INTO steps (run_id, asset, position, kind, state, reason, executor)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
         "step of run", NULL},
    [STATEMENT_STEP_CHANGE] = {"UPDATE steps SET state = ?3, reason = coalesce(?5, reason),"
                               " executor = coalesce(?6, executor)"
                               " WHERE run_id = ?1 AND state = ?2 AND asset = ?4",
                               "step of run", "it is not in state"},
    [STATEMENT_ATTEMPT_START] = {"INSERT INTO attempts (run_id, asset, number, state, started_us)"
                                 " VALUES (?1, ?2, ?3, 'running', ?4)",
                                 "attempt of run", NULL},
    [STATEMENT_ATTEMPT_END] =
        {"UPDATE attempts SET state = ?3, ended_us = ?6, rows = ?7, error_code = ?8,"
         " error_message = ?9"
         " WHERE run_id = ?1 AND state = ?2 AND asset = ?4 AND number = ?5",
         "attempt of run", "it is not in state"},
    [STATEMENT_EVENT_APPEND] =
        {"INSERT INTO events (run_id, sequence, at_us, asset, kind, detail, id)"
         " VALUES (?1, (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE run_id = ?1),"
         " ?2, ?3, ?4, ?5, ?6)",
         "event of run", NULL},
    [STATEMENT_BARRIER] = {"SELECT 1", "barrier", NULL},
    [STATEMENT_MATERIALIZATION_INSERT] =
        {"INSERT INTO materializations (asset, run_id, at_us, rows, version, fingerprint)"
         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
         "materialization of", NULL},
    [STATEMENT_CHECK_RESULT_INSERT] =
        {"INSERT INTO check_results (run_id, asset, check_name, status, severity, failures, sample,"
         " at_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
         "check of run", NULL},
    [STATEMENT_RECOVER_ATTEMPTS] =
        {"UPDATE attempts SET state = 'interrupted', ended_us = ?1, error_code = ?2,"
         " error_message = ?3 WHERE state = 'running'",
         "recovery", NULL},
    [STATEMENT_RECOVER_STEPS] =
        {"UPDATE steps SET state = 'interrupted', reason = ?1 WHERE state = 'running'", "recovery",
         NULL},
    [STATEMENT_RECOVER_RUNS] =
        {"UPDATE runs SET state = 'interrupted', ended_us = ?1, error_code = ?2, error_message = ?3"
         " WHERE state = 'running'",
         "recovery", NULL},
};

static const char interrupted[] = "the daemon ended before it was done";

/* ---- values, in the order of their numbers --------------------------------------------------- */

static struct value *next_value(struct command *command)
{
    assert(command->value_count < COMMAND_VALUES);
    return &command->values[command->value_count++];
}

static void add_int(struct command *command, int64_t integer)
{
    *next_value(command) = (struct value){.kind = VALUE_INT, .integer = integer};
}

static void add_text(struct command *command, const char *text)
{
    *next_value(command) =
        (struct value){.kind = text == NULL ? VALUE_NULL : VALUE_TEXT, .text = text};
}

/* A time that is not 0, a count that is not STORE_NO_COUNT. */
static void add_known(struct command *command, int64_t integer, int64_t unknown)
{
    *next_value(command) = (struct value){
        .kind = integer == unknown ? VALUE_NULL : VALUE_INT,
        .integer = integer,
    };
}

static void add_error(struct command *command, const struct err *error)
{
    add_text(command, error == NULL ? NULL : err_code_name(error->code));
    add_text(command, error == NULL ? NULL : error->message);
}

/* Queues a change of state, failed already if there is no such arrow. */
static void queue_change(struct store *store, struct command *command, bool allowed,
                         enum store_state from, enum store_state to)
{
    if (!allowed) {
        command->has_failed = true;
        err_set(&command->err, ERR_BROKEN, "%s \"%s\" cannot go from %s to %s",
                store_statements[command->statement].what, command->values[0].text,
                store_state_name(from), store_state_name(to));
    }
    store_queue(store, command);
}

/* ---- runs ------------------------------------------------------------------------------------ */

void store_run_insert(struct store *store, const struct store_run *run, struct store_done done)
{
    struct command command = {.statement = STATEMENT_RUN_INSERT, .done = done};

    add_text(&command, run->id);
    add_text(&command, run->pipeline);
    add_text(&command, run->target);
    add_text(&command, run->trigger);
    add_text(&command, run->selection);
    add_text(&command, store_state_name(run->state));
    add_int(&command, run->created_us);
    add_known(&command, run->started_us, 0);
    add_known(&command, run->ended_us, 0);
    add_text(&command, run->error_message == NULL ? NULL : err_code_name(run->error_code));
    add_text(&command, run->error_message);
    add_text(&command, run->request);
    add_text(&command, run->actor);
    add_text(&command, run->of_run);
    add_text(&command, run->backfill_id);
    add_int(&command, run->priority);
    add_int(&command, run->resumes);
    store_queue(store, &command);
}

void store_run_change(struct store *store, const char *run_id, enum store_state from,
                      enum store_state to, int64_t now_us, const struct err *error,
                      struct store_done done)
{
    struct command command = {.statement = STATEMENT_RUN_CHANGE, .done = done};

    add_text(&command, run_id);
    add_text(&command, store_state_name(from));
    add_text(&command, store_state_name(to));
    add_int(&command, now_us);
    add_error(&command, error);
    queue_change(store, &command, store_run_may_change(from, to), from, to);
}

void store_run_resume(struct store *store, const char *run_id)
{
    struct command command = {.statement = STATEMENT_RUN_RESUME};

    add_text(&command, run_id);
    store_queue(store, &command);
}

/* ---- steps and attempts ---------------------------------------------------------------------- */

void store_step_insert(struct store *store, const struct store_step *step, struct store_done done)
{
    struct command command = {.statement = STATEMENT_STEP_INSERT, .done = done};

    add_text(&command, step->run_id);
    add_text(&command, step->asset);
    add_int(&command, step->position);
    add_text(&command, step->kind);
    add_text(&command, store_state_name(step->state));
    add_text(&command, step->reason);
    add_text(&command, step->executor);
    store_queue(store, &command);
}

void store_step_change(struct store *store, const char *run_id, const char *asset,
                       enum store_state from, enum store_state to, const char *reason,
                       const char *executor, struct store_done done)
{
    struct command command = {.statement = STATEMENT_STEP_CHANGE, .done = done};

    add_text(&command, run_id);
    add_text(&command, store_state_name(from));
    add_text(&command, store_state_name(to));
    add_text(&command, asset);
    add_text(&command, reason);
    add_text(&command, executor);
    queue_change(store, &command, store_step_may_change(from, to), from, to);
}

void store_attempt_start(struct store *store, const char *run_id, const char *asset, int64_t number,
                         int64_t started_us, struct store_done done)
{
    struct command command = {.statement = STATEMENT_ATTEMPT_START, .done = done};

    add_text(&command, run_id);
    add_text(&command, asset);
    add_int(&command, number);
    add_int(&command, started_us);
    store_queue(store, &command);
}

void store_attempt_end(struct store *store, const char *run_id, const char *asset, int64_t number,
                       const struct store_outcome *outcome, struct store_done done)
{
    struct command command = {.statement = STATEMENT_ATTEMPT_END, .done = done};

    add_text(&command, run_id);
    add_text(&command, store_state_name(STATE_RUNNING));
    add_text(&command, store_state_name(outcome->state));
    add_text(&command, asset);
    add_int(&command, number);
    add_int(&command, outcome->ended_us);
    add_known(&command, outcome->rows, STORE_NO_COUNT);
    add_error(&command, outcome->error);
    queue_change(store, &command, store_attempt_may_change(STATE_RUNNING, outcome->state),
                 STATE_RUNNING, outcome->state);
}

/* ---- facts ----------------------------------------------------------------------------------- */

void store_event_append(struct store *store, const struct store_event *event,
                        struct store_done done)
{
    struct command command = {.statement = STATEMENT_EVENT_APPEND, .done = done};

    add_text(&command, event->run_id);
    add_int(&command, event->at_us);
    add_text(&command, event->asset);
    add_text(&command, event->kind);
    add_text(&command, event->detail);
    add_known(&command, event->id, 0);
    store_queue(store, &command);
}

void store_barrier(struct store *store, struct store_done done)
{
    const struct command command = {.statement = STATEMENT_BARRIER, .done = done};

    store_queue(store, &command);
}

void store_materialization_insert(struct store *store,
                                  const struct store_materialization *materialization,
                                  struct store_done done)
{
    struct command command = {.statement = STATEMENT_MATERIALIZATION_INSERT, .done = done};

    add_text(&command, materialization->asset);
    add_text(&command, materialization->run_id);
    add_int(&command, materialization->at_us);
    add_known(&command, materialization->rows, STORE_NO_COUNT);
    add_text(&command, materialization->version);
    add_text(&command, materialization->fingerprint);
    store_queue(store, &command);
}

void store_check_result_insert(struct store *store, const struct store_check_result *result,
                               struct store_done done)
{
    struct command command = {.statement = STATEMENT_CHECK_RESULT_INSERT, .done = done};

    add_text(&command, result->run_id);
    add_text(&command, result->asset);
    add_text(&command, result->check);
    add_text(&command, result->status);
    add_text(&command, result->severity);
    add_int(&command, result->failures);
    add_text(&command, result->sample);
    add_int(&command, result->at_us);
    store_queue(store, &command);
}

/* ---- recovery -------------------------------------------------------------------------------- */

int store_recover(struct store *store, int64_t now_us, struct store_recovery *recovery,
                  struct err *err)
{
    struct store_recovery counts = {0};
    struct command attempts = {.statement = STATEMENT_RECOVER_ATTEMPTS,
                               .changes = &counts.attempts};
    struct command steps = {.statement = STATEMENT_RECOVER_STEPS, .changes = &counts.steps};
    struct command runs = {.statement = STATEMENT_RECOVER_RUNS, .changes = &counts.runs};

    add_int(&attempts, now_us);
    add_text(&attempts, err_code_name(ERR_TRANSIENT));
    add_text(&attempts, interrupted);
    add_text(&steps, interrupted);
    add_int(&runs, now_us);
    add_text(&runs, err_code_name(ERR_TRANSIENT));
    add_text(&runs, interrupted);
    store_queue(store, &attempts);
    store_queue(store, &steps);
    store_queue(store, &runs);
    if (store_flush(store, err) < 0)
        return err_wrap(err, "recovery");
    *recovery = counts;
    return 0;
}

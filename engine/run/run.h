/*
 * One run: its steps and what becomes of them. Pure: it decides, the daemon does.
 *
 *                   ┌───────────── a parent failed, was rejected or skipped ──▶ SKIPPED
 *     WAITING ──▶ READY ──▶ RUNNING ──▶ PUBLISHED or FRESH      (children may go on)
 *                   ▲          │    ──▶ REJECTED  (a blocking check failed; old table stands)
 *                   │          │    ──▶ FAILED
 *                   └── later ─┘    ──▶ CANCELED
 *                 TRANSIENT, or its executor died, as often as the asset's policy has it
 *
 * A timeout ends an attempt as a person's cancel does, and the step has failed; that of the run
 * ends all that is left of it. Of a stream, which has no end, it is how long it may say nothing of
 * how far it is; a run with one has no timeout. Both count from a beginning that this daemon has seen: a run that is
 * taken up from another one has all of its time again, since nobody worked while there was none.
 *
 * Invariant 4: a step has at most one live attempt. An attempt has a number of its own in the
 * daemon; a report of another number is of the past and is dropped.
 */
#ifndef AORTA_RUN_RUN_H
#define AORTA_RUN_RUN_H

#include "base/ulid.h"
#include "message/report.h"
#include "run/plan.h"
#include "store/record.h"

/* Without a declared timeout: as long as a consumer of Kafka may take between two polls
 * (max.poll.interval.ms) before its group goes on without it. */
enum { RUN_STREAM_SILENCE_MS = 5 * 60 * 1000 };

enum step_state {
    STEP_WAITING,
    STEP_READY,
    STEP_RUNNING,
    STEP_PUBLISHED,
    STEP_FRESH,
    STEP_REJECTED,
    STEP_FAILED,
    STEP_SKIPPED,
    STEP_CANCELED,
};

struct run_step {
    const struct asset *asset;
    enum step_state state;
    size_t waiting_for; /* steps before it that are not over (plan_waits_for) */
    size_t *next;       /* steps that wait for it, by index */
    size_t next_count;
    int64_t attempt;     /* 0 before the first */
    int64_t failures;    /* attempts that cost a retry */
    bool is_suspect;     /* its executor died while more ran there: from now on it runs alone */
    int64_t number;      /* the live attempt's, 0: none */
    int64_t ready_at_us; /* monotonic: a retry waits */
    int64_t started_us;  /* monotonic, of the first attempt */
    int64_t attempt_us;  /* monotonic, of the last one */
    int64_t ends_us;     /* monotonic: the live attempt's timeout; 0: none, or it is over already */
    bool is_timed_out;
    int64_t grace_ends_us; /* then it is killed; monotonic */
    int64_t ended_us;
    char *lake_position; /* of a stream: as its attempts told it; on the heap, or NULL */
    const char *reason;  /* why it failed or was skipped; in the run's arena */
    enum err_code code;  /* of FAILED */
    int64_t rows, table_rows;
    int64_t checks_passed, checks_warned, checks_failed;
    const char *why, *note;         /* as report has them */
    const char *wait;               /* what it waits for though it is ready, for a person */
    const struct slots *wait_slots; /* if it is that */
    bool is_explained;              /* the run store has that as its reason */
    bool is_stored;                 /* the run store knows it, in this state: */
    enum store_state stored;
    int64_t stored_attempt;           /* the attempt that runs there, 0: none */
    struct run_step *earlier, *later; /* in the list of its state, if that has one */
};

/* Steps of one state: higher priorities first, then in the order of the graph. */
struct run_list {
    struct run_step *first, *last;
    size_t count;
};

enum run_state { RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELED };

struct run {
    char id[ULID_SIZE + 1];
    struct plan *plan;
    enum run_state state;
    bool is_canceled;      /* asked for; running steps are still ending */
    int64_t grace_ends_us; /* then whoever still runs a step of it is killed; monotonic */
    bool full_refresh, force;
    bool is_endless; /* of `aorta stream`: it ends when it is told to, and has succeeded then */
    bool until_idle; /* the same, but it ends by itself, too */
    int64_t for_ms;
    bool fail_fast;         /* the first failure ends what has not begun */
    bool is_stopping;       /* and there was one */
    bool leaves_failed;     /* as request has it */
    int64_t ends_us;        /* monotonic: its timeout; 0: none */
    const char *timed_out;  /* it came: in a sentence */
    bool had_failures;      /* before it was interrupted, and taken up again */
    int64_t threads;        /* steps at once; 0: what the executors take */
    const char *selection;  /* as it was asked for, words joined by spaces */
    struct run_step *steps; /* in the order of the graph */
    size_t step_count;
    size_t over_count;
    struct run_list ready, running; /* those of them that are */
};

/* With fail_fast a step that fails or is rejected skips all that wait, related or not; running ones
 * finish, and are not tried again.
 *
 * Takes over the plan; the id is copied. */
void run_init(struct run *run, const char *id, struct plan *plan, const struct request *request);
void run_release(struct run *run);

/* What was selected and excluded, as it was asked for, in the arena. */
const char *run_describe_selection(const struct request *request, struct arena *arena);

/* The same of a request as the store has it (JSON); "everything" if nothing was selected. */
const char *run_describe_stored(const char *text, struct arena *arena);

extern const char *const step_state_names[];
extern const char *const run_state_names[];

bool step_is_over(const struct run_step *step);

/* The attempt `number` begins. */
void run_begin_attempt(struct run *run, struct run_step *step, int64_t number, int64_t now_us);

/* The live attempt has said how far it is: the silence of a stream begins anew. */
void run_hear_progress(const struct run *run, struct run_step *step, int64_t now_us);

/* The step whose live attempt has the number, or NULL. */
struct run_step *run_find_attempt(const struct run *run, int64_t number);

/* What an executor said of the live attempt: the step is over, or ready again later. Calls `over`
 * for each step that is over by it: the step itself, then those that are skipped. */
typedef void run_over(void *arg, struct run_step *step);
void run_finish_attempt(struct run *run, struct run_step *step, const struct report *report,
                        int64_t now_us, run_over *over, void *arg);

/* The executor of the live attempt died. `by_itself`: nothing else ran there, so it is to blame; a
 * neighbour's death costs no retry, but makes the step a suspect, which from then on runs alone. */
void run_lose_attempt(struct run *run, struct run_step *step, bool by_itself, const char *reason,
                      int64_t now_us, run_over *over, void *arg);

/* The embedded server of a connection died, and what it held is gone: no step that reads or writes
 * it may go on as if nothing had happened. Those that wait fail; a running one will not be tried
 * again. The next run makes again what was lost. */
void run_lose_server(struct run *run, const struct connection *connection, const char *reason,
                     int64_t now_us, run_over *over, void *arg);

/* Nothing more will be started: steps that wait are canceled; the running ones are the daemon's to
 * cancel. */
void run_cancel(struct run *run, int64_t now_us, run_over *over, void *arg);

/* Whether its streams are told to end, not canceled. */
bool run_is_stream(const struct run *run);

/* A stream is told to end: running steps finish what they have, the others are canceled. */
void run_stop(struct run *run, int64_t now_us, run_over *over, void *arg);

/* The run's time begins. */
void run_begin(struct run *run, int64_t now_us);

/* The live attempt has taken longer than it may: it is the daemon's to cancel. */
void step_time_out(struct run_step *step);

/* Likewise the run: steps that wait are canceled, the running ones are the daemon's to cancel; it
 * ends as failed. */
void run_time_out(struct run *run, int64_t now_us, run_over *over, void *arg);

/* All steps are over: settles the run's state. */
bool run_is_over(const struct run *run);

#endif

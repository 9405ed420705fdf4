/*
 * What the daemon is doing: the requests that it accepted, the runs and queries that came of them,
 * and the children that carry them out. Everything here happens on the loop.
 *
 *     accept ─▶ plan (thread pool) ─▶ run ─▶ ready steps ─▶ executor ─▶ report ─▶ … ─▶ ended
 *                                  ├▶ query ─▶ executor ─▶ rows ─▶ ended
 *                                  └▶ preview ─▶ executor ─▶ report ─▶ … ─▶ ended
 */
#ifndef AORTA_DAEMON_WORK_H
#define AORTA_DAEMON_WORK_H

#include "daemon/child.h"
#include "daemon/daemon.h"
#include "daemon/journal.h"
#include "run/run.h"

#include <uv.h>

struct alerts;
struct automation;
struct backfills;
struct earlier;
struct idempotency;
struct preview;
struct reload;
struct sensors;
struct streams;
struct tokens;

/* Who asks for a run in the daemon itself. Hears, once and in the turn of the loop in which it is
 * written, what becomes of it: what he writes then is committed with that, or not at all. If the
 * daemon ends before, he hears nothing. */
struct asker {
    void (*queued)(void *arg, const void *what, const char *run_id);
    void (*refused)(void *arg, const void *what, const char *const *lines, size_t count);
    void *arg;
    void *what; /* on the heap, the job's; says which of his requests it is */
};

/* A request that is being planned, run or answered. */
struct job {
    struct daemon *daemon;
    struct listener *listener; /* NULL when it has gone */
    struct asker asker;        /* or zeros */
    struct arena arena;        /* of the request */
    struct request *request;
    struct plan *plan; /* until the run or query has begun */
    uv_work_t planning;
    struct run run;
    bool has_run;
    bool is_queued;       /* it will have a run: run.id is its id */
    bool is_accepted;     /* and the listener was told so */
    size_t place;         /* in the queue, from 1, as the listener was told; 0: not yet */
    bool is_planning;     /* in the thread pool */
    bool is_unreadable;   /* queued by another version */
    bool was_interrupted; /* its daemon ended, and it is taken up again */
    int64_t deaths;       /* how often one died while the run was at work */
    struct earlier *earlier;
    struct err earlier_err; /* if it could not be read */
    bool earlier_failed;
    struct loaded *loaded;   /* lent to the planning */
    bool is_trusted;         /* whether no file has changed since is no matter */
    struct partition *range; /* of a backfill that is asked for, in the plan's arena */
    size_t range_count;
    bool is_query;
    struct preview *preview; /* of a plan, in the arena */
    bool is_canceled;        /* before it had a run */
    bool is_over;
    struct child *query_child; /* while its query runs */
    int64_t query_number;
    bool is_waiting; /* for the end of another query of its executor */
    int64_t query_grace_ends_us;
    struct job *next;
};

struct daemon {
    uv_loop_t *loop;
    const char *state_folder;
    struct journal *journal;
    char *store_path; /* of its store; also for the thread pool, which may outlast the journal */
    struct alerts *alerts; /* of a daemon that stays, or NULL */
    struct tokens *tokens; /* NULL: nobody has asked for them yet */
    struct job *jobs;
    struct child **children;
    size_t child_count;
    struct child *lingering; /* gone, and not ended yet: none of their names is started */
    int64_t last_number;     /* of attempts */
    bool stays;              /* `aorta serve` */
    bool is_draining;        /* and it is to end: nothing new is begun */
    struct loaded *loaded;   /* of a daemon that stays: what is believed of the files; or NULL */
    struct streams *streams; /* of a daemon that stays */
    struct automation *automation;           /* of a daemon that stays, or NULL */
    struct idempotency *idempotency;         /* of a daemon that stays */
    struct reload *reload;                   /* who looks after it */
    struct pauses *pauses;                   /* of a daemon that stays, or NULL */
    struct backfills *backfills;             /* the same */
    struct timetable *timetable;             /* the same */
    struct sensors *sensors;                 /* the same */
    struct pruner *pruner;                   /* the same */
    int64_t ended_runs[STATE_FRESH + 1];     /* by enum store_state, since the daemon began */
    void (*reloaded)(struct daemon *daemon); /* another one is believed; or NULL */
    struct ulid_source run_ids;
    uv_timer_t retry_timer;
    uv_timer_t grace_timer; /* runs while a canceled run has its grace */
    bool is_ending;
    void (*idle)(struct daemon *daemon); /* no job is left; when it is ending: no child */
};

/* A new job, the last of all, in whose arena its request is to be put. */
struct job *work_job(struct daemon *daemon, struct listener *listener);

/* Plans what the job asks for in the thread pool, and goes on with it. */
void work_plan(struct job *job);

/* Begins with a request; the listener (may be NULL) hears of it from now on. */
void work_request(struct daemon *daemon, const struct request *request, struct listener *listener);

/* The same for the daemon itself; the asker's `what` is the job's from now on. */
void work_ask(struct daemon *daemon, const struct request *request, const struct asker *asker);

/* Begins with a request in JSON of the actor, whoever it says that it is of; the listener hears of it
 * from now on. */
void work_accept(struct daemon *daemon, const char *text, size_t size, const char *actor,
                 struct listener *listener);

/* Cancels what the listener asked for. */
void work_cancel(struct daemon *daemon, const struct listener *listener);

/* The listener has gone; what it asked for goes on. */
void work_forget_listener(struct daemon *daemon, const struct listener *listener);

/* What is left when the daemon ends because it failed. */
void work_forget_all(struct daemon *daemon);

/* Starts what can be started. */
void work_dispatch(struct daemon *daemon);

/* Asks all children to end: no step is running. `idle` is called when they have. */
void work_end(struct daemon *daemon);

/* Ends all children at once. */
void work_end_now(struct daemon *daemon);

/* Leaves those to themselves that were killed and have not ended yet. */
void work_abandon(struct daemon *daemon);

/* Whether an executor of that name was killed and has not ended yet: it has to be waited for, with
 * work_dispatch. */
bool work_lingers(const struct daemon *daemon, const char *name);

/* For children.c: the child of that name and kind, started if it is not there. */
struct child *work_child(struct daemon *daemon, const char *name, const struct connection *served,
                         struct err *err);

/* The executor of that name if it runs, or NULL. */
struct child *work_find_child(const struct daemon *daemon, const char *name);

/* The address of the connection's embedded server: NULL if it has not said it yet. */
const char *work_server_address(const struct daemon *daemon, const char *connection);

/* For children.c, about steps: a report, progress, and the death of an executor. */
void work_report(struct daemon *daemon, const struct report *report);
void work_progress(struct daemon *daemon, const struct progress *progress);
void work_child_gone(struct daemon *daemon, struct child *child, const char *how);
void work_server_gone(struct daemon *daemon, const struct child *child, const char *how);

/* About a query: what its executor sent over the rows socket. */
void work_rows(struct daemon *daemon, struct child *child, const struct frame *frame);

/* The listener has read what was waiting for him. */
void work_drained(struct daemon *daemon, const struct listener *listener);

/* Tells the job's listener. */
void work_tell(const struct job *job, const struct event *event);

/* The job is over, and everything told. */
void work_forget(struct job *job);

/* The job is over: tells so, and forgets it. */
void work_finish(struct job *job, const char *state);
void work_refuse(struct job *job, const char *const *lines, size_t count);

/* The same, because of what was asked for or of what the files say: those that are about no file
 * first. */
void work_refuse_problems(struct job *job, const struct problems *problems);

/* The same, with one line and the state that the event will have ("missing", "conflict", …). */
void work_refuse_as(struct job *job, const char *state, const char *line);

#endif

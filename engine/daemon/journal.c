#include "daemon/journal.h"

#include "base/alloc.h"

#include <stdlib.h>

struct then {
    void (*call)(void *arg);
    void *arg;
    struct then *next;
};

struct journal {
    uv_idle_t idle;
    struct then *first, **last;
};

static void run_callbacks(uv_idle_t *idle)
{
    struct journal *journal = idle->data;

    while (journal->first != NULL) {
        struct then *then = journal->first;
        journal->first = then->next;
        if (journal->first == NULL)
            journal->last = &journal->first;
        then->call(then->arg);
        free(then);
    }
    if (!uv_is_closing((uv_handle_t *)idle))
        uv_idle_stop(idle);
}

struct journal *journal_open(uv_loop_t *loop, const char *state_folder,
                             void (*failed)(void *arg, const struct err *err), void *arg,
                             struct err *err)
{
    struct journal *journal = alloc_zeroed(1, sizeof *journal);

    (void)state_folder;
    (void)failed;
    (void)arg;
    (void)err;
    journal->last = &journal->first;
    uv_idle_init(loop, &journal->idle);
    journal->idle.data = journal;
    return journal;
}

static void closed(uv_handle_t *handle)
{
    free(handle->data);
}

void journal_close(struct journal *journal)
{
    if (journal != NULL)
        uv_close((uv_handle_t *)&journal->idle, closed);
}

void journal_run_began(struct journal *journal, const struct run *run)
{
    (void)journal;
    (void)run;
}

void journal_run_ended(struct journal *journal, const struct run *run)
{
    (void)journal;
    (void)run;
}

void journal_attempt_began(struct journal *journal, const struct run *run,
                           const struct run_step *step)
{
    (void)journal;
    (void)run;
    (void)step;
}

void journal_report(struct journal *journal, const struct run *run, const struct run_step *step,
                    const struct report *report)
{
    (void)journal;
    (void)run;
    (void)step;
    (void)report;
}

void journal_step(struct journal *journal, const struct run *run, const struct run_step *step)
{
    (void)journal;
    (void)run;
    (void)step;
}

void journal_then(struct journal *journal, void (*call)(void *arg), void *arg)
{
    struct then *then = alloc_zeroed(1, sizeof *then);

    then->call = call;
    then->arg = arg;
    *journal->last = then;
    journal->last = &then->next;
    uv_idle_start(&journal->idle, run_callbacks);
}

#include "store/record.h"

#include <string.h>

static const char *const state_names[] = {
    [STATE_QUEUED] = "queued",   [STATE_RUNNING] = "running",   [STATE_SUCCEEDED] = "succeeded",
    [STATE_FAILED] = "failed",   [STATE_CANCELED] = "canceled", [STATE_INTERRUPTED] = "interrupted",
    [STATE_SKIPPED] = "skipped", [STATE_FRESH] = "fresh",
};

enum { STATES = sizeof state_names / sizeof *state_names };

#define BIT(state) (1U << (state))
#define ENDS \
    (BIT(STATE_SUCCEEDED) | BIT(STATE_FAILED) | BIT(STATE_CANCELED) | BIT(STATE_INTERRUPTED))

/* By the state that is left: those that may follow. */
static const unsigned int run_changes[STATES] = {
    [STATE_QUEUED] = BIT(STATE_RUNNING) | BIT(STATE_CANCELED),
    [STATE_RUNNING] = ENDS,
    [STATE_INTERRUPTED] = BIT(STATE_RUNNING),
};

static const unsigned int step_changes[STATES] = {
    [STATE_QUEUED] =
        BIT(STATE_RUNNING) | BIT(STATE_CANCELED) | BIT(STATE_SKIPPED) | BIT(STATE_FAILED),
    [STATE_RUNNING] = ENDS | BIT(STATE_FRESH),
    [STATE_FAILED] = BIT(STATE_QUEUED),
    [STATE_INTERRUPTED] = BIT(STATE_QUEUED),
};

static const unsigned int attempt_changes[STATES] = {
    [STATE_RUNNING] = ENDS,
};

const char *store_state_name(enum store_state state)
{
    return state_names[state];
}

bool store_state_from_name(const char *name, enum store_state *state)
{
    for (int i = 0; i < STATES; i++)
        if (strcmp(state_names[i], name) == 0) {
            *state = (enum store_state)i;
            return true;
        }
    return false;
}

bool store_run_is_over(const struct store_run *run)
{
    if (run->state == STATE_INTERRUPTED)
        return !run->resumes;
    return run->state != STATE_QUEUED && run->state != STATE_RUNNING;
}

bool store_run_may_change(enum store_state from, enum store_state to)
{
    return (run_changes[from] & BIT(to)) != 0;
}

bool store_step_may_change(enum store_state from, enum store_state to)
{
    return (step_changes[from] & BIT(to)) != 0;
}

bool store_attempt_may_change(enum store_state from, enum store_state to)
{
    return (attempt_changes[from] & BIT(to)) != 0;
}

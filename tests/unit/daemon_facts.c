#include "daemon/facts.h"

#include "base/clock.h"
#include "store/automation.h"
#include "test.h"

#define YEAR_US (365 * CLOCK_US_PER_DAY)

/* An asset that was last published, tried and asked for then. */
static void learn(struct facts *facts, int64_t at_us)
{
    struct store_materialization newest = {.asset = "a", .run_id = "r", .at_us = at_us};
    struct store_last_step last = {.asset = "a",
                                   .run_id = "r",
                                   .state = STATE_SUCCEEDED,
                                   .started_us = at_us,
                                   .ended_us = at_us,
                                   .confirmed_us = at_us};
    struct store_automation asked = {.asset = "a",
                                     .definition = "",
                                     .since_us = at_us,
                                     .seen = "1",
                                     .requested_us = at_us,
                                     .target = "dev"};
    const char *rejected = NULL;
    const struct facts_read read = {.newest = &newest,
                                    .last = &last,
                                    .automation = &asked,
                                    .rejected = &rejected,
                                    .newest_count = 1,
                                    .last_count = 1,
                                    .automation_count = 1};

    facts_learn(facts, &read);
}

static void check_all_between(const struct automation_fact *is, int64_t from_us, int64_t to_us)
{
    const int64_t instants[] = {is->published_us, is->confirmed_us, is->handled_us,
                                is->requested_us, is->since_us};

    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        check(instants[i] >= from_us && instants[i] <= to_us);
}

TEST("what a clock that was years ahead has stamped is from now")
{
    int64_t now_us = clock_now_us();
    struct facts facts;

    facts_init(&facts);
    learn(&facts, now_us + 4 * YEAR_US);
    check_all_between(&facts_get(&facts, "a")->is, now_us, clock_now_us());
    facts_release(&facts);
}

TEST("what is past, or a little ahead, is as it was read")
{
    const int64_t offsets[] = {-4 * YEAR_US, 60 * CLOCK_US_PER_SECOND};

    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        int64_t at_us = clock_now_us() + offsets[i];
        struct facts facts;
        facts_init(&facts);
        learn(&facts, at_us);
        check_all_between(&facts_get(&facts, "a")->is, at_us, at_us);
        facts_release(&facts);
    }
}

TEST("a clock that is set back while the daemon lives takes along what happened meanwhile")
{
    struct facts facts;

    facts_init(&facts);
    int64_t now_us = facts_now_us(&facts);
    facts.last_us = now_us + YEAR_US;
    facts_get(&facts, "a")->is.requested_us = now_us + YEAR_US;
    int64_t after_us = facts_now_us(&facts);
    check(after_us >= now_us && after_us <= clock_now_us() + 1);
    check(facts_get(&facts, "a")->is.requested_us <= after_us);
    check(facts_now_us(&facts) > after_us);
    facts_release(&facts);
}

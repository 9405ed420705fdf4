/*
 * Whose turn it is: queued runs and ready steps.
 */
#include "test.h"

#include "schedule/turn.h"

TEST("a trigger is of its source, whatever stands behind the colon")
{
    check(turn_is_of_source("schedule:nightly", "schedule:hourly"));
    check(turn_is_of_source("manual", "manual"));
    check(!turn_is_of_source("schedules:x", "schedule:x"));
    check(!turn_is_of_source("manual", "schedule:manual"));
}

TEST("the highest priority begins, then who has the fewest running, then the oldest")
{
    const struct turn queued[] = {{0, "backfill:1", "a", NULL, 0},
                                  {0, "backfill:1", "b", NULL, 0},
                                  {0, "manual", "c", NULL, 0},
                                  {0, "manual", "d", NULL, 0},
                                  {5, "backfill:2", "e", NULL, 0}};
    const struct turn running[] = {{0, "backfill:1", "0", NULL, 0}};

    check_int(turn_next(queued, 5, running, 1), 4);
    check_int(turn_next(queued, 4, running, 1), 2);
    check_int(turn_next(queued, 4, running, 0), 0);
}

TEST("queued runs are put into the order of their turns")
{
    struct turn queued[] = {{0, "backfill:1", "a", NULL, 0},
                            {0, "manual", "c", NULL, 0},
                            {0, "manual", "b", NULL, 0},
                            {5, "backfill:2", "d", NULL, 0},
                            {0, "schedule:x", "e", NULL, 0}};
    const struct turn running[] = {{0, "backfill:1", "0", NULL, 0},
                                   {0, "backfill:2", "1", NULL, 0},
                                   {0, "schedule:y", "2", NULL, 0}};
    char order[8] = "";

    turn_sort(queued, 5, running, 3);
    for (size_t i = 0; i < 5; i++)
        order[i] = queued[i].id[0];
    check_str(order, "dbcea");
}

TEST("of two steps each difference decides before those that come after it")
{
    /* The better one has it worse in all that comes after. */
    static const struct {
        struct step_turn better, worse;
    } cases[] = {
        {{1, 9, 0, 9, "b"}, {0, 0, 9, 0, "a"}}, /* the run's priority */
        {{0, 1, 0, 9, "b"}, {0, 2, 9, 0, "a"}}, /* steps of its source */
        {{0, 1, 9, 9, "b"}, {0, 1, 8, 0, "a"}}, /* the step's priority */
        {{0, 1, 9, 2, "b"}, {0, 1, 9, 3, "a"}}, /* steps of its run */
        {{0, 1, 9, 2, "a"}, {0, 1, 9, 2, "b"}}, /* its age */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(step_turn_goes_before(&cases[i].better, &cases[i].worse));
        check(!step_turn_goes_before(&cases[i].worse, &cases[i].better));
    }
}

/*
 * What is late.
 */
#include "schedule_world.h"

#include "schedule/lateness.h"

static struct lateness late(const char *name, int64_t fresh_us, int64_t now_us)
{
    struct lateness lateness;

    lateness_find(plan->loaded->rules.of[graph_find(plan->graph, name)->order], fresh_us, now_us,
                  &lateness);
    return lateness;
}

TEST("max_lag: late from then on, and when that will be is known")
{
    model("sales", "", TABLE "freshness = { max_lag = \"2h\" }\n");
    begin_world();
    check(!late("sales", MIDNIGHT, MIDNIGHT + 2 * HOUR - 1).is_late);
    check_int(late("sales", MIDNIGHT, MIDNIGHT + HOUR).next_us, MIDNIGHT + 2 * HOUR);
    check(late("sales", MIDNIGHT, MIDNIGHT + 2 * HOUR).is_late);
    check_int(late("sales", MIDNIGHT, MIDNIGHT + DAY).deadline_us, MIDNIGHT + 2 * HOUR);
    end_world();
}

TEST(
    "deadline: late if it was not brought up to date since the one before, or within max_lag of it")
{
    model("daily", "", TABLE "freshness = { deadline = \"0 6 * * *\" }\n");
    model("early", "", TABLE "freshness = { deadline = \"0 6 * * *\", max_lag = \"4h\" }\n");
    begin_world();
    int64_t six = MIDNIGHT + 6 * HOUR;
    check(!late("daily", six - DAY, six).is_late);
    check(late("daily", six - DAY - 1, six).is_late);
    check(!late("daily", six - DAY - 1, six - 1).is_late);
    check_int(late("daily", six - DAY, six - 1).next_us, six);
    check(!late("daily", six + 1, six + HOUR).is_late); /* after it is better than never */
    check(late("early", six - 4 * HOUR - 1, six).is_late);
    check(!late("early", six - 4 * HOUR, six).is_late);
    char text[LATENESS_TEXT_SIZE];
    struct lateness found = late("daily", MIDNIGHT - 2 * DAY, six + HOUR);
    found.was_made = true;
    found.since_us = MIDNIGHT - 2 * DAY;
    check_str(lateness_describe(&found, text),
              "last brought up to date at 2024-10-02T00:00:00Z: late since 2024-10-04T06:00:00Z");
    found.was_made = false;
    check_str(lateness_describe(&found, text),
              "it was never made: late since 2024-10-04T06:00:00Z");
    end_world();
}

TEST("what was never made counts from when somebody began to look, and is not late before")
{
    static const struct {
        const char *name;
        int64_t confirmed_us, since_us, now_us;
        bool is_timed, is_late, was_made;
    } cases[] = {
        {"sales", 0, 0, MIDNIGHT + DAY, false, false, false}, /* nobody has looked */
        {"sales", 0, MIDNIGHT, MIDNIGHT + HOUR, true, false, false},
        {"sales", 0, MIDNIGHT, MIDNIGHT + 2 * HOUR, true, true, false},
        {"sales", MIDNIGHT, 0, MIDNIGHT + HOUR, true, false, true},
        {"sales", MIDNIGHT, MIDNIGHT + DAY, MIDNIGHT + 2 * HOUR, true, true, true},
        {"other", MIDNIGHT, MIDNIGHT, MIDNIGHT + DAY, false, false, false}, /* declares nothing */
    };

    model("sales", "", TABLE "freshness = { max_lag = \"2h\" }\n");
    model("other", "", TABLE);
    begin_world();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct automation_fact known = {.confirmed_us = cases[i].confirmed_us,
                                              .since_us = cases[i].since_us};
        struct lateness found;
        lateness_of(plan->loaded->rules.of[graph_find(plan->graph, cases[i].name)->order], &known,
                    cases[i].now_us, &found);
        check_int(found.is_timed, cases[i].is_timed);
        check_int(found.is_late, cases[i].is_late);
        check_int(found.was_made, cases[i].was_made);
    }
    end_world();
}

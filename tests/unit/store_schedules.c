/*
 * The store's side of schedules: how far each has got, its ticks by pages, pauses.
 */
#include "store_fixture.h"
#include "test.h"

#include "store/schedules.h"

TEST("how far a schedule has got is kept, replaced and forgotten")
{
    struct store *store = store_fixture_open();
    struct store_schedule row = {"nightly", "UTC @daily", 100},
                          other = {"hourly", "UTC @hourly", 7};
    struct store_schedule *found;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_schedule_reach(store, &row, STORE_NO_DONE);
    store_schedule_reach(store, &other, STORE_NO_DONE);
    row.reached_us = 200;
    row.definition = "UTC @weekly";
    store_schedule_reach(store, &row, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_schedules(reader, &arena, &found, &count, &err));
    check_int(count, 2);
    check_str(found[0].name, "hourly");
    check_str(found[1].definition, "UTC @weekly");
    check_int(found[1].reached_us, 200);
    store_schedule_forget(store, "nightly", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_ok(store_read_schedules(reader, &arena, &found, &count, &err));
    check_int(count, 1);
    check_str(found[0].name, "hourly");
    store_reader_close(reader);
    arena_release(&arena);
    store_close(store);
}

TEST("ticks are read by pages, the newest first, with the state of their runs")
{
    struct store *store = store_fixture_open();
    struct store_tick *ticks;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    for (int64_t due = 1; due <= 5; due++) {
        const struct store_tick tick = {
            .schedule = "nightly",
            .due_us = due,
            .state = due == 4 ? "fired" : "missed",
            .run_id = due == 4 ? "R1" : NULL,
            .reason = due == 4 ? NULL : "nobody was there",
            .at_us = 10 + due,
        };
        store_tick_put(store, &tick, STORE_NO_DONE);
    }
    store_tick_put(store, &(struct store_tick){"other", 3, "fired", "gone", NULL, 13, NULL},
                   STORE_NO_DONE);
    store_tick_put(store, &(struct store_tick){"nightly", 5, "skipped", NULL, "again", 99, NULL},
                   STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_ticks(reader, "nightly", INT64_MAX, 2, &arena, &ticks, &count, &err));
    check_int(count, 2);
    check_int(ticks[0].due_us, 5);
    check_str(ticks[0].state, "skipped");
    check_int(ticks[0].at_us, 99);
    check(ticks[0].run_state == NULL);
    check_str(ticks[1].run_id, "R1");
    check_str(ticks[1].run_state, "queued");
    check_ok(store_read_ticks(reader, "nightly", ticks[1].due_us, 9, &arena, &ticks, &count, &err));
    check_int(count, 3);
    check_int(ticks[0].due_us, 3);
    check_str(ticks[2].reason, "nobody was there");
    check_ok(store_read_ticks(reader, "other", INT64_MAX, 9, &arena, &ticks, &count, &err));
    check_int(count, 1);
    check_str(ticks[0].run_id, "gone");
    check(ticks[0].run_state == NULL);
    store_reader_close(reader);
    arena_release(&arena);
    store_close(store);
}

TEST("what was said last of a subject is whether it is paused")
{
    struct store *store = store_fixture_open();
    struct store_pause *pauses;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_pause_put(store, &(struct store_pause){"schedule:b", true, "user:ada", 1}, STORE_NO_DONE);
    store_pause_put(store, &(struct store_pause){"schedule:a", true, NULL, 2}, STORE_NO_DONE);
    store_pause_put(store, &(struct store_pause){"schedule:b", false, NULL, 3}, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_pauses(reader, &arena, &pauses, &count, &err));
    check_int(count, 2);
    check_str(pauses[0].subject, "schedule:a");
    check(pauses[0].is_paused);
    check(!pauses[1].is_paused);
    check(pauses[1].actor == NULL);
    check_int(pauses[1].at_us, 3);
    store_reader_close(reader);
    arena_release(&arena);
    store_close(store);
}

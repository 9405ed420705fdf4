/*
 * The store's side of sensors: what each has seen, and which runs have ended how.
 */
#include "store_fixture.h"
#include "test.h"

#include "store/sensors.h"
#include "store/write.h"

#include <stdio.h>

TEST("what a sensor has seen is kept, replaced and forgotten")
{
    struct store *store = store_fixture_open();
    struct store_sensor row = {.name = "landing", .definition = "file x", .looked_us = 7},
                        other = {.name = "after", .definition = "run", .cursor = "9 0"};
    struct store_sensor *found;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    store_fixture_run(store, "R1", STORE_NO_DONE);
    store_sensor_put(store, &row, STORE_NO_DONE);
    store_sensor_put(store, &other, STORE_NO_DONE);
    row.cursor = "1 2 3";
    row.pending = "-";
    row.requested_us = 5;
    row.run_id = "R1";
    row.failures = 2;
    row.error = "it is so";
    store_sensor_put(store, &row, STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_sensors(reader, &arena, &found, &count, &err));
    check_int(count, 2);
    check_str(found[0].cursor, "9 0");
    check(found[0].run_id == NULL && found[0].error == NULL && found[0].requested_us == 0);
    check_str(found[1].name, "landing");
    check_str(found[1].definition, "file x");
    check_str(found[1].pending, "-");
    check_str(found[1].run_state, "queued");
    check_str(found[1].error, "it is so");
    check_int(found[1].looked_us, 7);
    check_int(found[1].failures, 2);
    store_sensor_forget(store, "landing", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_ok(store_read_sensors(reader, &arena, &found, &count, &err));
    check_int(count, 1);
    store_reader_close(reader);
    arena_release(&arena);
    store_close(store);
}

static void add_run(struct store *store, const char *id, const char *target, const char *trigger)
{
    const struct store_run run = {.id = id,
                                  .pipeline = "shop",
                                  .target = target,
                                  .trigger = trigger,
                                  .selection = "",
                                  .state = STATE_QUEUED,
                                  .created_us = 1};

    store_run_insert(store, &run, STORE_NO_DONE);
}

static void add_event(struct store *store, const char *run, const char *asset, const char *state)
{
    char detail[64];
    const struct store_event event = {.run_id = run,
                                      .at_us = 1,
                                      .asset = asset,
                                      .kind = asset != NULL ? "step" : "ended",
                                      .detail = detail};

    (void)snprintf(detail, sizeof detail, "{\"state\":\"%s\"}", state);
    store_event_append(store, &event, STORE_NO_DONE);
}

/* "LAST/FOUND" of the events behind one. */
static const char *count_behind(struct store_reader *reader, struct store_outcomes outcomes)
{
    static char text[64];
    int64_t last_id, found;
    struct err err;

    outcomes.target = "dev";
    outcomes.own = "sensor:own";
    if (outcomes.limit == 0)
        outcomes.limit = 100;
    check_ok(store_count_outcomes(reader, &outcomes, &last_id, &found, &err));
    (void)snprintf(text, sizeof text, "%lld/%lld", (long long)last_id, (long long)found);
    return text;
}

TEST("ends of runs and steps are counted behind an event, by target, trigger, asset and state")
{
    static const char well[] = " published succeeded ", badly[] = " failed rejected ";
    struct store *store = store_fixture_open();
    struct err err;

    add_run(store, "R1", "dev", "manual");
    add_run(store, "R2", "dev", "schedule:nightly");
    add_run(store, "R3", "prod", "manual");
    add_run(store, "R4", "dev", "sensor:own");
    add_event(store, "R1", "raw.a", "running");   /* 1 */
    add_event(store, "R1", "raw.a", "published"); /* 2 */
    add_event(store, "R1", NULL, "succeeded");    /* 3 */
    add_event(store, "R2", "raw.a", "rejected");  /* 4 */
    add_event(store, "R2", NULL, "failed");       /* 5 */
    add_event(store, "R3", "raw.a", "published"); /* 6: of another target */
    add_event(store, "R3", NULL, "succeeded");    /* 7 */
    add_event(store, "R4", "raw.a", "published"); /* 8: its own */
    add_event(store, "R4", NULL, "succeeded");    /* 9 */
    check_ok(store_flush(store, &err));
    struct store_reader *reader = store_fixture_reader();
    check_str(count_behind(reader, (struct store_outcomes){.states = well}), "9/1");
    check_str(count_behind(reader, (struct store_outcomes){.states = badly}), "9/1");
    check_str(count_behind(reader, (struct store_outcomes){.states = well, .after_id = 3}), "9/0");
    check_str(count_behind(reader, (struct store_outcomes){.states = well, .limit = 2}), "2/0");
    check_str(count_behind(reader, (struct store_outcomes){.states = well, .after_id = 9}), "9/0");
    check_str(count_behind(reader, (struct store_outcomes){.states = well, .asset = "raw.a"}),
              "9/1");
    check_str(count_behind(reader, (struct store_outcomes){.states = badly, .asset = "raw.a"}),
              "9/1");
    check_str(count_behind(reader, (struct store_outcomes){.states = well, .asset = "raw.b"}),
              "9/0");
    check_str(count_behind(reader,
                           (struct store_outcomes){.states = badly, .trigger = "schedule:nightly"}),
              "9/1");
    check_str(count_behind(reader,
                           (struct store_outcomes){.states = well, .trigger = "schedule:nightly"}),
              "9/0");
    store_reader_close(reader);
    store_close(store);
}

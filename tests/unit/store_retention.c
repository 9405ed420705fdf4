/*
 * Which runs may be forgotten, and what goes with them.
 */
#include "store_fixture.h"
#include "test.h"

#include "store/audit.h"
#include "store/retention.h"

#include <stdio.h>
#include <string.h>

/* A run with one step of an asset, and its publication if it has a version. */
static void put(const char *id, const char *target, const char *asset, const char *state,
                const char *version)
{
    char sql[1024];

    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO runs (id, pipeline, target, trigger, selection, state, created_us)"
                   " VALUES ('%s', 'p', '%s', 'manual', '', 'succeeded', 10);"
                   "INSERT INTO steps (run_id, asset, position, kind, state)"
                   " VALUES ('%s', '%s', 0, 'model', '%s');",
                   id, target, id, asset, state);
    store_fixture_exec(sql);
    if (version == NULL)
        return;
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO materializations (asset, run_id, at_us, version, fingerprint)"
                   " VALUES ('%s', '%s', 10, '%s', '')",
                   asset, id, version);
    store_fixture_exec(sql);
}

/* The ids of all runs that may go, joined by blanks. */
static const char *going(int64_t before_us, const char *until_id)
{
    static char text[512];
    struct store_reader *reader = store_fixture_reader();
    const struct store_old_page page = {NULL, before_us, until_id, 100};
    struct store_old_run *runs;
    struct arena arena;
    struct err err;
    size_t count;

    arena_init(&arena);
    check_ok(store_read_old_runs(reader, &page, &arena, &runs, &count, &err));
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (runs[i].may_go)
            (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s",
                           text[0] != '\0' ? " " : "", runs[i].id);
    arena_release(&arena);
    store_reader_close(reader);
    return text;
}

TEST("the runs that made an asset what it is stay, whatever came later")
{
    store_close(store_fixture_open());
    put("R1", "dev", "a", "succeeded", "1");
    put("R2", "dev", "a", "succeeded", "2"); /* its newest publication */
    put("R3", "dev", "a", "fresh", NULL);
    put("R4", "dev", "a", "fresh", NULL); /* the newest that found it fresh */
    put("R5", "dev", "a", "failed", NULL);
    put("R6", "dev", "a", "failed", NULL); /* its newest step */
    check_str(going(100, ""), "R1 R3 R5");
    check_str(going(10, ""), "");
    check_str(going(10, "R3"), "R1 R3");
}

TEST("each target has its own")
{
    store_close(store_fixture_open());
    put("R1", "prod", "a", "succeeded", "1");
    put("R2", "dev", "a", "succeeded", "2");
    put("R3", "dev", "a", "succeeded", "3");
    check_str(going(100, ""), "R2");
}

TEST("a run with several assets stays for one of them")
{
    store_close(store_fixture_open());
    put("R1", "dev", "a", "succeeded", "1");
    store_fixture_exec("INSERT INTO steps (run_id, asset, position, kind, state)"
                       " VALUES ('R1', 'b', 1, 'model', 'succeeded')");
    put("R2", "dev", "a", "succeeded", "2");
    check_str(going(100, ""), "");
    put("R3", "dev", "b", "fresh", NULL);
    check_str(going(100, ""), "R1");
}

TEST("what is not over stays, and what is a part of a backfill that is not")
{
    store_close(store_fixture_open());
    put("R1", "dev", "a", "succeeded", NULL);
    put("R2", "dev", "a", "succeeded", NULL);
    put("R3", "dev", "a", "succeeded", NULL);
    put("R4", "dev", "a", "succeeded", NULL);
    put("R5", "dev", "a", "succeeded", NULL);
    store_fixture_exec("UPDATE runs SET state = 'running' WHERE id = 'R1';"
                       "UPDATE runs SET state = 'interrupted', resumes = 1 WHERE id = 'R2';"
                       "UPDATE runs SET state = 'interrupted' WHERE id = 'R3';"
                       "UPDATE runs SET backfill_id = 'B' WHERE id = 'R4';"
                       "INSERT INTO backfills (id, request, target, state, priority, at_once,"
                       " created_us) VALUES ('B', '{}', 'dev', 'running', 0, 1, 1)");
    check_str(going(100, ""), "R3");
    store_fixture_exec("UPDATE backfills SET state = 'succeeded'");
    check_str(going(100, ""), "R3 R4");
}

TEST("with a run goes all that is of it, its events by parts")
{
    struct store *store = store_fixture_open();
    struct err err;
    int64_t changes = -1;

    store_fixture_write(store);
    check_ok(store_flush(store, &err));
    store_fixture_exec("INSERT INTO events (run_id, sequence, at_us, kind) VALUES"
                       " ('R1', 101, 1, 'a'), ('R1', 102, 1, 'b'), ('R1', 103, 1, 'c')");
    int64_t events = store_fixture_query("SELECT count(*) FROM events WHERE run_id = 'R1'");
    check(events > 2);
    store_run_events_forget(store, "R1", 2, &changes);
    check_ok(store_flush(store, &err));
    check_int(changes, 2);
    check_int(store_fixture_query("SELECT count(*) FROM events"), events - 2);
    store_run_forget(store, "R1", STORE_NO_DONE);
    check_ok(store_flush(store, &err));
    check_int(
        store_fixture_query("SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM steps)"
                            " + (SELECT count(*) FROM attempts)"
                            " + (SELECT count(*) FROM events)"
                            " + (SELECT count(*) FROM check_results)"
                            " + (SELECT count(*) FROM materializations)"),
        0);
    store_close(store);
}

TEST("old ticks go but for the newest of each schedule; old lines of the audit log go")
{
    struct store *store = store_fixture_open();
    struct err err;
    int64_t ticks, lines;

    store_fixture_exec("INSERT INTO ticks (schedule, due_us, state, at_us) VALUES"
                       " ('s', 1, 'missed', 1), ('s', 2, 'missed', 2), ('s', 3, 'missed', 3),"
                       " ('t', 1, 'missed', 1), ('u', 90, 'missed', 90), ('u', 91, 'missed', 91);"
                       "INSERT INTO audit (at_us, actor, action, result) VALUES"
                       " (1, 'a', 'run', 'accepted'), (99, 'a', 'run', 'accepted')");
    store_ticks_prune(store, 50, 1, &ticks);
    store_audit_prune(store, 50, 9, &lines);
    check_ok(store_flush(store, &err));
    check_int(ticks, 1);
    check_int(lines, 1);
    store_ticks_prune(store, 50, 9, &ticks);
    check_ok(store_flush(store, &err));
    check_int(ticks, 1);
    check_int(store_fixture_query("SELECT group_concat(due_us, '') FROM (SELECT due_us FROM ticks"
                                  " ORDER BY schedule, due_us)"),
              319091);
    check_int(store_fixture_query("SELECT at_us FROM audit"), 99);
    store_close(store);
}

TEST("what is older than the age goes, and what is as old as that stays")
{
    static const struct {
        const char *rows; /* the first is of 49, the other three of no time before 50 */
        store_prune *prune;
        const char *left;
    } kinds[] = {
        {"INSERT INTO ticks (schedule, due_us, state, at_us) VALUES ('s', 1, 'missed', 49),"
         " ('s', 2, 'missed', 50), ('s', 3, 'missed', 51), ('s', 4, 'missed', 52)",
         store_ticks_prune, "SELECT count(*) FROM ticks WHERE due_us > 1"},
        {"INSERT INTO audit (at_us, actor, action, result) VALUES (49, 'a', 'run', 'accepted'),"
         " (50, 'a', 'run', 'accepted'), (51, 'a', 'run', 'accepted'), (52, 'a', 'run', 'accepted')",
         store_audit_prune, "SELECT count(*) FROM audit WHERE at_us > 49"},
        {"INSERT INTO idempotency VALUES ('a', '', 'R', 49), ('b', '', 'R', 50), ('c', '', 'R', 51),"
         " ('d', '', 'R', 52)",
         store_keys_prune, "SELECT count(*) FROM idempotency WHERE at_us > 49"},
        {"INSERT INTO backfills VALUES ('a', '', 'dev', 'failed', 0, 1, NULL, 1, 49),"
         " ('b', '', 'dev', 'failed', 0, 1, NULL, 1, 50), ('c', '', 'dev', 'failed', 0, 1, NULL, 1, "
         "51), ('d', '', 'dev', 'running', 0, 1, NULL, 1, NULL)",
         store_backfills_prune, "SELECT count(*) FROM backfills WHERE id > 'a'"},
        {"INSERT INTO tokens VALUES ('a', 'a', 'admin', '', 1, 49, NULL, 1),"
         " ('b', 'b', 'admin', '', 1, 50, NULL, 1), ('c', 'c', 'admin', '', 1, NULL, 50, 1),"
         " ('d', 'd', 'admin', '', 1, NULL, NULL, 1)",
         store_tokens_prune, "SELECT count(*) FROM tokens WHERE id > 'a'"},
        {"INSERT INTO gone_assets VALUES ('a', 49), ('b', 50), ('c', 51), ('d', 52);"
         "INSERT INTO lake_positions VALUES ('a', '', ''), ('b', '', ''), ('c', '', ''), ('d', '', '')",
         store_gone_positions_prune, "SELECT count(*) FROM lake_positions WHERE asset > 'a'"},
    };
    struct store *store = store_fixture_open();
    struct err err;
    int64_t gone;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        store_fixture_exec(kinds[i].rows);
        kinds[i].prune(store, 50, 9, &gone);
        check_ok(store_flush(store, &err));
        check_int(gone, 1);
        check_int(store_fixture_query(kinds[i].left), 3);
    }
    store_close(store);
}

TEST("the run behind the newest ones is where a count begins")
{
    struct arena arena;
    struct err err;
    const char *id;

    arena_init(&arena);
    store_close(store_fixture_open());
    put("R1", "dev", "a", "succeeded", NULL);
    put("R2", "dev", "a", "succeeded", NULL);
    put("R3", "dev", "a", "succeeded", NULL);
    struct store_reader *reader = store_fixture_reader();
    check_ok(store_read_beyond(reader, 1, &arena, &id, &err));
    check_str(id, "R2");
    check_ok(store_read_beyond(reader, 3, &arena, &id, &err));
    check(id == NULL);
    store_reader_close(reader);
    arena_release(&arena);
}

/*
 * The rules of a snapshot, one test a rule, on each database; and what a person reads when it
 * cannot be made. (Whether the rules hold together is asked of random histories: history_test.py.)
 */
#include "model/snapshot.h"
#include "model/stage.h"
#include "test.h"
#include "warehouses.h"

#include <string.h>

static const struct relation log_relation = {"s", "log"};

static const struct aorta_field log_fields[] = {
    {"id", AORTA_INT64},       {"name", AORTA_TEXT}, {"moment", AORTA_TIMESTAMP},
    {"gone", AORTA_TIMESTAMP}, {"lsn", AORTA_INT64}, {"load", AORTA_INT64},
};

static const char *const by_lsn[] = {"lsn"};
static const char *const id[] = {"id", "name"};
static const char *const inputs[] = {"s.log"};

static const struct snapshot_unknown unknown[] = {{"id", "0"}, {"name", "nobody"}};

static const struct snapshot_options options = {
    .changed_at = "moment",
    .deleted_at = "gone",
    .surrogate_key = "key",
    .order_by = by_lsn,
    .order_by_count = 1,
    .unknown = unknown,
    .unknown_count = 2,
};

static const struct model_ref refs[] = {
    {.name = "log", .asset = "s.log", .relation = {"s", "log"}, .position_column = "load"}};

/* A database with a log and the snapshot s.people of it. */
struct scene {
    struct warehouse_under_test warehouse;
    struct session session;
    struct arena arena;
    struct model_spec spec;
    struct model_result result;
    struct err err;
    int load;
};

static const struct model_spec people = {
    .asset = "s.people",
    .relation = {"s", "people"},
    .materialization = &materialization_snapshot,
    .file = "people.sql",
    .unique_key = id,
    .unique_key_count = 1,
    .options = &options,
    .refs = refs,
    .ref_count = 1,
    .inputs = inputs,
    .input_count = 1,
    .config_hash = "",
    .run_id = "test",
};

static void set_query(struct scene *scene, const char *sql)
{
    scene->spec.sql = sql;
    scene->spec.sql_size = strlen(sql);
}

static void set_up(struct scene *scene, const char *database)
{
    memset(scene, 0, sizeof *scene);
    scene->warehouse = warehouse_open(database);
    scene->session = warehouse_session(&scene->warehouse);
    scene->spec = people;
    arena_init(&scene->arena);
    set_query(scene, "select id, name, moment, gone, lsn from {{ new_rows(ref('log')) }} as news");
    struct err err;
    check_ok(state_create(&scene->session, &err));
    check_ok(publish_ensure_schema(&scene->session, &log_relation, &err));
    check_ok(stage_create(&scene->session, &log_relation, log_fields, 6, &err));
}

static void tear_down(struct scene *scene)
{
    session_close(&scene->session);
    warehouse_close(&scene->warehouse);
    arena_release(&scene->arena);
}

/* The query with $NAME in place of s.NAME as the database has it. */
static const char *named(struct scene *scene, const char *pattern)
{
    struct buf sql;

    buf_init(&sql);
    while (*pattern != '\0') {
        if (*pattern != '$') {
            buf_append_char(&sql, *pattern++);
            continue;
        }
        size_t size = strspn(pattern + 1, "abcdefghijklmnopqrstuvwxyz_");
        struct relation relation = {"s", arena_strndup(&scene->arena, pattern + 1, size)};
        buf_append_str(&sql, relation_sql(&scene->arena, scene->session.dialect, &relation));
        pattern += size + 1;
    }
    const char *text = arena_strndup(&scene->arena, sql.data, sql.size);
    buf_release(&sql);
    return text;
}

/* A row of the load that run() will publish; at is "MM-DD hh:mm:ss". A delete has no name. */
static void arrive(struct scene *scene, int64_t person, const char *name, const char *at, bool gone,
                   int lsn)
{
    const char *moment = arena_printf(&scene->arena, "'2024-%s.000000'", at);

    run_sql(&scene->session, arena_printf(&scene->arena, "%s VALUES (%lld, %s, %s, %s, %d, %d)",
                                          named(scene, "INSERT INTO $log"), (long long)person,
                                          gone ? "NULL" : arena_printf(&scene->arena, "'%s'", name),
                                          moment, gone ? moment : "NULL", lsn, scene->load + 1));
}

/* Publishes what has arrived, and runs the snapshot. */
static int run(struct scene *scene)
{
    const char *position = arena_printf(&scene->arena, "%d", ++scene->load);
    struct state before, next = {.position = position, .row_count = -1}, written;
    struct err err;

    check_ok(session_begin(&scene->session, true, &err));
    check_ok(state_lock(&scene->session, "s.log", &scene->arena, &before, &err));
    check_ok(state_put(&scene->session, &before, &next, &scene->arena, &written, &err));
    check_ok(session_commit(&scene->session, &err));
    return model_run(&scene->session, &scene->spec, &scene->arena, &scene->result, &scene->err);
}

static void run_well(struct scene *scene, int64_t rows, int64_t deleted)
{
    if (run(scene) < 0)
        test_fail(__FILE__, __LINE__, "%s: %s", scene->warehouse.name, scene->err.message);
    check_int(scene->result.outcome, MODEL_PUBLISHED);
    check_int(scene->result.rows, rows);
    check_int(scene->result.rows_deleted, deleted);
}

/* The versions but the unknown row, dates as MM-DD hh:mm. */
static const char *versions(struct scene *scene)
{
    return rows_of(&scene->session,
                   named(scene, "SELECT id, name, substr(CAST(start_date AS VARCHAR(30)), 6, 11), "
                                "substr(CAST(end_date AS VARCHAR(30)), 6, 11) FROM $people "
                                "WHERE id <> 0 ORDER BY id, start_date"));
}

static const char *changes(struct scene *scene)
{
    return rows_of(&scene->session,
                   named(scene, "SELECT publication, change, id, "
                                "substr(CAST(changed_from AS VARCHAR(30)), 6, 11), "
                                "substr(CAST(changed_until AS VARCHAR(30)), 6, 11) "
                                "FROM $people_changes ORDER BY publication, id, change, 4, 5"));
}

TEST("an edit ends a version where the next starts, a delete ends the open one, a return opens one")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 7, "Anne", "04-02 10:00:00", false, 2);
        arrive(&scene, 7, NULL, "04-03 10:00:00", true, 3);
        arrive(&scene, 7, "Anne", "04-04 10:00:00", false, 4);
        run_well(&scene, 4, 0);
        check_str(versions(&scene), "7|Ann|04-01 10:00|04-02 10:00\n"
                                    "7|Anne|04-02 10:00|04-03 10:00\n"
                                    "7|Anne|04-04 10:00|-\n");
        tear_down(&scene);
    }
}

TEST("changes of one instant collapse to the last, and one that alters nothing makes no version")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 7, "Bob", "04-02 10:00:00", false, 2);
        arrive(&scene, 7, "Ann", "04-02 10:00:00", false, 3);
        arrive(&scene, 8, "Cay", "04-01 10:00:00", false, 4);
        arrive(&scene, 8, NULL, "04-01 10:00:00", true, 5);
        run_well(&scene, 2, 0);
        check_str(versions(&scene), "7|Ann|04-01 10:00|-\n");
        tear_down(&scene);
    }
}

TEST("the key is the md5 of the id and the start in milliseconds, and the unknown row has zeros")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 10001, "Ann", "04-07 17:38:33", false, 1);
        arrive(&scene, 10003, "Bob", "04-05 11:17:07", false, 2);
        arrive(&scene, 10003, "Bill", "04-15 14:17:26", false, 3);
        run_well(&scene, 4, 0);
        check_str(
            rows_of(&scene.session,
                    named(&scene, "SELECT key, id, name FROM $people ORDER BY id, name DESC")),
            "00000000000000000000000000000000|0|nobody\n"
            "3647e578df15187287c218cb6243e16f|10001|Ann\n"
            "ee13619bd7d15fb3398d07521a148684|10003|Bob\n"
            "c7f75c31debdff129ebb3b4b0a73a1f7|10003|Bill\n");
        tear_down(&scene);
    }
}

TEST("a later run writes only what differs, and the feed says from when until when")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 8, "Bob", "04-01 10:00:00", false, 2);
        run_well(&scene, 3, 0);
        check_str(changes(&scene), "");

        arrive(&scene, 7, "Anne", "04-05 10:00:00", false, 3);
        run_well(&scene, 2, 1);
        check_str(versions(&scene), "7|Ann|04-01 10:00|04-05 10:00\n"
                                    "7|Anne|04-05 10:00|-\n"
                                    "8|Bob|04-01 10:00|-\n");
        check_str(changes(&scene), "2|added|7|04-05 10:00|-\n"
                                   "2|changed|7|04-05 10:00|-\n");
        check_int(scene.result.state.row_count, 4);
        tear_down(&scene);
    }
}

TEST("a change that arrives late splits the version that it falls into")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 7, "Anne", "04-05 10:00:00", false, 2);
        run_well(&scene, 3, 0);

        arrive(&scene, 7, "Anna", "04-03 10:00:00", false, 3);
        run_well(&scene, 2, 1);
        check_str(versions(&scene), "7|Ann|04-01 10:00|04-03 10:00\n"
                                    "7|Anna|04-03 10:00|04-05 10:00\n"
                                    "7|Anne|04-05 10:00|-\n");
        check_str(changes(&scene), "2|added|7|04-03 10:00|04-05 10:00\n"
                                   "2|changed|7|04-03 10:00|04-05 10:00\n");
        tear_down(&scene);
    }
}

TEST("an earlier first version changes what was before the one that was first")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Anne", "04-05 10:00:00", false, 2);
        run_well(&scene, 2, 0);

        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 7, NULL, "04-02 10:00:00", true, 3);
        run_well(&scene, 2, 1);
        check_str(versions(&scene), "7|Ann|04-01 10:00|04-02 10:00\n"
                                    "7|Anne|04-05 10:00|-\n");
        check_str(changes(&scene), "2|added|7|-|04-02 10:00\n"
                                   "2|changed|7|-|04-05 10:00\n");
        tear_down(&scene);
    }
}

TEST("a version that should not have been is removed")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 7, "Bob", "04-03 10:00:00", false, 2);
        run_well(&scene, 3, 0);

        arrive(&scene, 7, "Ann", "04-03 10:00:00", false, 3);
        run_well(&scene, 1, 2);
        check_str(versions(&scene), "7|Ann|04-01 10:00|-\n");
        check_str(changes(&scene), "2|changed|7|04-03 10:00|-\n"
                                   "2|removed|7|04-03 10:00|-\n");
        tear_down(&scene);
    }
}

TEST("a delete that is taken back gives its time back")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        arrive(&scene, 7, NULL, "04-02 10:00:00", true, 2);
        run_well(&scene, 2, 0);

        arrive(&scene, 7, "Ann", "04-02 10:00:00", false, 3);
        arrive(&scene, 7, NULL, "04-04 10:00:00", true, 4);
        run_well(&scene, 1, 1);
        check_str(versions(&scene), "7|Ann|04-01 10:00|04-04 10:00\n");
        check_str(changes(&scene), "2|changed|7|04-02 10:00|04-04 10:00\n");
        tear_down(&scene);
    }
}

TEST("another column in the query makes all versions anew, in a new epoch with an empty feed")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;

        set_up(&scene, name);
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        run_well(&scene, 2, 0);
        arrive(&scene, 8, "Bob", "04-02 10:00:00", false, 2);
        run_well(&scene, 1, 0);
        const char *epoch = scene.result.state.epoch;

        set_query(&scene, "select id, name, length(name) as letters, moment, gone, lsn "
                          "from {{ new_rows(ref('log')) }} as news");
        run_well(&scene, 3, 0);
        check(!scene.result.was_incremental);
        check(strcmp(scene.result.state.epoch, epoch) != 0);
        check_str(changes(&scene), "");
        check_str(
            rows_of(&scene.session, named(&scene, "SELECT name, letters FROM $people ORDER BY id")),
            "nobody|-\nAnn|3\nBob|3\n");
        tear_down(&scene);
    }
}

TEST("a blocking check leaves the old versions and the old feed")
{
    static const char *const no_bob = "{\"accepted_values\": [\"Ann\", \"nobody\"]}";
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct scene scene;
        struct check check_of_name;
        json_t *json = json_loads(no_bob, 0, NULL);
        struct err err;

        set_up(&scene, name);
        check_ok(check_parse(&scene.arena, "name", json, &check_of_name, &err));
        json_decref(json);
        scene.spec.checks = &check_of_name;
        scene.spec.check_count = 1;
        arrive(&scene, 7, "Ann", "04-01 10:00:00", false, 1);
        run_well(&scene, 2, 0);

        arrive(&scene, 7, "Bob", "04-02 10:00:00", false, 2);
        check_int(run(&scene), 0);
        check_int(scene.result.outcome, MODEL_REJECTED);
        check_str(versions(&scene), "7|Ann|04-01 10:00|-\n");
        check_str(changes(&scene), "");
        tear_down(&scene);
    }
}

/* -------------------------------------------------------------------------------------- mistakes */

static void check_refused(struct scene *scene, const char *message)
{
    struct err err;

    arrive(scene, 7, "Ann", "04-01 10:00:00", false, 1);
    int result = run(scene);
    err = scene->err;
    check_fails(result, ERR_CONFIG, message);
    tear_down(scene);
}

TEST("an option that names no column of the query is refused")
{
    struct scene scene;

    set_up(&scene, "duckdb");
    set_query(&scene, "select id, name, gone, lsn from {{ new_rows(ref('log')) }} as news");
    check_refused(&scene,
                  "asset s.people: people.sql: changed_at is \"moment\", but the query gives no "
                  "such column");
}

TEST("a column that the snapshot makes itself is refused in the query")
{
    struct scene scene;

    set_up(&scene, "duckdb");
    set_query(&scene, "select id, name as start_date, moment, gone, lsn "
                      "from {{ new_rows(ref('log')) }} as news");
    check_refused(&scene,
                  "the query gives a column \"start_date\", which the snapshot makes itself");
}

TEST("a value of the unknown row for a column that is not there is refused")
{
    struct scene scene;

    set_up(&scene, "duckdb");
    set_query(&scene, "select id, moment, gone, lsn from {{ new_rows(ref('log')) }} as news");
    check_refused(&scene, "column \"name\" has a value in the unknown row");
}

TEST("a key of two columns is refused")
{
    struct scene scene;

    set_up(&scene, "duckdb");
    scene.spec.unique_key_count = 2;
    check_refused(&scene, "a snapshot's unique_key is one column, not 2");
}

TEST("a mistake in the query is named by its file, with the database's own words")
{
    struct scene scene;

    set_up(&scene, "duckdb");
    set_query(&scene, "select id, nmae, moment, gone, lsn from {{ new_rows(ref('log')) }} as news");
    check_refused(&scene, "asset s.people: people.sql: ");
}

/*
 * What ingestion builds on: a stage that is filled by a bulk load, audited, and added to its target
 * together with the source's checkpoint.
 */
#include "model/audit.h"
#include "model/stage.h"
#include "publish_bench.h"
#include "test.h"

#include <string.h>

static const char *const embedded[] = {"duckdb", "sqlite", NULL};

static const struct relation target = {"raw", "users"};
static const struct aorta_field fields[] = {
    {"id", AORTA_INT64}, {"name", AORTA_TEXT}, {"more", AORTA_TEXT}};

/* Loads the rows 1 "ab" "x", 2 null "y" into the stage, the first `count` columns of them. */
static void fill_stage(struct bench *bench, const struct relation *stage, int32_t count)
{
    static const int64_t ids[] = {1, 2};
    static const uint8_t first_only[] = {1};
    static const int32_t name_offsets[] = {0, 2, 2}, more_offsets[] = {0, 1, 2};
    const struct aorta_column columns[] = {
        {NULL, ids, NULL}, {first_only, "ab", name_offsets}, {NULL, "xy", more_offsets}};
    struct aorta_batch batch = {2, count, fields, columns};
    struct stage_load load;
    struct err err;
    int64_t rows;

    check_ok(stage_create(&bench->session, stage, fields, count, &err));
    check_ok(stage_load_open(&load, &bench->session, stage, fields, count, &err));
    check_ok(stage_load_batch(&load, &batch, &err));
    check_ok(stage_load_finish(&load, &rows, &err));
    stage_load_abort(&load);
    check_int(rows, 2);
}

static int add_staged(struct bench *bench, int32_t columns, enum publish_columns policy,
                      const char *checkpoint, struct publish_report *report, struct err *why)
{
    struct err err;
    struct state before, written, next = {.checkpoint = checkpoint, .row_count = -1};
    struct relation stage =
        relation_hidden(&bench->arena, bench->session.dialect, &target, RELATION_STAGE);
    struct relation_columns there;
    int64_t rows = 0;

    check_ok(session_begin(&bench->session, true, &err));
    check_ok(state_lock(&bench->session, "raw.users", &bench->arena, &before, &err));
    fill_stage(bench, &stage, columns);
    check_ok(relation_describe(&bench->session, &target, &bench->arena, &there, &err));
    if (!there.is_there)
        check_ok(stage_create_target(&bench->session, &target, &stage, NULL, &err));
    if (publish_append(&bench->session, &target, &stage, policy, NULL, &rows, report, why) < 0 ||
        state_put(&bench->session, &before, &next, &bench->arena, &written, why) < 0 ||
        session_commit(&bench->session, why) < 0) {
        session_rollback(&bench->session);
        return -1;
    }
    check_int(rows, 2);
    return 0;
}

TEST("a staged load is added with its checkpoint, and new columns by their policy")
{
    for (const char *const *name = embedded; *name != NULL; name++) {
        struct bench bench = bench_open(*name);
        struct relation view = {"raw", "v"};
        struct publish_report report;
        struct state state;
        struct err err;

        publish_report_init(&report);
        check_ok(publish_ensure_schema(&bench.session, &target, &err));
        check_ok(add_staged(&bench, 2, PUBLISH_COLUMNS_FREEZE, "{\"lsn\":1}", &report, &err));
        check_str(bench_rows(&bench, &target), "1|ab\n2|-\n");
        check_ok(session_execf(&bench.session, &err, "CREATE VIEW %s AS SELECT * FROM %s",
                               relation_sql(&bench.arena, bench.session.dialect, &view),
                               relation_sql(&bench.arena, bench.session.dialect, &target)));

        check_fails(add_staged(&bench, 3, PUBLISH_COLUMNS_FREEZE, "{\"lsn\":2}", &report, &err),
                    ERR_CONFIG, "publish users: column \"more\" is new");
        check_str(bench_rows(&bench, &target), "1|ab\n2|-\n");
        check_ok(state_read(&bench.session, "raw.users", &bench.arena, &state, &err));
        check_str(state.checkpoint, "{\"lsn\":1}");
        check_int(state.version, 1);

        check_ok(add_staged(&bench, 3, PUBLISH_COLUMNS_IGNORE, "{\"lsn\":2}", &report, &err));
        check_str(bench_rows(&bench, &target), "1|ab\n1|ab\n2|-\n2|-\n");
        check_ok(add_staged(&bench, 3, PUBLISH_COLUMNS_EVOLVE, "{\"lsn\":3}", &report, &err));
        check_contains(bench_rows(&bench, &target), "1|ab|x\n");
        check_contains(bench_rows(&bench, &view), "2|-|y\n");
        check_ok(add_staged(&bench, 2, PUBLISH_COLUMNS_FREEZE, "{\"lsn\":4}", &report, &err));
        check_ok(state_read(&bench.session, "raw.users", &bench.arena, &state, &err));
        check_str(state.checkpoint, "{\"lsn\":4}");
        check_int(state.version, 4);
        check_str(report.warnings.data, "");
        check_int(bench_clean(&bench), 0);
        publish_report_release(&report);
        bench_close(&bench);
    }
}

TEST("an indexed table gains a column and keeps its index")
{
    for (const char *const *name = embedded; *name != NULL; name++) {
        struct bench bench = bench_open(*name);
        struct publish_report report;
        struct err err;

        publish_report_init(&report);
        check_ok(publish_ensure_schema(&bench.session, &target, &err));
        check_ok(add_staged(&bench, 2, PUBLISH_COLUMNS_FREEZE, NULL, &report, &err));
        check_ok(session_execf(&bench.session, &err, "CREATE INDEX by_id ON %s (id)",
                               relation_sql(&bench.arena, bench.session.dialect, &target)));
        check_ok(add_staged(&bench, 3, PUBLISH_COLUMNS_EVOLVE, NULL, &report, &err));
        check_contains(bench_rows(&bench, &target), "2|-|y\n");
        check_ok(session_exec(
            &bench.session,
            strcmp(*name, "duckdb") == 0 ? "DROP INDEX raw.by_id" : "DROP INDEX by_id", &err));
        publish_report_release(&report);
        bench_close(&bench);
    }
}

TEST("a load that is aborted and rolled back leaves nothing")
{
    for (const char *const *name = embedded; *name != NULL; name++) {
        struct bench bench = bench_open(*name);
        struct relation stage =
            relation_hidden(&bench.arena, bench.session.dialect, &target, RELATION_STAGE);
        struct stage_load load;
        struct err err;

        check_ok(publish_ensure_schema(&bench.session, &target, &err));
        check_ok(session_begin(&bench.session, true, &err));
        fill_stage(&bench, &stage, 3);
        check_ok(stage_load_open(&load, &bench.session, &stage, fields, 3, &err));
        stage_load_abort(&load);
        session_rollback(&bench.session);
        check_contains(bench_rows(&bench, &stage), "error: ");
        check_int(bench_clean(&bench), 0);
        bench_close(&bench);
    }
}

TEST("clean drops what dead attempts left, and refused rows only when told to")
{
    for (const char *const *name = embedded; *name != NULL; name++) {
        struct bench bench = bench_open(*name);
        struct relation rejected =
            relation_hidden(&bench.arena, bench.session.dialect, &target, RELATION_REJECTED);
        struct relation stage =
            relation_hidden(&bench.arena, bench.session.dialect, &target, RELATION_STAGE);
        struct err err;
        int count;

        check_ok(publish_ensure_schema(&bench.session, &target, &err));
        check_ok(session_begin(&bench.session, true, &err));
        fill_stage(&bench, &stage, 3);
        fill_stage(&bench, &rejected, 3);
        check_ok(session_commit(&bench.session, &err));
        check_ok(relation_clean(&bench.session, false, NULL, NULL, &count, &err));
        check_int(count, 1);
        check_contains(bench_rows(&bench, &rejected), "1|ab|x\n");
        check_ok(relation_clean(&bench.session, true, NULL, NULL, &count, &err));
        check_int(count, 1);
        check_contains(bench_rows(&bench, &rejected), "error: ");
        check_str(bench_table(&bench, "log"), "1|1|a\n1|2|b\n");
        bench_close(&bench);
    }
}

/*
 * How a published table is replaced, on each database: what hangs on it stays, readers see the old
 * rows or the new ones. These are the experiments behind struct aorta_dialect.
 */
#include "model/publish.h"
#include "test.h"
#include "warehouses.h"

#include <string.h>

static const struct relation target = {"s", "x"};
static const struct relation hidden = {"s", "_aorta_build__x"};

/* Names in test SQL: {s.x} becomes "s"."x" or "s__x". */
static const char *sql_for(const struct session *session, const char *pattern, struct buf *out)
{
    struct arena arena;

    arena_init(&arena);
    buf_reset(out);
    while (*pattern != '\0') {
        char schema[32], name[64];
        int size = 0;
        if (sscanf(pattern, "{%31[a-z_].%63[a-z_0-9]}%n", schema, name, &size) == 2 && size > 0) {
            struct relation relation = {schema, name};
            buf_append_str(out, relation_sql(&arena, session->dialect, &relation));
            pattern += size;
        } else {
            buf_append_char(out, *pattern++);
        }
    }
    arena_release(&arena);
    return out->data;
}

static void run(struct session *session, const char *pattern)
{
    struct buf sql;

    buf_init(&sql);
    run_sql(session, sql_for(session, pattern, &sql));
    buf_release(&sql);
}

static const char *rows(struct session *session, const char *pattern)
{
    struct buf sql;

    buf_init(&sql);
    const char *result = rows_or_error(session, sql_for(session, pattern, &sql));
    buf_release(&sql);
    return result;
}

/* A warehouse with the schema s, the table x (1, 'a') and the views v on x and w on v. */
static struct session fresh(struct warehouse_under_test *warehouse, const char *name)
{
    struct err err;

    *warehouse = warehouse_open(name);
    struct session session = warehouse_session(warehouse);
    check_ok(publish_ensure_schema(&session, &target, &err));
    run(&session, "CREATE TABLE {s.x} AS SELECT 1 AS id, 'a' AS n;\n"
                  "CREATE VIEW {s.v} AS SELECT * FROM {s.x};\n"
                  "CREATE VIEW {s.w} AS SELECT id FROM {s.v}");
    return session;
}

/* Builds the hidden table from the query and puts it into x's place. */
static int replace(struct session *session, const char *query, struct publish_report *report,
                   struct err *err)
{
    publish_report_init(report);
    if (session_begin(session, true, err) < 0)
        return -1;
    run(session, "DROP TABLE IF EXISTS {s._aorta_build__x}");
    run(session, query);
    if (publish_replace(session, &target, &hidden, report, err) < 0 ||
        session_commit(session, err) < 0) {
        session_rollback(session);
        return -1;
    }
    return 0;
}

static void check_replaces(struct session *session, const char *query, const char *warning)
{
    struct publish_report report;
    struct err err;

    check_ok(replace(session, query, &report, &err));
    if (warning == NULL)
        check_str(report.warnings.data, "");
    else
        check_contains(report.warnings.data, warning);
    publish_report_release(&report);
}

static void end(struct warehouse_under_test *warehouse, struct session *session)
{
    session_close(session);
    warehouse_close(warehouse);
}

TEST("views over a replaced table show the new rows, and the hidden table is gone")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);

        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n",
                       NULL);
        check_str(rows(&session, "SELECT * FROM {s.x}"), "2|b\n");
        check_str(rows(&session, "SELECT * FROM {s.v}"), "2|b\n");
        check_str(rows(&session, "SELECT * FROM {s.w}"), "2\n");
        check_contains(rows(&session, "SELECT * FROM {s._aorta_build__x}"), "error: ");
        end(&warehouse, &session);
    }
}

TEST("views follow a table that gains a column")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);

        check_replaces(&session,
                       "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n, 7 AS more",
                       NULL);
        check_str(rows(&session, "SELECT id, n FROM {s.v}"), "2|b\n");
        check_str(rows(&session, "SELECT * FROM {s.w}"), "2\n");
        check_str(rows(&session, "SELECT more FROM {s.x}"), "7\n");
        end(&warehouse, &session);
    }
}

TEST("a view whose column went away is named, on PostgreSQL before anything is published")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);
        struct publish_report report;
        struct err err;
        bool is_postgres = strcmp(name, "postgres") == 0, is_duckdb = strcmp(name, "duckdb") == 0;

        int result =
            replace(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 'b' AS n", &report, &err);
        check_int(result, is_postgres ? -1 : 0);
        if (is_postgres) {
            check_int(err.code, ERR_CONFIG);
            check_contains(err.message, "id does not exist");
        } else if (is_duckdb) {
            check_contains(report.warnings.data, "cannot be made again: CREATE OR REPLACE VIEW "
                                                 "\"s\".\"w\"");
        }
        check_str(rows(&session, "SELECT n FROM {s.x}"), is_postgres ? "a\n" : "b\n");
        check_str(rows(&session, "SELECT n FROM {s.v}"), is_postgres ? "a\n" : "b\n");
        publish_report_release(&report);
        end(&warehouse, &session);
    }
}

TEST("an empty table replaces a full one and is replaced again")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);

        check_replaces(&session,
                       "CREATE TABLE {s._aorta_build__x} AS SELECT id, n FROM {s.x} WHERE 1 = 0",
                       NULL);
        check_str(rows(&session, "SELECT * FROM {s.v}"), "");
        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 3 AS id, 'c' AS n",
                       NULL);
        check_str(rows(&session, "SELECT * FROM {s.v}"), "3|c\n");
        end(&warehouse, &session);
    }
}

TEST("the first publication needs nothing to be there")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);

        run(&session, "DROP VIEW {s.w};\nDROP VIEW {s.v};\nDROP TABLE {s.x}");
        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 3 AS id", NULL);
        check_str(rows(&session, "SELECT * FROM {s.x}"), "3\n");
        end(&warehouse, &session);
    }
}

static const char *index_rows(struct session *session, const char *name)
{
    if (strcmp(name, "duckdb") == 0)
        return rows(session, "SELECT index_name, is_unique FROM duckdb_indexes() "
                             "WHERE table_name = 'x' ORDER BY 1");
    if (strcmp(name, "sqlite") == 0)
        return rows(session, "SELECT name, CASE \"unique\" WHEN 1 THEN 'true' ELSE 'false' END "
                             "FROM pragma_index_list('s__x') ORDER BY 1");
    return rows(session, "SELECT i.relname::text, x.indisunique FROM pg_index x JOIN pg_class i "
                         "ON i.oid = x.indexrelid WHERE x.indrelid = 's.x'::regclass ORDER BY 1");
}

TEST("indexes follow, but for one over a column that went away")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);

        run(&session, "DROP VIEW {s.w};\nDROP VIEW {s.v};\n"
                      "CREATE UNIQUE INDEX \"x id\" ON {s.x} (id);\n"
                      "CREATE INDEX x_n ON {s.x} (n)");
        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n",
                       NULL);
        check_str(index_rows(&session, name), "x id|true\nx_n|false\n");
        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 3 AS id", NULL);
        check_str(index_rows(&session, name), "x id|true\n");
        check_contains(rows(&session, "INSERT INTO {s.x} VALUES (3)"), "error: ");
        check_str(rows(&session, "SELECT id FROM {s.x}"), "3\n");
        end(&warehouse, &session);
    }
}

TEST("an index that the new rows break keeps the old table")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);
        struct publish_report report;
        struct err err;

        run(&session, "CREATE UNIQUE INDEX x_id ON {s.x} (id)");
        check(replace(&session,
                      "CREATE TABLE {s._aorta_build__x} AS "
                      "SELECT 2 AS id, 'b' AS n UNION ALL SELECT 2, 'c'",
                      &report, &err) < 0);
        check(strcasestr(err.message, "unique") != NULL); /* DuckDB says so at the commit */
        check_str(rows(&session, "SELECT * FROM {s.v}"), "1|a\n");
        check_str(index_rows(&session, name), "x_id|true\n");
        publish_report_release(&report);
        end(&warehouse, &session);
    }
}

TEST("comments of table, columns and views stay")
{
    static const char *const comments[] = {
        [0] = "SELECT comment FROM duckdb_tables() WHERE table_name = 'x' UNION ALL "
              "SELECT comment FROM duckdb_columns() WHERE table_name = 'x' AND column_name = 'id' "
              "UNION ALL SELECT comment FROM duckdb_views() WHERE view_name = 'v'",
        [2] = "SELECT obj_description('s.x'::regclass) UNION ALL "
              "SELECT col_description('s.x'::regclass, 1) UNION ALL "
              "SELECT obj_description('s.v'::regclass)",
    };

    for (int i = 0; i < 3; i += 2) {
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, warehouse_names[i]);

        run(&session, "COMMENT ON TABLE {s.x} IS 'it''s x';\nCOMMENT ON COLUMN {s.x}.id IS 'key';\n"
                      "COMMENT ON VIEW {s.v} IS 'v of x'");
        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n",
                       NULL);
        check_str(rows(&session, comments[i]), "it's x\nkey\nv of x\n");
        check_replaces(&session,
                       "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n, 3 AS more",
                       NULL);
        check_str(rows(&session, comments[i]), "it's x\nkey\nv of x\n");
        end(&warehouse, &session);
    }
}

TEST("a long reader sees its rows to the end, later readers the new ones")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);
        struct session reader = warehouse_session(&warehouse);
        bool is_postgres = strcmp(name, "postgres") == 0;
        struct err err;

        check_ok(session_begin(&reader, false, &err));
        check_str(rows(&reader, "SELECT * FROM {s.v}"), "1|a\n");
        check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n",
                       is_postgres ? "somebody has been reading it" : NULL);
        check_str(rows(&session, "SELECT * FROM {s.v}"), "2|b\n");
        check_str(rows(&reader, "SELECT * FROM {s.v}"), "1|a\n");
        check_str(rows(&reader, "SELECT * FROM {s.x}"), "1|a\n");
        check_ok(session_commit(&reader, &err));
        check_str(rows(&reader, "SELECT * FROM {s.v}"), "2|b\n");
        session_close(&reader);
        end(&warehouse, &session);
    }
}

TEST("a long reader of a table that gets other columns makes the publication transient")
{
    struct warehouse_under_test warehouse;
    struct session session = fresh(&warehouse, "postgres");
    struct session reader = warehouse_session(&warehouse);
    struct publish_report report;
    struct err err;

    check_ok(session_begin(&reader, false, &err));
    check_str(rows(&reader, "SELECT * FROM {s.v}"), "1|a\n");
    check_fails(replace(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 3 AS n",
                        &report, &err),
                ERR_TRANSIENT, "lock timeout");
    check_str(rows(&session, "SELECT * FROM {s.x}"), "1|a\n");
    check_ok(session_commit(&reader, &err));
    publish_report_release(&report);
    session_close(&reader);
    end(&warehouse, &session);
}

TEST("what an open transaction has replaced is seen by nobody else")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);
        struct session reader = warehouse_session(&warehouse);
        struct publish_report report;
        struct err err;

        if (strcmp(name, "postgres") == 0) /* there a reader waits instead */
            run_sql(&reader, "SET lock_timeout = '50ms'");
        publish_report_init(&report);
        check_ok(session_begin(&session, true, &err));
        run(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n");
        check_ok(publish_replace(&session, &target, &hidden, &report, &err));
        const char *seen = rows(&reader, "SELECT * FROM {s.v}");
        check(strcmp(seen, "1|a\n") == 0 || strstr(seen, "lock timeout") != NULL);
        session_rollback(&session);
        check_str(rows(&reader, "SELECT * FROM {s.v}"), "1|a\n");
        publish_report_release(&report);
        session_close(&reader);
        end(&warehouse, &session);
    }
}

TEST("a table takes a view's place and a view a table's")
{
    for (int each = 0; warehouse_names[each] != NULL; each++) {
        const char *name = warehouse_names[each];
        struct warehouse_under_test warehouse;
        struct session session = fresh(&warehouse, name);
        struct relation view = {"s", "v"}, candidate = {"s", "_aorta_build__v"};
        struct publish_report report;
        struct buf select;
        struct err err;

        publish_report_init(&report);
        buf_init(&select);
        check_ok(session_begin(&session, true, &err));
        run(&session, "CREATE TABLE {s._aorta_build__v} AS SELECT 5 AS id, 'e' AS n");
        check_ok(publish_replace(&session, &view, &candidate, &report, &err));
        check_ok(session_commit(&session, &err));
        check_str(rows(&session, "SELECT * FROM {s.v}"), "5|e\n");
        check_str(rows(&session, "SELECT * FROM {s.w}"), "5\n");

        check_ok(session_begin(&session, true, &err));
        run(&session, "CREATE VIEW {s._aorta_build__v} AS SELECT id, n FROM {s.x}");
        sql_for(&session, "SELECT id, n FROM {s.x}", &select);
        check_ok(publish_view(&session, &view, &candidate, select.data, &report, &err));
        check_ok(session_commit(&session, &err));
        check_str(rows(&session, "SELECT * FROM {s.w}"), "1\n");
        check_str(report.warnings.data, "");
        buf_release(&select);
        publish_report_release(&report);
        end(&warehouse, &session);
    }
}

TEST("grants, owners and column grants stay on PostgreSQL, on the table and on views over it")
{
    struct warehouse_under_test warehouse;
    struct session session = fresh(&warehouse, "postgres");

    run(&session, "CREATE ROLE alice;\nCREATE ROLE bob;\nGRANT USAGE ON SCHEMA s TO alice, bob;\n"
                  "GRANT SELECT ON s.x TO alice WITH GRANT OPTION;\n"
                  "GRANT SELECT (id) ON s.x TO bob;\nGRANT SELECT ON s.w TO bob;\n"
                  "ALTER VIEW s.w OWNER TO alice;\nGRANT SELECT ON s.v TO alice");
    check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n", NULL);
    check_str(rows(&session, "SELECT relname::text, relacl::text, relowner::regrole::text "
                             "FROM pg_class WHERE relnamespace = 's'::regnamespace "
                             "AND relname IN ('x', 'w') ORDER BY 1"),
              "w|{alice=arwdDxt/alice,bob=r/alice}|alice\n"
              "x|{postgres=arwdDxt/postgres,alice=r*/postgres}|postgres\n");
    run(&session, "SET ROLE bob");
    check_str(rows(&session, "SELECT id FROM s.x"), "2\n");
    check_str(rows(&session, "SELECT * FROM s.w"), "2\n");
    check_contains(rows(&session, "SELECT n FROM s.x"), "permission denied");
    end(&warehouse, &session);
}

TEST("what PostgreSQL cannot carry is named, and rows are replaced instead")
{
    struct warehouse_under_test warehouse;
    struct session session = fresh(&warehouse, "postgres");
    struct publish_report report;
    struct err err;

    run(&session, "CREATE MATERIALIZED VIEW s.m AS SELECT * FROM s.x;\n"
                  "ALTER TABLE s.x ADD PRIMARY KEY (id);\n"
                  "CREATE TABLE s.child (id integer REFERENCES s.x DEFERRABLE INITIALLY DEFERRED)");
    check_replaces(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id, 'b' AS n",
                   "materialized view s.m");
    check_str(rows(&session, "SELECT * FROM s.v"), "2|b\n");
    run(&session, "REFRESH MATERIALIZED VIEW s.m");
    check_str(rows(&session, "SELECT * FROM s.m"), "2|b\n");
    check_fails(
        replace(&session, "CREATE TABLE {s._aorta_build__x} AS SELECT 2 AS id", &report, &err),
        ERR_CONFIG, "constraint child_id_fkey on table s.child");
    check_str(rows(&session, "SELECT * FROM s.v"), "2|b\n");
    publish_report_release(&report);
    end(&warehouse, &session);
}

/*
 * What the connector "duckdb" remembers of what hangs on relations.
 */
#include "duckdb_fixture.h"

/* Whether session `of` says that something may hang on raw.NAME, in a transaction of its own. */
static int needs_carry(void *of, const char *name)
{
    check_ok(warehouse->begin(of, true, &err));
    int result = warehouse->needs_carry(of, "raw", name, &err);
    check_ok(warehouse->commit(of, &err));
    return result;
}

static void open_with_tables(const char *file)
{
    fixture_open(file);
    EXEC("CREATE SCHEMA raw");
    EXEC("CREATE TABLE raw.users (id INTEGER, name VARCHAR)");
    EXEC("CREATE TABLE raw.\"Größe\" (id INTEGER)");
    EXEC("CREATE VIEW raw.people AS SELECT * FROM raw.users");
}

TEST("nothing hangs on a relation until somebody says so, whoever it is")
{
    static const struct {
        const char *sql;
        const char *name;
    } cases[] = {
        {"CREATE INDEX by_id ON raw.users (id)", "users"},
        {"COMMENT ON TABLE raw.users IS 'people'", "USERS"},
        {"COMMENT ON COLUMN raw.users.name IS 'in full'", "users"},
        {"comment on view raw.people is 'all'", "people"},
        {"COMMENT ON TABLE raw.\"Größe\" IS 'x'", "größe"},
    };
    void *other;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        open_with_tables(":memory:");
        check_ok(warehouse->session_open(connection, &other, &err));
        check_int(needs_carry(session, cases[i].name), 0);
        host_exec(warehouse, other, cases[i].sql);
        check_int(needs_carry(session, cases[i].name), 1);
        check_int(needs_carry(session, "others"), 0);
        warehouse->session_close(other);
        fixture_close();
    }
}

TEST("what a transaction has not committed yet is never remembered")
{
    void *other;

    open_with_tables(":memory:");
    check_ok(warehouse->session_open(connection, &other, &err));
    check_ok(warehouse->begin(other, true, &err));
    host_exec(warehouse, other, "COMMENT ON TABLE raw.users IS 'people'");
    check_int(warehouse->needs_carry(other, "raw", "users", &err), 1);
    /* It sees none, and who begins next may: a commit is not counted at the moment that it is seen. */
    check_int(needs_carry(session, "users"), 1);
    check_ok(warehouse->commit(other, &err));
    check_int(needs_carry(session, "users"), 1);

    check_ok(warehouse->begin(other, true, &err));
    host_exec(warehouse, other, "COMMENT ON TABLE raw.users IS NULL");
    check_int(needs_carry(session, "users"), 1);
    check_ok(warehouse->rollback(other, &err));
    check_int(needs_carry(session, "users"), 1);
    check_int(needs_carry(session, "others"), 0);

    check_ok(warehouse->begin(other, true, &err));
    host_exec(warehouse, other, "COMMENT ON TABLE raw.users IS NULL");
    warehouse->session_close(other);
    check_int(needs_carry(session, "others"), 0);
    fixture_close();
}

TEST("a transaction that began before a change asks for itself, and teaches nobody")
{
    void *other;

    open_with_tables(":memory:");
    check_ok(warehouse->session_open(connection, &other, &err));
    check_ok(warehouse->begin(other, true, &err));
    check_int(host_rows(warehouse, other, "SELECT 1") != NULL, 1); /* its snapshot */
    EXEC("COMMENT ON TABLE raw.users IS 'people'");
    check_int(warehouse->needs_carry(other, "raw", "users", &err), 1);
    check_ok(warehouse->commit(other, &err));
    check_int(needs_carry(other, "users"), 1);
    warehouse->session_close(other);
    fixture_close();
}

TEST("what hangs there when the file is opened is found")
{
    open_with_tables("carry.duckdb");
    EXEC("COMMENT ON TABLE raw.users IS 'people'");
    warehouse->session_close(session);
    duckdb->close(connection);
    check_ok(fixture_try_open(fixture_path("carry.duckdb"), &connection));
    check_ok(warehouse->session_open(connection, &session, &err));
    check_int(needs_carry(session, "users"), 1);
    check_int(needs_carry(session, "people"), 0);
    fixture_close();
}

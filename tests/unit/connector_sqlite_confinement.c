/*
 * What SQL may reach in SQLite: attacks on a confined session, and what still works.
 */
#include "sqlite_fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char refused[] = "a query only reads what is in the database: ";

static const struct {
    const char *sql;
    const char *message;
} attacks[] = {
    {"ATTACH 'other.db' AS other", "ATTACH is refused"},
    {"ATTACH ':memory:' AS other", "ATTACH is refused"},
    {"DETACH main", "DETACH is refused"},
    {"VACUUM INTO 'stolen.db'", refused},
    {"VACUUM", refused},
    {"SELECT load_extension('/tmp/evil.so')", "not authorized to use function: load_extension"},
    {"SELECT writefile('stolen', 'x')", "no such function: writefile"},
    {"SELECT readfile('/etc/passwd')", "no such function: readfile"},
    {"SELECT fts3_tokenizer('simple')", "not authorized to use function: fts3_tokenizer"},
    {"PRAGMA journal_mode = DELETE", "PRAGMA journal_mode is refused"},
    {"PRAGMA query_only = OFF", "PRAGMA query_only is refused"},
    {"PRAGMA writable_schema = ON", "PRAGMA writable_schema is refused"},
    {"PRAGMA temp_store_directory = '/tmp'", "PRAGMA temp_store_directory is refused"},
    {"PRAGMA wal_checkpoint", "PRAGMA wal_checkpoint is refused"},
    {"PRAGMA database_list", "PRAGMA database_list is refused"},
    {"SELECT * FROM pragma_database_list", "not authorized"},
    {"SELECT * FROM pragma_wal_checkpoint", ""},
    {"INSERT INTO t VALUES (9)", "a change is refused"},
    {"INSERT INTO t VALUES (9) RETURNING n", "a change is refused"},
    {"UPDATE t SET n = 9", "a change is refused"},
    {"DELETE FROM t", "a change is refused"},
    {"REPLACE INTO t VALUES (9)", "a change is refused"},
    {"WITH x AS (SELECT 9) INSERT INTO t SELECT * FROM x", "a change is refused"},
    {"EXPLAIN DELETE FROM t", "a change is refused"},
    {"CREATE TABLE mine (n)", "a change is refused"},
    {"CREATE TEMP TABLE mine (n)", "a change is refused"},
    {"CREATE TEMP VIEW mine AS SELECT 1", "a change is refused"},
    {"CREATE VIRTUAL TABLE mine USING fts5(x)", "a change is refused"},
    {"DROP TABLE t", "a change is refused"},
    {"ALTER TABLE t RENAME TO mine", "a change is refused"},
    {"REINDEX", refused},
    {"ANALYZE", refused},
    {"BEGIN", "a transaction is refused"},
    {"COMMIT", "a transaction is refused"},
    {"ROLLBACK", "a transaction is refused"},
    {"SAVEPOINT mine", "a savepoint is refused"},
    {"SELECT 1; DELETE FROM t", "the SQL has more than one statement"},
    {"SELECT 1; SELECT 2", "the SQL has more than one statement"},
};

static struct setting set_up(void)
{
    struct setting setting = sqlite_set_up();

    run(setting, "CREATE TABLE t (n INTEGER PRIMARY KEY)");
    run(setting, "INSERT INTO t VALUES (0), (1), (2)");
    check_int(chdir(test_folder()), 0); /* relative paths of the attacks lead there */
    return setting;
}

static void confine(struct setting setting)
{
    struct aorta_error err;

    check_ok(warehouse->begin(setting.session, false, &err));
    check_ok(warehouse->confine(setting.session, &err));
}

TEST("a confined session refuses whatever does more than read the database")
{
    struct setting setting = set_up();
    struct aorta_error err;

    confine(setting);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
        if (sqlite_pull(setting, attacks[i].sql, &err) >= 0)
            test_fail(__FILE__, __LINE__, "it was done: %s", attacks[i].sql);
        if (strstr(err.message, attacks[i].message) == NULL)
            test_fail(__FILE__, __LINE__, "%s: %s", attacks[i].sql, err.message);
        check_int(err.code, AORTA_CONFIG);
    }
    check(access("stolen.db", F_OK) != 0);
    check(access("other.db", F_OK) != 0);
    check_rows(setting, "SELECT count(*), sum(n) FROM t", "3|3\n");
    check_rows(setting, "SELECT count(*) FROM sqlite_schema", "1\n");
    sqlite_tear_down(setting);
}

TEST("a confined session answers what only reads, and its transaction ends as others do")
{
    struct setting setting = set_up();
    struct aorta_error err;

    run(setting, "CREATE VIEW twice AS SELECT 2 * n AS n FROM t");
    confine(setting);
    check_rows(setting, "SELECT n FROM twice WHERE n > 2", "4\n");
    check_rows(setting,
               "WITH RECURSIVE r(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM r WHERE i < 3) "
               "SELECT i FROM r",
               "1\n2\n3\n");
    check_rows(setting, "SELECT name FROM pragma_table_info('t')", "n\n");
    check_rows(setting, "SELECT value FROM json_each('[7]')", "7\n");
    check_rows(setting, "SELECT upper('a') || count(*) FROM t", "A3\n");
    check_rows(setting, "VALUES (1)", "1\n");
    check_ok(warehouse->rollback(setting.session, &err));
    check_ok(warehouse->begin(setting.session, false, &err));
    check_rows(setting, "SELECT max(n) FROM t", "2\n");
    sqlite_tear_down(setting);
}

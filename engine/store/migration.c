#include "store/migration.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/hash.h"

#include <string.h>

static const char table_sql[] = "CREATE TABLE IF NOT EXISTS migrations ("
                                " number INTEGER PRIMARY KEY,"
                                " name TEXT NOT NULL,"
                                " checksum TEXT NOT NULL,"
                                " applied_us INTEGER NOT NULL"
                                ") STRICT";

static const char has_table_sql[] = "SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'";

static const char list_sql[] = "SELECT number, name, checksum FROM migrations ORDER BY number";

static const char note_sql[] = "INSERT INTO migrations VALUES (?1, ?2, ?3, ?4)";

static void checksum(const struct migration *migration, char hex[HASH_HEX_SIZE + 1])
{
    struct hash *hash = hash_new();

    hash_add_str(hash, (const char *)migration->sql);
    hash_finish(hash, hex);
}

static int has_table(struct database *database, bool *has, struct err *err)
{
    struct statement statement;

    if (statement_prepare(&statement, database, has_table_sql, err) < 0)
        return -1;
    int row = statement_step(&statement, err);
    *has = row == 1 && statement_int(&statement, 0, 0) > 0;
    statement_release(&statement);
    return row < 0 ? -1 : 0;
}

/* One row of what was applied, which should be the migration at that place of ours. */
static int compare(const struct database *database, const struct migration *ours,
                   const struct statement *row, struct arena *arena, struct err *err)
{
    char hex[HASH_HEX_SIZE + 1];
    long long number = (long long)statement_int(row, 0, 0);
    const char *name = statement_text(row, 1, arena);

    if (ours == NULL)
        return err_set(
            err, ERR_CONFIG,
            "run store \"%s\" was written by a newer aorta (it has migration %04lld_%s): "
            "use that version or a later one",
            database->path, number, name);
    checksum(ours, hex);
    if (number == ours->number && strcmp(statement_text(row, 2, arena), hex) == 0)
        return 0;
    return err_set(err, ERR_BROKEN,
                   "run store \"%s\": migration %04lld_%s is not the one that was applied: restore "
                   "its file as it was, and put changes into a new one",
                   database->path, number, name);
}

int migration_check(struct database *database, const struct migration *migrations, size_t count,
                    size_t *applied, struct err *err)
{
    struct statement statement;
    struct arena arena;
    bool has = false;
    int row;

    *applied = 0;
    if (has_table(database, &has, err) < 0)
        return -1;
    if (!has)
        return 0;
    if (statement_prepare(&statement, database, list_sql, err) < 0)
        return -1;
    arena_init(&arena);
    while ((row = statement_step(&statement, err)) == 1) {
        const struct migration *ours = *applied < count ? &migrations[*applied] : NULL;
        if (compare(database, ours, &statement, &arena, err) < 0) {
            row = -1;
            break;
        }
        (*applied)++;
    }
    arena_release(&arena);
    statement_release(&statement);
    return row < 0 ? -1 : 0;
}

static int note(struct database *database, const struct migration *migration, struct err *err)
{
    struct statement statement;
    char hex[HASH_HEX_SIZE + 1];

    checksum(migration, hex);
    if (statement_prepare(&statement, database, note_sql, err) < 0)
        return -1;
    statement_bind_int(&statement, 1, migration->number);
    statement_bind_text(&statement, 2, migration->name);
    statement_bind_text(&statement, 3, hex);
    statement_bind_int(&statement, 4, clock_now_us());
    int row = statement_step(&statement, err);
    statement_release(&statement);
    return row < 0 ? -1 : 0;
}

static int apply_one(struct database *database, const struct migration *migration, struct err *err)
{
    struct err ignored;

    if (database_exec(database, "BEGIN IMMEDIATE", err) < 0)
        return -1;
    if (database_exec(database, (const char *)migration->sql, err) == 0 &&
        note(database, migration, err) == 0) {
        fault_point("store.migrate.before");
        if (database_exec(database, "COMMIT", err) == 0) {
            fault_point("store.migrate.after");
            return 0;
        }
    }
    if (database_in_transaction(database))
        database_exec(database, "ROLLBACK", &ignored);
    return err_wrap(err, "migration %04d_%s", migration->number, migration->name);
}

int migration_apply(struct database *database, const struct migration *migrations, size_t count,
                    struct err *err)
{
    size_t applied;

    if (migration_check(database, migrations, count, &applied, err) < 0)
        return -1;
    if (applied == count)
        return 0;
    if (database_exec(database, table_sql, err) < 0)
        return -1;
    for (size_t i = applied; i < count; i++)
        if (apply_one(database, &migrations[i], err) < 0)
            return -1;
    return 0;
}

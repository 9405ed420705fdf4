#include "store/reader.h"

#include "base/alloc.h"
#include "store/migration.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store_reader {
    struct database database;
    char *path;
};

static int check_version(struct store_reader *reader, struct err *err)
{
    size_t applied;

    if (migration_check(&reader->database, store_migrations, store_migration_count, &applied, err) <
        0)
        return -1;
    if (applied < store_migration_count)
        return err_set(err, ERR_CONFIG,
                       "run store \"%s\" is of an older aorta: run this one once to bring it up to "
                       "date",
                       reader->path);
    return 0;
}

int store_reader_open(const char *path, struct store_reader **reader, struct err *err)
{
    if (access(path, F_OK) != 0)
        return err_set(err, ERR_CONFIG, "there is no run store \"%s\" yet: the first run makes it",
                       path);
    struct store_reader *opened = alloc_zeroed(1, sizeof *opened);
    opened->path = alloc_strdup(path);
    if (database_open(&opened->database, opened->path, DATABASE_READ, err) < 0 ||
        check_version(opened, err) < 0) {
        store_reader_close(opened);
        return -1;
    }
    *reader = opened;
    return 0;
}

void store_reader_close(struct store_reader *reader)
{
    if (reader == NULL)
        return;
    database_close(&reader->database);
    free(reader->path);
    free(reader);
}

static void *grow(struct arena *arena, void *items, size_t count, size_t size)
{
    char *grown = arena_calloc(arena, count == 0 ? 8 : count * 2, size);

    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

int reader_all(struct store_reader *reader, const struct reader_query *query, struct arena *arena,
               void **items, size_t *count, struct err *err)
{
    struct statement statement;
    char *read = NULL;
    size_t read_count = 0, capacity = 0;
    int row;

    if (statement_prepare(&statement, &reader->database, query->sql, err) < 0)
        return -1;
    if (query->text != NULL)
        statement_bind_text(&statement, 1, query->text);
    if (query->second != NULL)
        statement_bind_text(&statement, 4, query->second);
    if (query->third != NULL)
        statement_bind_text(&statement, 5, query->third);
    for (int i = 0; i < query->int_count; i++)
        statement_bind_int(&statement, i + 2, query->ints[i]);
    while ((row = statement_step(&statement, err)) == 1) {
        if (read_count == capacity) {
            read = grow(arena, read, read_count, query->item_size);
            capacity = capacity == 0 ? 8 : capacity * 2;
        }
        query->fill(read + read_count++ * query->item_size, &statement, arena);
    }
    statement_release(&statement);
    if (row < 0)
        return -1;
    *items = read;
    *count = read_count;
    return 0;
}

enum store_state reader_state(const struct statement *row, int column, struct arena *arena)
{
    enum store_state state = STATE_QUEUED;
    const char *name = statement_text(row, column, arena);

    if (name != NULL)
        store_state_from_name(name, &state); /* the schema allows no other names */
    return state;
}

enum err_code reader_code(const struct statement *row, int column, struct arena *arena)
{
    const char *name = statement_text(row, column, arena);

    return name == NULL ? ERR_BROKEN : err_code_from_name(name);
}

#include "store/reader.h"

#include "base/alloc.h"
#include "store/migration.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Statements that are kept: preparing one takes longer than most of them do. */
enum { KEPT = 24 };

static const char begin_sql[] = "BEGIN", end_sql[] = "COMMIT";

struct store_reader {
    struct database database;
    char *path;
    struct {
        const char *sql;
        struct statement statement;
    } kept[KEPT];
    size_t next; /* to be replaced */
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
    for (size_t i = 0; i < KEPT; i++)
        if (reader->kept[i].sql != NULL)
            statement_release(&reader->kept[i].statement);
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

static struct statement *prepare(struct store_reader *reader, const char *sql, struct err *err)
{
    struct statement fresh;

    for (size_t i = 0; i < KEPT; i++)
        if (reader->kept[i].sql == sql)
            return &reader->kept[i].statement;
    if (statement_prepare(&fresh, &reader->database, sql, err) < 0)
        return NULL;
    size_t at = reader->next;
    reader->next = (at + 1) % KEPT;
    if (reader->kept[at].sql != NULL)
        statement_release(&reader->kept[at].statement);
    reader->kept[at].sql = sql;
    reader->kept[at].statement = fresh;
    return &reader->kept[at].statement;
}

/* Whatever hinders it hinders the reads as well, which can say so. */
static void run(struct store_reader *reader, const char *sql)
{
    struct err ignored;
    struct statement *statement = prepare(reader, sql, &ignored);

    if (statement == NULL)
        return;
    (void)statement_step(statement, &ignored);
    statement_reset(statement);
}

void store_reader_begin(struct store_reader *reader)
{
    run(reader, begin_sql);
}

bool reader_has_begun(const struct store_reader *reader)
{
    return database_in_transaction(&reader->database);
}

void store_reader_end(struct store_reader *reader)
{
    if (reader_has_begun(reader))
        run(reader, end_sql);
}

static void bind(struct statement *statement, const struct reader_query *query)
{
    const char *const texts[] = {query->second, query->third, query->fourth, query->fifth};

    if (query->text != NULL)
        statement_bind_text(statement, 1, query->text);
    for (int i = 0; i < query->int_count; i++)
        statement_bind_int(statement, i + 2, query->ints[i]);
    for (int i = 0; i < 4; i++)
        if (texts[i] != NULL)
            statement_bind_text(statement, i + 4, texts[i]);
}

int reader_all(struct store_reader *reader, const struct reader_query *query, struct arena *arena,
               void **items, size_t *count, struct err *err)
{
    char *read = NULL;
    size_t read_count = 0, capacity = 0;
    int row;
    struct statement *statement = prepare(reader, query->sql, err);

    if (statement == NULL)
        return -1;
    bind(statement, query);
    while ((row = statement_step(statement, err)) == 1) {
        if (read_count == capacity) {
            read = grow(arena, read, read_count, query->item_size);
            capacity = capacity == 0 ? 8 : capacity * 2;
        }
        query->fill(read + read_count++ * query->item_size, statement, arena);
    }
    statement_reset(statement);
    if (row < 0)
        return -1;
    *items = read;
    *count = read_count;
    return 0;
}

void store_reader_effort(const struct store_reader *reader, struct store_effort *effort)
{
    *effort = (struct store_effort){0};
    for (size_t i = 0; i < KEPT; i++) {
        struct store_effort one;
        if (reader->kept[i].sql == NULL)
            continue;
        statement_effort(&reader->kept[i].statement, &one);
        effort->scanned += one.scanned;
        effort->instructions += one.instructions;
    }
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

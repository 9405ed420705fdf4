/*
 * Change capture of the SQLite connector, held to a log of its own: random histories of inserts,
 * updates, deletes, changed keys and replaced rows, read in pieces by a reader that dies.
 *
 * The test writes down what each committed statement changes. What the reads give, as far as their
 * positions were kept, must be exactly this log, line by line; and applied to nothing it must give
 * the table.
 */
#include "sqlite_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KEYS = 8, HISTORIES = 20, STEPS = 40 };

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

/* The table as it should be: value of each key, -1 where there is none. */
struct world {
    int64_t value[KEYS];
};

struct history {
    struct setting setting;
    struct world world;
    struct buf log;         /* what was committed since the snapshot: "U|3|7\n" */
    bool is_recursive;      /* REPLACE tells of what it removes */
    struct reading reading; /* position: what the destination has committed */
    bool has_snapshot;
    struct buf seen;      /* what came after the snapshot, as far as committed */
    struct world applied; /* the destination's table */
    int64_t last_lsn;
};

static void execute(struct history *history, const char *format, int64_t a, int64_t b)
{
    struct aorta_value params[] = {{.type = AORTA_INT64, .integer = a},
                                   {.type = AORTA_INT64, .integer = b}};
    struct aorta_error err;

    check_ok(warehouse->exec(history->setting.session, format, params, 2, NULL, &err));
}

static void put_line(struct buf *log, char change, int64_t key, int64_t value)
{
    if (change == 'D')
        buf_printf(log, "D|%lld|null\n", (long long)key);
    else
        buf_printf(log, "%c|%lld|%lld\n", change, (long long)key, (long long)value);
}

/* --------------------------------------------------------------------------------------- writing */

static void insert_or_replace(struct history *history, struct world *world, struct buf *log,
                              int64_t key, int64_t value)
{
    bool is_there = world->value[key] >= 0;

    execute(history, "INSERT OR REPLACE INTO t VALUES ($1, $2)", key, value);
    if (is_there && history->is_recursive)
        put_line(log, 'D', key, 0);
    put_line(log, 'I', key, value);
    world->value[key] = value;
}

static void move_key(struct history *history, struct world *world, struct buf *log, int64_t from,
                     int64_t to)
{
    if (world->value[from] < 0 || (from != to && world->value[to] >= 0))
        return;
    execute(history, "UPDATE t SET id = $2 WHERE id = $1", from, to);
    if (from == to) {
        put_line(log, 'U', from, world->value[from]);
        return;
    }
    put_line(log, 'D', from, 0);
    put_line(log, 'I', to, world->value[from]);
    world->value[to] = world->value[from];
    world->value[from] = -1;
}

static void update_all(struct history *history, struct world *world, struct buf *log)
{
    execute(history, "UPDATE t SET v = v + 1", 0, 0);
    for (int64_t key = 0; key < KEYS; key++)
        if (world->value[key] >= 0)
            put_line(log, 'U', key, ++world->value[key]);
}

static void upsert(struct history *history, struct world *world, struct buf *log, int64_t key,
                   int64_t value)
{
    execute(history, "INSERT INTO t VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET v = excluded.v",
            key, value);
    put_line(log, world->value[key] >= 0 ? 'U' : 'I', key, value);
    world->value[key] = value;
}

static void delete_row(struct history *history, struct world *world, struct buf *log, int64_t key)
{
    execute(history, "DELETE FROM t WHERE id = $1", key, 0);
    if (world->value[key] >= 0)
        put_line(log, 'D', key, 0);
    world->value[key] = -1;
}

/* A transaction of a few statements, rolled back now and then. */
static void write_some(struct history *history)
{
    struct world world = history->world;
    struct aorta_error err;
    struct buf log;

    buf_init(&log);
    check_ok(warehouse->begin(history->setting.session, true, &err));
    for (uint64_t i = 1 + draw(4); i > 0; i--) {
        int64_t key = (int64_t)draw(KEYS), value = (int64_t)draw(1000);
        switch (draw(6)) {
        case 0: insert_or_replace(history, &world, &log, key, value); break;
        case 1: move_key(history, &world, &log, key, (int64_t)draw(KEYS)); break;
        case 2: update_all(history, &world, &log); break;
        case 3: delete_row(history, &world, &log, key); break;
        default: upsert(history, &world, &log, key, value); break;
        }
    }
    if (draw(5) == 0) {
        check_ok(warehouse->rollback(history->setting.session, &err));
    } else {
        check_ok(warehouse->commit(history->setting.session, &err));
        history->world = world;
        if (history->has_snapshot)
            buf_append(&history->log, log.data, log.size);
    }
    buf_release(&log);
}

/* --------------------------------------------------------------------------------------- reading */

static void apply(struct world *world, char change, int64_t key, int64_t value)
{
    check(key >= 0 && key < KEYS);
    world->value[key] = change == 'D' ? -1 : value;
}

/* Takes over what a read gave: the destination's transaction. */
static void keep(struct history *history)
{
    for (const char *row = history->reading.rows.data; *row != '\0'; row = strchr(row, '\n') + 1) {
        char change, value[40];
        long long lsn, key;
        check_int(sscanf(row, "%c|%lld|%*[^|]|%lld|%39s", &change, &lsn, &key, value), 4);
        check(change == 'R' ? lsn >= history->last_lsn : lsn > history->last_lsn);
        history->last_lsn = lsn;
        apply(&history->applied, change, key, strtoll(value, NULL, 10));
        if (change != 'R')
            buf_printf(&history->seen, "%c|%lld|%s\n", change, key, value);
    }
}

/* A read that is kept, or thrown away as if the reader had died before its commit; acknowledged, or
 * not, as if it had died after. */
static void read_some(struct history *history)
{
    struct reading again;
    struct aorta_error err;
    bool is_kept = draw(3) > 0;

    reading_init(&again);
    buf_append_str(&again.position, history->reading.position.data);
    read_on(history->setting, AORTA_READ_CHANGES, "t", NULL, &again);
    if (!is_kept) {
        /* A snapshot that was not kept begins anew: everything before it is in the next. */
        reading_release(&again);
        return;
    }
    reading_release(&history->reading);
    history->reading = again;
    history->has_snapshot = true;
    keep(history);
    if (draw(2) == 0)
        check_ok(sqlite->source->ack(history->setting.connection, "t",
                                     history->reading.position.data, &err));
}

static void run_history(uint64_t seed, const char *create, bool is_recursive)
{
    struct history history = {.setting = sqlite_set_up(), .is_recursive = is_recursive};

    random_state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    memset(&history.world, 0xff, sizeof history.world);
    memset(&history.applied, 0xff, sizeof history.applied);
    buf_init(&history.log);
    buf_init(&history.seen);
    reading_init(&history.reading);
    run(history.setting, "PRAGMA synchronous = OFF");
    run(history.setting,
        is_recursive ? "PRAGMA recursive_triggers = ON" : "PRAGMA recursive_triggers = OFF");
    run(history.setting, "DROP TABLE IF EXISTS t");
    run(history.setting, create);
    for (int step = 0; step < STEPS; step++) {
        if (draw(3) > 0)
            write_some(&history);
        else
            read_some(&history);
    }
    read_on(history.setting, AORTA_READ_CHANGES, "t", NULL, &history.reading);
    keep(&history);
    check_str(history.seen.data, history.log.data);
    check(memcmp(&history.applied, &history.world, sizeof history.world) == 0);
    buf_release(&history.log);
    buf_release(&history.seen);
    reading_release(&history.reading);
    sqlite_tear_down(history.setting);
}

TEST("random histories: every change comes once, in order, and makes the table")
{
    static const char *const tables[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v BIGINT)",
        "CREATE TABLE t (id BIGINT PRIMARY KEY, v BIGINT) WITHOUT ROWID",
    };

    for (uint64_t seed = 1; seed <= HISTORIES; seed++)
        for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
            run_history(seed * 2 + i, tables[i], seed % 2 == 0);
}

/* ---------------------------------------------------------------------------- with other processes */

/* Moves amounts between accounts until it is told to stop: the sum is always the same. */
static _Noreturn void move_money(int stop)
{
    struct setting setting = sqlite_set_up();
    struct aorta_error err;
    struct aorta_value params[2];
    char byte;

    random_state = (uint64_t)getpid() * UINT64_C(0x9e3779b97f4a7c15);
    run(setting, "PRAGMA synchronous = OFF");
    while (read(stop, &byte, 1) != 0) {
        params[0] = (struct aorta_value){.type = AORTA_INT64, .integer = (int64_t)draw(100)};
        params[1] = (struct aorta_value){.type = AORTA_INT64, .integer = (int64_t)draw(100)};
        check_ok(warehouse->begin(setting.session, true, &err));
        check_ok(warehouse->exec(setting.session, "UPDATE t SET v = v - 1 WHERE id = $1", params, 2,
                                 NULL, &err));
        check_ok(warehouse->exec(setting.session, "UPDATE t SET v = v + 1 WHERE id = $2", params, 2,
                                 NULL, &err));
        check_ok(warehouse->commit(setting.session, &err));
    }
    sqlite_tear_down(setting);
    _exit(0);
}

/* Every change moves one unit: a change that is left out, or one that the snapshot has already, shows
 * as a step of another size. */
static void apply_accounts(const struct reading *reading, int64_t accounts[100])
{
    for (const char *row = reading->rows.data; *row != '\0'; row = strchr(row, '\n') + 1) {
        long long id, value;
        check_int(sscanf(row, "%*c|%*d|%*[^|]|%lld|%lld", &id, &value), 2);
        check(id >= 0 && id < 100);
        check(*row == 'R' || llabs(value - accounts[id]) == 1);
        accounts[id] = value;
    }
}

static void check_accounts(struct setting setting, const int64_t accounts[100])
{
    struct buf wanted;

    buf_init(&wanted);
    for (int i = 0; i < 100; i++)
        buf_printf(&wanted, "%d|%lld\n", i, (long long)accounts[i]);
    check_rows(setting, "SELECT id, v FROM t ORDER BY id", wanted.data);
    buf_release(&wanted);
}

static int64_t sum_of(const int64_t accounts[100])
{
    int64_t sum = 0;

    for (int i = 0; i < 100; i++)
        sum += accounts[i];
    return sum;
}

TEST("snapshots and changes read while other processes write fit together without gap or overlap")
{
    enum { WRITERS = 2, SNAPSHOTS = 30, READS = 2 };
    struct setting setting = sqlite_set_up();
    int64_t accounts[100] = {0}, changes = 0;
    struct reading reading;
    pid_t writers[WRITERS];
    int stop[2], status;

    run(setting, "CREATE TABLE t (id INTEGER PRIMARY KEY, v BIGINT)");
    run(setting, "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99) "
                 "INSERT INTO t SELECT i, 0 FROM n");
    check_int(pipe2(stop, O_NONBLOCK), 0);
    for (int i = 0; i < WRITERS; i++) {
        fflush(NULL);
        writers[i] = fork();
        if (writers[i] == 0) {
            close(stop[1]);
            move_money(stop[0]);
        }
    }
    reading_init(&reading);
    for (int snapshot = 0; snapshot < SNAPSHOTS; snapshot++) {
        buf_reset(&reading.position);
        for (int i = 0; i < READS; i++) {
            read_on(setting, AORTA_READ_CHANGES, "t", NULL, &reading);
            apply_accounts(&reading, accounts);
            check_int(sum_of(accounts), 0);
            changes += i > 0 ? reading.row_count : 0;
        }
    }
    close(stop[1]);
    for (int i = 0; i < WRITERS; i++) {
        check(waitpid(writers[i], &status, 0) == writers[i]);
        check_int(status, 0);
    }
    check(changes > 0);
    read_on(setting, AORTA_READ_CHANGES, "t", NULL, &reading);
    apply_accounts(&reading, accounts);
    check_accounts(setting, accounts);
    reading_release(&reading);
    sqlite_tear_down(setting);
}

/*
 * The load of the connector "duckdb" that pulls its rows, from several workers at once.
 */
#include "duckdb_fixture.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 4, BATCHES = 6, BATCH_ROWS = 5000, LONG_TEXT = 40 };

static const struct aorta_field fields[] = {{"n", AORTA_INT64}, {"s", AORTA_TEXT}};

/* Numbers from 0 on in batches of BATCH_ROWS, each beside its text; every tenth text is null, every
 * third is long. */
struct numbers {
    int32_t workers;
    int64_t batches;
    atomic_llong given; /* batches */
    struct batch batch[WORKERS];
    void (*before)(void); /* each batch, or NULL */
};

static void append_number(struct batch *batch, int64_t n)
{
    char text[LONG_TEXT + 32];

    column_append_int(&batch->columns[0], n);
    snprintf(text, sizeof text, "%.*s%lld", n % 3 == 0 ? LONG_TEXT : 0,
             "a text that does not lie within the vector itself", (long long)n);
    if (n % 10 == 0)
        column_append_null(&batch->columns[1]);
    else
        column_append_text(&batch->columns[1], text, strlen(text));
    batch_end_row(batch);
}

static int give_numbers(void *arg, int32_t worker, struct aorta_batch *view)
{
    struct numbers *numbers = arg;
    struct batch *batch = &numbers->batch[worker];
    int64_t number = atomic_fetch_add(&numbers->given, 1);

    check(worker >= 0 && worker < numbers->workers);
    if (numbers->before != NULL)
        numbers->before();
    if (number >= numbers->batches)
        return 0;
    batch_reset(batch);
    for (int64_t i = 0; i < BATCH_ROWS; i++)
        append_number(batch, number * BATCH_ROWS + i);
    *view = batch_view(batch);
    return 1;
}

/* Loads the numbers into t, in a transaction that stays open. */
static int pull_numbers(struct numbers *numbers, int64_t *rows)
{
    const struct aorta_feed feed = {numbers, numbers->workers, give_numbers};

    for (int i = 0; i < WORKERS; i++)
        batch_init(&numbers->batch[i], fields, 2);
    check_ok(warehouse->begin(session, true, &err));
    int result = warehouse->load_from(session, "main", "t", fields, 2, &feed, rows, &err);
    for (int i = 0; i < WORKERS; i++)
        batch_release(&numbers->batch[i]);
    return result;
}

static void roll_back(void)
{
    struct aorta_error ignored;

    check(warehouse->rollback(session, &ignored) == 0);
}

static void open_table(void)
{
    fixture_open("pull.duckdb");
    EXEC("CREATE TABLE t (s VARCHAR, missing INTEGER DEFAULT 7, n BIGINT)");
}

TEST("rows of all workers arrive once each, with their texts")
{
    int64_t rows;

    open_table();
    for (int32_t workers = 1; workers <= WORKERS; workers++) {
        struct numbers numbers = {.workers = workers, .batches = BATCHES};
        check_ok(pull_numbers(&numbers, &rows));
        check_int(rows, BATCHES * BATCH_ROWS);
        check_ok(warehouse->commit(session, &err));
        check_str(ROWS("SELECT count(*), count(DISTINCT n), min(n), max(n), min(missing) FROM t"),
                  "30000|30000|0|29999|7\n");
        check_str(ROWS("SELECT count(*) FROM t WHERE s IS DISTINCT FROM CASE WHEN n % 10 = 0 THEN "
                       "NULL WHEN n % 3 = 0 THEN 'a text that does not lie within the vect' || n "
                       "ELSE '' || n END"),
                  "0\n");
        EXEC("DELETE FROM t");
    }
    fixture_close();
}

TEST("an empty feed loads nothing")
{
    struct numbers numbers = {.workers = 2};
    int64_t rows;

    open_table();
    check_ok(pull_numbers(&numbers, &rows));
    check_int(rows, 0);
    check_ok(warehouse->commit(session, &err));
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

static int give_latin(void *arg, int32_t worker, struct aorta_batch *batch)
{
    static const int32_t offsets[] = {0, 3, 4};
    static const struct aorta_column column = {.values = "caf\xe9", .offsets = offsets};
    bool *is_given = arg;

    check_int(worker, 0);
    *batch = (struct aorta_batch){2, 1, &fields[1], &column};
    if (*is_given)
        return 0;
    return *is_given = true;
}

TEST("a value that cannot be kept is named, and only a rollback is left")
{
    const struct aorta_feed feed = {&(bool){false}, 1, give_latin};

    open_table();
    check_ok(warehouse->begin(session, true, &err));
    check_fails(warehouse->load_from(session, "main", "t", &fields[1], 1, &feed, NULL, &err),
                AORTA_DATA, "column \"s\", row 2: the value is not UTF-8");
    roll_back();
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

TEST("a column that takes no such type, a transaction that is missing: said before a row is read")
{
    static const struct aorta_field text = {"n", AORTA_TEXT};
    const struct aorta_feed feed = {NULL, 1, NULL};

    open_table();
    check_fails(warehouse->load_from(session, "main", "t", &text, 1, &feed, NULL, &err),
                AORTA_BROKEN, "a load needs a transaction");
    check_ok(warehouse->begin(session, true, &err));
    check_fails(warehouse->load_from(session, "main", "t", &text, 1, &feed, NULL, &err),
                AORTA_CONFIG, "column \"n\" is BIGINT and takes no text");
    check_fails(warehouse->load_from(session, "main", "absent", &text, 1, &feed, NULL, &err),
                AORTA_CONFIG, "absent does not exist");
    roll_back();
    fixture_close();
}

static void interrupt_load(void)
{
    warehouse->cancel(session);
}

TEST("a load is interrupted")
{
    struct numbers numbers = {.workers = 2, .batches = INT64_MAX, .before = interrupt_load};

    open_table();
    check_fails(pull_numbers(&numbers, NULL), AORTA_CANCELED, "");
    roll_back();
    check_str(ROWS("SELECT count(*) FROM t"), "0\n");
    fixture_close();
}

/* Another session, while the load runs, asks for the rows of every load there may be. */
static void steal_rows(void)
{
    char sql[64];
    void *thief;

    check_ok(warehouse->session_open(connection, &thief, &err));
    for (int number = 0; number < 8; number++) {
        snprintf(sql, sizeof sql, "SELECT * FROM aorta_feed(%d)", number);
        check_fails(warehouse->exec(thief, sql, NULL, 0, NULL, &err), AORTA_CONFIG,
                    "aorta_feed is for Aorta's own loads");
    }
    warehouse->session_close(thief);
}

TEST("nobody else reads what a load reads")
{
    struct numbers numbers = {.workers = 1, .batches = 1, .before = steal_rows};
    int64_t rows;

    open_table();
    check_ok(pull_numbers(&numbers, &rows));
    check_int(rows, BATCH_ROWS);
    check_fails(TRY("SELECT * FROM aorta_feed(1)"), AORTA_CONFIG, "for Aorta's own loads");
    roll_back();
    fixture_close();
}

/* Workers that have come for rows, each of which waits for the others. */
struct meeting {
    pthread_mutex_t lock;
    pthread_cond_t come;
    bool is_here[WORKERS];
    int32_t met; /* the most that were there at once */
    struct batch batch[WORKERS];
};

enum { WAIT_S = 30 }; /* for the one that does not come */

static int give_after_meeting(void *arg, int32_t worker, struct aorta_batch *view)
{
    struct meeting *meeting = arg;
    struct timespec until;
    bool is_first;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += WAIT_S;
    pthread_mutex_lock(&meeting->lock);
    is_first = !meeting->is_here[worker];
    meeting->is_here[worker] = true;
    meeting->met += is_first;
    pthread_cond_broadcast(&meeting->come);
    while (meeting->met < 2 &&
           pthread_cond_timedwait(&meeting->come, &meeting->lock, &until) != ETIMEDOUT)
        continue;
    pthread_mutex_unlock(&meeting->lock);
    if (!is_first)
        return 0;
    append_number(&meeting->batch[worker], worker);
    *view = batch_view(&meeting->batch[worker]);
    return 1;
}

TEST("a load is read by the database's threads at once")
{
    struct meeting meeting = {.lock = PTHREAD_MUTEX_INITIALIZER, .come = PTHREAD_COND_INITIALIZER};
    const struct aorta_feed feed = {&meeting, WORKERS, give_after_meeting};
    int64_t rows;

    open_table();
    check_str(ROWS("SELECT current_setting('threads')"), "2\n");
    for (int i = 0; i < WORKERS; i++)
        batch_init(&meeting.batch[i], fields, 2);
    check_ok(warehouse->begin(session, true, &err));
    check_ok(warehouse->load_from(session, "main", "t", fields, 2, &feed, &rows, &err));
    check_ok(warehouse->commit(session, &err));
    check(meeting.met >= 2);
    check_int(rows, meeting.met);
    check_str(ROWS("SELECT count(DISTINCT n) = count(*) AND count(*) >= 2 FROM t"), "true\n");
    for (int i = 0; i < WORKERS; i++)
        batch_release(&meeting.batch[i]);
    fixture_close();
}

TEST("a load leaves the order of other statements' rows as it was")
{
    static const char setting[] = "SELECT current_setting('preserve_insertion_order')";
    struct numbers numbers = {.workers = 2, .batches = 1};
    const struct aorta_feed feed = {NULL, 1, NULL};

    open_table();
    check_ok(pull_numbers(&numbers, NULL));
    check_str(ROWS(setting), "true\n");
    check_fails(warehouse->load_from(session, "main", "absent", fields, 2, &feed, NULL, &err),
                AORTA_CONFIG, "absent");
    check_str(ROWS(setting), "true\n");
    roll_back();
    fixture_close();
}

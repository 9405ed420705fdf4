/*
 * A key makes a request that is made twice one run: for a day, and in memory not for much longer.
 */
#include "test.h"

#include "base/clock.h"
#include "daemon/idempotency.h"
#include "store/database.h"

#include <string.h>

#define NOW INT64_C(1712233805000000)

static uv_loop_t loop;
static struct daemon owner = {.loop = &loop};
static bool is_past;

static void fail(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "%s", err->message);
}

/* With keys of now in the store, which are k1, k2 and so on. */
static void begin(int keys)
{
    struct database database;
    char sql[256];
    struct err err;

    clock_set_us(NOW);
    uv_loop_init(&loop);
    owner.journal = journal_open(&loop, test_folder(), fail, NULL, &err);
    check(owner.journal != NULL);
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT"
             " INTO idempotency SELECT char(10) || 'k' || i, '', '01A', %lld FROM n WHERE %d > 0",
             keys, (long long)NOW, keys);
    check_ok(database_open(&database, journal_path(owner.journal), DATABASE_WRITE, &err));
    check_ok(database_exec(&database, sql, &err));
    database_close(&database);
    owner.idempotency = idempotency_open(&owner, &err);
    check(owner.idempotency != NULL);
}

static void past(void *arg)
{
    (void)arg;
    is_past = true;
}

static void end(void)
{
    is_past = false;
    journal_barrier(owner.journal, (struct journal_then){past, NULL, NULL});
    while (!is_past)
        uv_run(&loop, UV_RUN_ONCE);
    idempotency_close(owner.idempotency);
    journal_close(owner.journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
    check(owner.jobs == NULL);
}

static struct job *job_of(const char *key, const char *address)
{
    struct job *job = work_job(&owner, NULL);

    job->request = arena_alloc(&job->arena, sizeof *job->request);
    *job->request = (struct request){.verb = "run", .idempotency_key = key, .address = address};
    return job;
}

static bool is_there(const struct job *job)
{
    const struct job *at = owner.jobs;

    while (at != NULL && at != job)
        at = at->next;
    return at != NULL;
}

/* What becomes of it: a new run, the same one as before, or none. */
static const char *ask(const char *key, const char *address)
{
    struct job *job = job_of(key, address);

    if (idempotency_answer(job))
        return is_there(job) ? "same" : "refused"; /* it waits to be told, or is over */
    snprintf(job->run.id, sizeof job->run.id, "01A");
    idempotency_note(job, job->run.id);
    work_forget(job);
    return "new";
}

TEST("a key counts for a day, from wherever it is sent")
{
    begin(0);
    check_str(ask("k", "10.0.0.1"), "new");
    check_str(ask("k", "10.0.0.1"), "same");
    check_str(ask("k", "10.0.0.2"), "same");
    check_str(ask("other", NULL), "new");
    clock_set_us(NOW + CLOCK_US_PER_DAY);
    check_str(ask("k", NULL), "same");
    clock_set_us(NOW + CLOCK_US_PER_DAY + 1);
    check_str(ask("k", NULL), "new");
    check_str(ask("k", NULL), "same");
    end();
}

TEST("keys of the day before are not kept in memory")
{
    begin(0);
    check_str(ask("old", NULL), "new");
    clock_set_us(NOW + CLOCK_US_PER_DAY / 2);
    check_str(ask("young", NULL), "new");
    clock_set_us(NOW + CLOCK_US_PER_DAY + 1);
    check_str(ask("new", NULL), "new");
    clock_set_us(NOW + 1000); /* by what was forgotten it can be told that it was */
    check_str(ask("old", NULL), "new");
    check_str(ask("young", NULL), "same");
    check_str(ask("new", NULL), "same");
    end();
}

TEST("a hundred thousand keys in a day are enough")
{
    begin(99999);
    check_str(ask("last", NULL), "new");
    check_str(ask("one more", NULL), "refused");
    check_str(ask("last", NULL), "same");
    clock_set_us(NOW + CLOCK_US_PER_DAY / 2);
    check_str(ask("one more", NULL), "refused");
    clock_set_us(NOW + CLOCK_US_PER_DAY + 1);
    check_str(ask("one more", NULL), "new");
    check_str(ask("last", NULL), "new"); /* it is a day old, too */
    end();
}

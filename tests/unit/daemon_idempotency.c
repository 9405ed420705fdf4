/*
 * A key makes a request that is made twice one run: for a day, and in memory not for much longer.
 */
#include "test.h"

#include "base/clock.h"
#include "daemon/idempotency.h"

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

static void begin(void)
{
    struct err err;

    clock_set_us(NOW);
    uv_loop_init(&loop);
    owner.journal = journal_open(&loop, test_folder(), fail, NULL, &err);
    check(owner.journal != NULL);
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
    journal_barrier(owner.journal, (struct journal_then){past, NULL});
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
    idempotency_note(job);
    work_forget(job);
    return "new";
}

TEST("a key counts for a day, from wherever it is sent")
{
    begin();
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
    begin();
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
    char key[16];

    begin();
    for (int i = 0; i < 100000; i++) {
        snprintf(key, sizeof key, "k%d", i);
        check_str(ask(key, NULL), "new");
    }
    check_str(ask("one more", NULL), "refused");
    check_str(ask("k7", NULL), "same");
    clock_set_us(NOW + CLOCK_US_PER_DAY + 1);
    check_str(ask("one more", NULL), "new");
    end();
}

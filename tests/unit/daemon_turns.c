/*
 * Who may begin now: what a suspect waits for, and what overlaps.
 */
#include "config_fixture.h"
#include "test.h"

#include "daemon/overlap.h"
#include "daemon/usage.h"

#include <stdio.h>
#include <string.h>

static struct daemon owner;
static struct request request;

/* A run of all assets, after those that there are. */
static void add_run(struct job *job, int64_t threads)
{
    static const char id[] = "01HTBWZX51QNNNNNNNNNNNNNNN";
    struct job **last = &owner.jobs;

    request = (struct request){.verb = "run", .threads = threads};
    *job = (struct job){.daemon = &owner, .request = &request, .has_run = true};
    run_init(&job->run, id, config_fixture_plan(""), &request);
    while (*last != NULL)
        last = &(*last)->next;
    *last = job;
}

static struct run_step *step_named(struct job *job, const char *name)
{
    for (size_t i = 0; i < job->run.step_count; i++)
        if (strcmp(job->run.steps[i].asset->name, name) == 0)
            return &job->run.steps[i];
    test_fail(__FILE__, __LINE__, "there is no step %s", name);
}

/* Those of the steps that may begin at the time: "a c". */
static const char *may_begin(struct job *job, const char *names, int64_t now_us)
{
    static char text[64];
    struct usage usage;
    struct obstacle obstacle;
    size_t used = 0;

    text[0] = '\0';
    usage_count(&usage, &owner, now_us);
    for (; *names != '\0'; names++)
        if (usage_allows(&usage, job, step_named(job, (char[]){*names, '\0'}), &obstacle))
            used += (size_t)snprintf(text + used, sizeof text - used, "%c", *names);
    usage_release(&usage);
    return text;
}

static void over(void *arg, struct run_step *step)
{
    (void)arg;
    (void)step;
}

static void lose(struct job *job, const char *name)
{
    run_lose_attempt(&job->run, step_named(job, name), false, "killed", 1000, over, NULL);
}

static void publish(struct job *job, const char *name)
{
    const struct report report = {.outcome = "published"};

    run_finish_attempt(&job->run, step_named(job, name), &report, 1000, over, NULL);
}

TEST("while a suspect waits for its executor, no other step begins there")
{
    struct job first, second;

    for (const char *name = "abcd"; *name != '\0'; name++)
        config_fixture_model("x", (char[]){*name, '\0'}, "select 1");
    add_run(&first, 0);
    add_run(&second, 0);
    run_begin_attempt(&first.run, step_named(&first, "a"), 1, 1000);
    run_begin_attempt(&first.run, step_named(&first, "b"), 2, 1000);
    lose(&first, "a");
    int64_t due_us = step_named(&first, "a")->ready_at_us;
    check(due_us > 1000);
    check_str(may_begin(&first, "acd", due_us - 1), "cd"); /* it rests: others need not */
    check_str(may_begin(&second, "cd", due_us - 1), "cd");
    check_str(may_begin(&first, "acd", due_us), ""); /* b is at work */
    check_str(may_begin(&second, "cd", due_us), "");
    publish(&first, "b");
    check_str(may_begin(&second, "cd", due_us), "");
    check_str(may_begin(&first, "acd", due_us), "a");
    run_begin_attempt(&first.run, step_named(&first, "a"), 3, due_us);
    check_str(may_begin(&second, "cd", due_us), "");
    publish(&first, "a");
    check_str(may_begin(&second, "cd", due_us), "cd");
    run_release(&first.run);
    run_release(&second.run);
}

TEST("a suspect that is not next in its run, which goes one step at a time, holds up nobody")
{
    struct job job;

    config_fixture_model("x", "a", "select 1");
    config_fixture_model("x", "b", "select 1");
    add_run(&job, 1);
    step_named(&job, "b")->is_suspect = true;
    check_str(may_begin(&job, "ab", 1000), "ab");
    run_begin_attempt(&job.run, step_named(&job, "a"), 1, 1000);
    publish(&job, "a");
    check_str(may_begin(&job, "b", 1000), "b");
    run_release(&job.run);
}

TEST("a run that is still being planned overlaps as one that waits does")
{
    const struct schedule_config configs[] = {
        {.name = "nightly", .overlap = OVERLAP_SKIP},
        {.name = "nightly", .overlap = OVERLAP_QUEUE},
        {.name = "nightly", .overlap = OVERLAP_CANCEL},
    };
    struct request tick = {.verb = "run", .trigger = "schedule:nightly"};
    struct request other = {.verb = "run", .trigger = "schedule:hourly"};
    struct job later = {.daemon = &owner, .request = &tick, .is_planning = true};
    struct job earlier = {.daemon = &owner, .request = &other, .is_planning = true, .next = &later};
    char reason[OVERLAP_REASON_SIZE];

    owner.jobs = &earlier;
    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        const struct schedule schedule = {.config = &configs[i], .trigger = "schedule:nightly"};
        check(overlap_settle(&owner, &schedule, &later, reason)); /* it does not wait for itself */
        check(!later.is_canceled);
        earlier.request = &tick;
        check(overlap_settle(&owner, &schedule, &later, reason) ==
              (configs[i].overlap != OVERLAP_SKIP));
        if (configs[i].overlap == OVERLAP_SKIP)
            check_str(reason, "a run of it is about to begin");
        check(earlier.is_canceled == (configs[i].overlap == OVERLAP_CANCEL));
        earlier.request = &other;
    }
}

/*
 * How an asset's steps are run: the settings, and what the state machine makes of them.
 */
#include "config_fixture.h"
#include "test.h"

#include "run/backoff.h"
#include "run/run.h"

#include <stdio.h>
#include <string.h>

static const char ID[] = "01HTBWZX51QNNNNNNNNNNNNNNN";

#define TARGET                                                                                 \
    "[target.dev]\n[target.dev.connection.warehouse]\nconnector = \"duck\"\npath = \"w.db\"\n" \
    "[target.dev.connection.oltp]\nconnector = \"base\"\n"

static void write_pipeline(const char *head, const char *rest)
{
    char text[2048];

    snprintf(text, sizeof text, "[pipeline]\nname = \"test\"\n%s" TARGET "%s", head, rest);
    config_fixture_write("pipeline.toml", text);
}

static void write_model(const char *name, const char *settings)
{
    char path[128];

    config_fixture_model("x", name, "select 1");
    snprintf(path, sizeof path, "assets/x/%s.toml", name);
    config_fixture_write(path, settings);
}

static const struct policy *policy_of(const struct plan *plan, const char *name)
{
    const struct asset *asset = graph_find(plan->graph, name);

    check(asset != NULL);
    return &asset->policy;
}

TEST("an asset that says nothing is tried four times, and takes what time it takes")
{
    config_fixture_model("x", "a", "select 1");
    struct plan *plan = config_fixture_plan("");
    const struct policy *policy = policy_of(plan, "a");

    check_int(policy->attempts, 4);
    check_int(policy->delay_ms, 250);
    check_int(policy->max_delay_ms, 300000);
    check_int(policy->timeout_ms, 0);
    check_int(policy->priority, 0);
    check_int(policy->slots_count, 0);
    check_int(plan->pipeline->run_timeout_ms, 0);
    plan_free(plan);
}

TEST("what an asset says of its steps is read, with the slots that each takes")
{
    write_pipeline("run_timeout = \"6h\"\n",
                   "max_steps = 3\n[pool.api]\nslots = 2\n[limit.big]\ntag = \"heavy\"\n"
                   "at_once = 1\n[limit.other]\ntag = \"light\"\nat_once = 7\n");
    write_model("a", "tags = [\"heavy\", \"x\"]\npool = \"api\"\npriority = 10\n"
                     "timeout = \"1h\"\n"
                     "retry = { attempts = 3, delay = \"10s\", max_delay = \"5m\" }\n");
    write_model("b", "tags = [\"light\"]\nretry = { delay = \"10m\" }\n");
    config_fixture_write("assets/x/c.toml",
                         "kind = \"source\"\nfrom = { connection = \"oltp\", table = \"c\", mode = "
                         "\"full_refresh\" }\n");
    struct plan *plan = config_fixture_plan("");
    check_int(plan->problems.count, 0);
    const struct policy *a = policy_of(plan, "a"), *b = policy_of(plan, "b");
    const struct policy *c = policy_of(plan, "c");

    check_int(a->attempts, 3);
    check_int(a->delay_ms, 10000);
    check_int(a->max_delay_ms, 300000);
    check_int(a->timeout_ms, 3600000);
    check_int(a->priority, 10);
    check_str(a->pool->name, "api");
    check_int(a->slots_count, 2);
    check_str(a->slots[0]->name, "pool api");
    check_int(a->slots[0]->count, 2);
    check_str(a->slots[1]->name, "limit big");
    check_int(a->slots[1]->count, 1);
    check_int(b->attempts, 4);
    check_int(b->max_delay_ms, 600000); /* no less than the delay */
    check_int(b->slots_count, 1);
    check_str(b->slots[0]->name, "limit other");
    check_int(c->slots_count, 1);
    check_str(c->slots[0]->name, "connection oltp");
    check_int(c->slots[0]->count, 3);
    check_int(plan->pipeline->run_timeout_ms, 6 * 3600000);
    plan_free(plan);
}

TEST("what is wrong with the settings is said where it stands")
{
    write_pipeline("run_timeout = \"0s\"\n",
                   "max_steps = 0\n[pool.api]\nslots = 0\n[pool.crm]\nslot = 1\n"
                   "[pool]\nflat = 3\n[limit.big]\ntag = \"heavi\"\nat_once = 20000\n");
    write_model("a", "pool = \"apu\"\npriority = 5000\ntimeout = \"0s\"\n"
                     "retry = { attempts = 0, delay = \"2d\" }\n");
    write_model("b", "pool = \"warehouse\"\ntimeout = \"soon\"\n"
                     "retry = { attempts = 200, delay = \"10s\", max_delay = \"1s\" }\n");
    write_model("c", "retry = { max_delay = \"2d\", attempt = 3 }\npools = \"api\"\n");
    const char *lines = config_fixture_problems();

    check_contains(lines, "pipeline.toml:3:1: run_timeout must be more than 0s and at most 365d");
    check_contains(lines, "pipeline.toml:10:1: max_steps must be from 1 to 10000, not 0");
    check_contains(lines, "pipeline.toml:12:1: slots must be from 1 to 10000, not 0");
    check_contains(lines, "pipeline.toml:13:7: slots is missing");
    check_contains(lines, "unknown key \"slot\": did you mean \"slots\"?");
    check_contains(lines, "pool.flat must be a table, not an integer");
    check_contains(lines, "at_once must be from 1 to 10000, not 20000");
    check_contains(lines, "assets/x/a.toml:1:1: there is no pool \"apu\": did you mean \"api\"?");
    check_contains(lines, "assets/x/a.toml:2:1: priority must be from -1000 to 1000");
    check_contains(lines, "assets/x/a.toml:3:1: timeout must be more than 0s and at most 365d");
    check_contains(lines,
                   "assets/x/a.toml:4:11: attempts must be from 1, which is no retry, to 100");
    check_contains(lines, "assets/x/a.toml:4:25: delay must be at most 1d");
    check_contains(lines, "assets/x/b.toml:1:1: there is no pool \"warehouse\": declare it as "
                          "[pool.warehouse] in pipeline.toml");
    check_contains(lines, "assets/x/b.toml:2:1: timeout must be a duration like \"30s\"");
    check(strstr(lines, "b.toml:2:1: timeout must be more") == NULL); /* one of it is enough */
    check_contains(lines, "assets/x/b.toml:3:11: attempts must be");
    check_contains(lines, "assets/x/b.toml:3:42: max_delay is less than delay");
    check_contains(lines, "assets/x/c.toml:1:11: max_delay must be at most 1d");
    check_contains(lines, "unknown key \"attempt\": did you mean \"attempts\"?");
    check_contains(lines, "unknown key \"pools\": did you mean \"pool\"?");
}

TEST("a limit of a tag that no asset has is a mistake")
{
    write_pipeline("", "[limit.big]\ntag = \"heavi\"\nat_once = 1\n"
                       "[limit.odd]\ntag = \"zzzzzzz\"\nat_once = 1\n");
    write_model("a", "tags = [\"heavy\"]\n");
    const char *lines = config_fixture_problems();

    check_contains(lines, "pipeline.toml:10:1: limit big: no asset has the tag \"heavi\": did you "
                          "mean \"heavy\"?");
    check_contains(lines, "pipeline.toml:13:1: limit odd: no asset has the tag \"zzzzzzz\"");
}

TEST("waits double up to the most, less up to half; the same attempt waits as long each time")
{
    static const struct {
        int64_t failure, full_us;
    } cases[] = {{1, 10000000},  {2, 20000000},  {3, 40000000},   {5, 160000000},
                 {6, 300000000}, {7, 300000000}, {60, 300000000}, {100, 300000000}};
    int64_t least = INT64_MAX, most = 0;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint64_t seed = 0; seed < 1000; seed++) {
            int64_t wait = backoff_us(10000, 300000, cases[i].failure, seed);
            check(wait > cases[i].full_us / 2);
            check(wait <= cases[i].full_us);
            check_int(wait, backoff_us(10000, 300000, cases[i].failure, seed));
        }
    for (uint64_t seed = 0; seed < 1000; seed++) { /* and they are spread over all of that */
        int64_t wait = backoff_us(1000, 1000, 1, seed);
        least = wait < least ? wait : least;
        most = wait > most ? wait : most;
    }
    check(least < 510000 && most > 990000);
    check_int(backoff_us(0, 0, 3, 7), 0);
    check_int(backoff_us(0, 1000, 100, 7), 0);
    check_int(backoff_us(250, 0, 1, 7), 0);
    uint64_t seed = backoff_seed(ID, "x.a", 1);
    check(seed == backoff_seed(ID, "x.a", 1));
    check(seed != backoff_seed(ID, "x.a", 2));
    check(seed != backoff_seed(ID, "x.b", 1));
    check(seed != backoff_seed("01HTBWZX51QNNNNNNNNNNNNNNM", "x.a", 1));
}

/* ----------------------------------------------------------------------------- the state machine */

static size_t told;

static void hear(void *arg, struct run_step *step)
{
    check(arg == (void *)&told && step_is_over(step));
    told++;
}

static void start(struct run *run)
{
    struct request request = {0};
    struct plan *plan = config_fixture_plan("");

    check_int(plan->problems.count, 0);
    run_init(run, ID, plan, &request);
    told = 0;
}

static struct run_step *step_named(struct run *run, const char *name)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (strcmp(run->steps[i].asset->name, name) == 0)
            return &run->steps[i];
    test_fail(__FILE__, __LINE__, "there is no step %s", name);
}

static const struct report refused = {
    .outcome = "failed", .error_code = "transient", .error = "refused"};
static const struct report interrupted = {.outcome = "canceled", .error = "interrupted"};

TEST("a step is tried as often as its asset says, and waits as its asset says")
{
    struct run run;
    int64_t now = 1000000;

    write_model("a", "retry = { attempts = 3, delay = \"10s\", max_delay = \"15s\" }\n");
    write_model("b", "retry = { attempts = 1 }\n");
    start(&run);
    struct run_step *a = step_named(&run, "a"), *b = step_named(&run, "b");
    for (int64_t i = 1; i <= 3; i++) {
        run_begin_attempt(&run, a, i, now);
        run_finish_attempt(&run, a, &refused, now, hear, &told);
        if (i == 3)
            break;
        check_int(a->state, STEP_READY);
        check_int(a->ready_at_us - now, backoff_us(10000, 15000, i, backoff_seed(ID, "x.a", i)));
        now = a->ready_at_us;
    }
    check_int(a->state, STEP_FAILED);
    run_begin_attempt(&run, b, 4, now);
    run_lose_attempt(&run, b, true, "killed", now, hear, &told);
    check_int(b->state, STEP_FAILED);
    check_int(told, 2);
    run_release(&run);
}

TEST("ready steps stand in the order of their priorities, then of the graph")
{
    struct run run;
    char order[16] = "";
    size_t count = 0;

    write_model("a", "priority = -1\n");
    write_model("b", "");
    write_model("c", "priority = 10\n");
    write_model("d", "");
    start(&run);
    check_int(run.ready.count, 4);
    run_begin_attempt(&run, step_named(&run, "b"), 1, 1);
    check_int(run.ready.count, 3);
    check_int(run.running.count, 1);
    run_finish_attempt(&run, step_named(&run, "b"), &refused, 1, hear, &told); /* back again */
    for (const struct run_step *step = run.ready.first; step != NULL; step = step->later)
        order[count++] = step->asset->name[0];
    check_str(order, "cbda");
    check_int(run.running.count, 0);
    run_release(&run);
}

TEST("a step that exceeds its timeout has failed, and is not tried again")
{
    struct run run;

    write_model("a", "timeout = \"90s\"\n");
    write_model("b", "timeout = \"2h\"\n");
    write_model("c", "");
    start(&run);
    struct run_step *a = step_named(&run, "a"), *b = step_named(&run, "b");
    check_int(a->ends_us, 0);
    run_begin_attempt(&run, a, 1, 1000);
    run_begin_attempt(&run, b, 2, 1000);
    run_begin_attempt(&run, step_named(&run, "c"), 3, 1000);
    check_int(a->ends_us, 90001000);
    check_int(b->ends_us, INT64_C(7200001000));
    check_int(step_named(&run, "c")->ends_us, 0);

    run_finish_attempt(&run, a, &refused, 2000, hear, &told); /* each attempt has its time */
    run_begin_attempt(&run, a, 4, 5000000);
    check_int(a->ends_us, 95000000);

    step_time_out(a);
    check_int(a->state, STEP_RUNNING); /* until it has ended */
    check_int(a->ends_us, 0);
    run_finish_attempt(&run, a, &interrupted, 95000001, hear, &told);
    check_int(a->state, STEP_FAILED);
    check_int(a->code, ERR_CONFIG);
    check_str(a->reason, "took longer than its timeout of 90s");

    step_time_out(b);
    run_lose_attempt(&run, b, true, "the executor was killed", 95000002, hear, &told);
    check_int(b->state, STEP_FAILED);
    check_str(b->reason, "took longer than its timeout of 2h");
    run_finish_attempt(&run, step_named(&run, "c"), &(struct report){.outcome = "published"}, 1,
                       hear, &told);
    check_int(run.state, RUN_FAILED);
    run_release(&run);
}

TEST("what a step said before it could be interrupted counts; what may pass is not tried again")
{
    struct run run;

    write_model("a", "timeout = \"1s\"\n");
    write_model("b", "timeout = \"1s\"\n");
    write_model("c", "timeout = \"1s\"\n");
    start(&run);
    struct report wrong = {.outcome = "failed", .error_code = "config", .error = "no column"};
    const struct report *reports[] = {&(struct report){.outcome = "published"}, &refused, &wrong};
    for (size_t i = 0; i < 3; i++) {
        run_begin_attempt(&run, &run.steps[i], (int64_t)i + 1, 1);
        step_time_out(&run.steps[i]);
        run_finish_attempt(&run, &run.steps[i], reports[i], 2, hear, &told);
    }
    check_int(step_named(&run, "a")->state, STEP_PUBLISHED);
    check_str(step_named(&run, "b")->reason, "took longer than its timeout of 1s");
    check_str(step_named(&run, "c")->reason, "no column");
    run_release(&run);
}

TEST("a run that exceeds its timeout has failed, with all that it had left to do")
{
    struct run run;

    write_pipeline("run_timeout = \"90m\"\n", "");
    write_model("a", "");
    config_fixture_model("x", "b", "select * from {{ ref('a') }}");
    write_model("c", "");
    start(&run);
    check_int(run.ends_us, 0);
    run_begin(&run, 7);
    check_int(run.ends_us, INT64_C(5400000007));
    run_begin_attempt(&run, step_named(&run, "a"), 1, 8);
    run_begin_attempt(&run, step_named(&run, "c"), 2, 8);
    run_finish_attempt(&run, step_named(&run, "c"), &(struct report){.outcome = "published"}, 9,
                       hear, &told);
    run_time_out(&run, INT64_C(5400000007), hear, &told);
    check_int(step_named(&run, "b")->state, STEP_CANCELED);
    check(!run_is_over(&run));
    run_finish_attempt(&run, step_named(&run, "a"), &interrupted, INT64_C(5400000008), hear, &told);
    check_int(step_named(&run, "a")->state, STEP_FAILED);
    check_str(step_named(&run, "a")->reason, "the run took longer than its run_timeout of 90m");
    check_str(step_named(&run, "b")->reason, "the run took longer than its run_timeout of 90m");
    check_int(step_named(&run, "c")->state, STEP_PUBLISHED);
    check_int(run.state, RUN_FAILED);
    check_int(told, 3);
    run_release(&run);
}

TEST("a run has as many steps at once as was asked for, within what there may be")
{
    static const struct {
        int64_t asked, has;
    } cases[] = {{-1, 0}, {INT64_MIN, 0}, {0, 0}, {1, 1}, {64, 64}, {65, 64}, {INT64_MAX, 64}};

    write_pipeline("", "");
    write_model("a", "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct request request = {.threads = cases[i].asked};
        struct run run;
        run_init(&run, ID, config_fixture_plan(""), &request);
        check_int(run.threads, cases[i].has);
        run_release(&run);
    }
}

/* A stream "lake" with the setting, and a model. */
static void write_stream(const char *setting)
{
    char text[512];

    snprintf(text, sizeof text,
             "kind = \"stream\"\nfrom = { connection = \"broker\", topic = \"t\" }\n"
             "into = { connection = \"files\", topic = \"t\" }\ntime = { unit = \"log\" }\n%s",
             setting);
    write_pipeline("run_timeout = \"90m\"\n",
                   "[target.dev.connection.broker]\nconnector = \"log\"\nembedded = true\n"
                   "[target.dev.connection.files]\nconnector = \"lake\"\n");
    write_model("a", "timeout = \"1s\"\n");
    config_fixture_write("assets/x/lake.toml", text);
}

static void start_stream(struct run *run, const char *setting)
{
    struct request request = {.verb = "stream"};

    write_stream(setting);
    struct plan *plan = config_fixture_plan("");
    check_int(plan->problems.count, 0);
    run_init(run, ID, plan, &request);
    told = 0;
}

TEST("a stream has time to begin before its silence counts")
{
    write_stream("timeout = \"2s\"\n");
    check_str(config_fixture_problems(),
              "assets/x/lake.toml:5:1: the timeout of a stream is how long it may say nothing: at "
              "least 3s, since it says how far it is once it has begun\n");
}

TEST("a stream fails when it says nothing for as long as its timeout, or five minutes")
{
    static const struct {
        const char *setting, *reason;
        int64_t silence_us;
    } cases[] = {
        {"", "has said nothing for 5m, its timeout", 300000000},
        {"timeout = \"7s\"\n", "has said nothing for 7s, its timeout", 7000000},
    };
    /* Told to end, it ends well, if it still can. */
    static const struct report ends[] = {{.outcome = "canceled"}, {.outcome = "published"}};
    struct run run;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start_stream(&run, cases[i].setting);
        struct run_step *lake = step_named(&run, "lake");
        run_begin_attempt(&run, lake, 1, 1000);
        check_int(lake->ends_us, cases[i].silence_us + 1000);
        run_hear_progress(&run, lake, 7000);
        check_int(lake->ends_us, cases[i].silence_us + 7000);
        step_time_out(lake);
        run_hear_progress(&run, lake, 8000); /* too late: it was told to end */
        check_int(lake->ends_us, 0);
        run_finish_attempt(&run, lake, &ends[i], 9000, hear, &told);
        check_int(lake->state, STEP_FAILED);
        check_str(lake->reason, cases[i].reason);
        run_release(&run);
    }
}

TEST("a step that is no stream may talk as it likes: its timeout stands")
{
    struct run run;

    write_model("a", "timeout = \"90s\"\n");
    start(&run);
    struct run_step *a = step_named(&run, "a");
    run_begin_attempt(&run, a, 1, 1000);
    run_hear_progress(&run, a, 7000);
    check_int(a->ends_us, 90001000);
    run_release(&run);
}

TEST("a run with a stream has no timeout, nor has what else is in it")
{
    struct run run;

    start_stream(&run, "");
    run_begin(&run, 7);
    check_int(run.ends_us, 0);
    run_begin_attempt(&run, step_named(&run, "a"), 1, 8);
    check_int(step_named(&run, "a")->ends_us, 0);
    run_release(&run);
}

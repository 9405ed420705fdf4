/*
 * What is made without anybody asking: a small world whose assets are made, fail and change.
 */
#include "schedule_world.h"

/* ---- eager ----------------------------------------------------------------------------------- */

static void chain_world(void)
{
    model("orders", "", TABLE);
    model("stg", "orders", TABLE EAGER);
    model("sales", "stg countries", TABLE EAGER);
    model("countries", "", TABLE);
    begin_world();
}

TEST("what is missing is made when what it reads is there, or is to be made with it")
{
    chain_world();
    check_str(due(), "");
    make("orders");
    check_str(due(), "stg");
    make("countries");
    check_str(due(), "stg sales(stg)");
    make("stg sales");
    check_str(due(), "");
    end_world();
}

TEST("a parent that was made by a run of its own is followed by all of the chain, in one run")
{
    chain_world();
    make("orders countries stg sales");
    check_str(due(), "");
    make("orders");
    check_str(due(), "stg(orders) sales(stg)");
    make("stg sales");
    check_str(due(), "");
    make("countries");
    check_str(due(), "sales(countries)");
    end_world();
}

TEST("a run that makes a parent and the asset leaves nothing to do, also when the asset failed")
{
    chain_world();
    make("orders countries stg sales");
    make("orders stg sales");
    check_str(due(), "");
    make("orders stg");
    begin("sales"); /* and fails */
    check_str(due(), "");
    make("orders");
    fact("stg")->handled_us = ++now; /* it was skipped: the run's end */
    fact("sales")->handled_us = ++now;
    check_str(due(), "");
    end_world();
}

TEST("while it is in a run, or something above it is being made, it waits")
{
    chain_world();
    make("orders countries stg sales");
    make("countries");
    fact("orders")->is_in_run = fact("orders")->is_being_made = true;
    check_str(due(), "");
    fact("orders")->is_being_made = false; /* the run goes on with something else */
    check_str(due(), "sales(countries)");
    fact("sales")->is_in_run = true;
    check_str(due(), "");
    end_world();
}

TEST("a parent that a blocking check rejected holds back, until it is well or made with it")
{
    chain_world();
    make("orders countries stg sales");
    make("countries");
    fact("stg")->is_rejected = true;
    check_str(due(), "");
    make("orders");
    check_str(due(), "stg(orders) sales(stg)");
    make("stg");
    check_str(due(), "sales(stg)");
    end_world();
}

TEST("one attempt for what there is to read: canceled, failed or refused, it is not tried again")
{
    chain_world();
    make("orders countries stg sales orders");
    request();
    check_str(due(), "");
    begin("stg"); /* fails */
    fact("sales")->handled_us = ++now;
    check_str(due(), "");
    make("orders");
    check_str(due(), "stg(orders) sales(stg)");
    end_world();
}

TEST("what was not there when it was asked for in vain is tried again with something new to read")
{
    chain_world();
    make("orders countries");
    request();
    begin("stg");
    check_str(due(), "");
    make("countries");
    check_str(due(), ""); /* sales cannot be made: stg is missing */
    make("orders");
    check_str(due(), "stg sales(stg)");
    end_world();
}

TEST("between two runs there is the minimum gap, and time alone ends it")
{
    model("orders", "", TABLE);
    model("sales", "orders", TABLE EAGER "minimum_gap = \"10m\"\n");
    begin_world();
    make("orders sales orders");
    check_str(due(), "");
    int64_t again = verdicts[graph_find(plan->graph, "sales")->order].again_us;
    check_int(again, fact("sales")->handled_us + 10 * MINUTE);
    now = again - 2;
    check_str(due(), "");
    now = again - 1;
    check_str(due(), "sales(orders)");
    request();
    make("orders");
    check_str(due(), "");
    now -= DAY; /* a clock that is set back */
    check_str(due(), "sales(orders)");
    end_world();
}

TEST(
    "below a stream there is a gap of a minute if none is declared, and the stream is never waited for")
{
    config_fixture_write("assets/lake/events_lake.toml",
                         "kind = \"stream\"\n"
                         "from = { connection = \"broker\", topic = \"t\" }\n"
                         "into = { connection = \"files\", topic = \"t\" }\n"
                         "time = { unit = \"log\" }\n");
    config_fixture_write("assets/raw/events.toml",
                         "kind = \"source\"\n" EAGER
                         "from = { connection = \"files\", topic = \"t\" }\n");
    begin_world();
    fact("events_lake")->is_in_run = fact("events_lake")->is_being_made = true;
    check_str(due(), "events");
    make("events");
    for (int i = 0; i < 5; i++) {
        publish("events_lake");
        check_str(due(), "");
    }
    now += MINUTE;
    check_str(due(), "events(events_lake)");
    make("events");
    now += MINUTE;
    check_str(due(), "");
    end_world();
}

TEST("a view without automation is looked through; one that is missing is waited for")
{
    model("orders", "", TABLE);
    model("shown", "orders", "");
    model("sales", "shown", TABLE EAGER);
    begin_world();
    make("orders");
    check_str(due(), "");
    make("shown sales");
    check_str(due(), "");
    make("orders");
    check_str(due(), "sales(shown)");
    request();
    check_str(due(), "");
    make("orders");
    fact("orders")->is_rejected = true;
    check_str(due(), "");
    end_world();
}

TEST("an asset without automation stops the chain, if it is no view")
{
    model("orders", "", TABLE);
    model("middle", "orders", TABLE);
    model("sales", "middle", TABLE EAGER);
    begin_world();
    make("orders middle sales orders");
    check_str(due(), "");
    make("middle");
    check_str(due(), "sales(middle)");
    end_world();
}

TEST("what is paused is not made, nor what waits for it")
{
    chain_world();
    make("orders countries stg sales orders");
    fact("stg")->is_paused = true;
    check_str(due(), "");
    fact("stg")->is_paused = false;
    check_str(due(), "stg(orders) sales(stg)");
    end_world();
}

TEST("what was found fresh is there, though nobody here has published it")
{
    chain_world();
    make("orders countries");
    begin("stg");
    fact("stg")->confirmed_us = now;
    check_str(due(), "sales");
    end_world();
}

/* ---- on_missing, on_cron --------------------------------------------------------------------- */

TEST("on_missing: made once when all that it reads is there, and not when that changes")
{
    model("orders", "", TABLE);
    model("sales", "orders", TABLE "automation = \"on_missing\"\n");
    begin_world();
    check_str(due(), "");
    make("orders");
    check_str(due(), "sales");
    request();
    check_str(due(), "");
    make("sales orders orders");
    check_str(due(), "");
    end_world();
}

#define AT_SIX "automation = { on_cron = \"0 6 * * *\", timezone = \"Europe/London\" }\n"

TEST("on_cron: once a tick, when all that it reads was updated since, or found fresh")
{
    model("orders", "", TABLE);
    model("countries", "", TABLE);
    model("sales", "orders countries", TABLE AT_SIX);
    begin_world();
    fact("sales")->since_us = now;
    make("orders countries");
    now = MIDNIGHT + 6 * HOUR; /* BST or GMT: 20000 days are 2024-10-04 */
    make("orders countries");
    check_str(due(), "sales"); /* 06:00 BST was at 05:00 UTC */
    request();
    check_str(due(), "");
    make("sales orders countries");
    check_str(due(), "");
    check_int(verdicts[graph_find(plan->graph, "sales")->order].again_us, MIDNIGHT + 29 * HOUR);
    now = MIDNIGHT + 29 * HOUR;
    make("orders");
    check_str(due(), "");
    begin("countries");
    fact("countries")->confirmed_us = now; /* nothing to do */
    check_str(due(), "sales");
    make("sales"); /* by hand: then that was it for this tick */
    check_str(due(), "");
    end_world();
}

TEST("on_cron: a chain of one time is one run; a tick from before it was declared does not count")
{
    model("orders", "", TABLE AT_SIX);
    model("shown", "orders", "");
    model("sales", "shown", TABLE AT_SIX);
    begin_world();
    make("shown");
    now = MIDNIGHT + 12 * HOUR;
    fact("orders")->since_us = fact("sales")->since_us = now;
    check_str(due(), "");
    now = MIDNIGHT + DAY + 12 * HOUR;
    check_str(due(), "orders sales");
    fact("orders")->is_in_run = fact("orders")->is_being_made = true;
    check_str(due(), "");
    fact("orders")->is_in_run = fact("orders")->is_being_made = false;
    make("orders sales");
    check_str(due(), "");
    end_world();
}

TEST("on_cron: a view is as up to date as the oldest of what it shows")
{
    model("orders", "", TABLE);
    model("countries", "", TABLE);
    model("shown", "orders countries", "");
    model("sales", "shown", TABLE AT_SIX);
    begin_world();
    fact("sales")->since_us = now;
    make("orders countries shown");
    now = MIDNIGHT + 6 * HOUR;
    make("countries");
    check_str(due(), "");
    make("orders");
    check_str(due(), "sales");
    make("sales");
    now += DAY;
    make("orders");
    check_str(due(), "");
    make("countries");
    check_str(due(), "sales");
    end_world();
}

TEST(
    "on_cron: what somebody else makes is not waited for; a failure is not tried before the next tick")
{
    config_fixture_write("assets/raw/theirs.toml", "kind = \"external\"\n");
    model("sales", "theirs", TABLE AT_SIX);
    begin_world();
    now = MIDNIGHT + 6 * HOUR;
    check_str(due(), "sales");
    begin("sales");
    check_str(due(), "");
    now += DAY;
    check_str(due(), "sales");
    request();
    check_str(due(), "");
    end_world();
}

/* ---- partitions ------------------------------------------------------------------------------ */

TEST("partitions that are owed are asked for by themselves, once for what they would be made of")
{
    model("orders", "", TABLE);
    model("days", "orders", TABLE EAGER);
    model("sales", "days", TABLE EAGER);
    begin_world();
    fact("days")->is_partitioned = true;
    make("orders days sales");
    make("orders");
    check_str(due(), ""); /* whatever was made: its partitions say what is to be done */
    fact("days")->owed = 7;
    fact("days")->partition_due_us = MIDNIGHT + DAY;
    check_str(due(), "days"); /* and sales waits for it */
    check_int(verdicts[graph_find(plan->graph, "days")->order].why, AUTOMATION_PARTITIONS);
    check_int(verdicts[graph_find(plan->graph, "days")->order].again_us, MIDNIGHT + DAY);
    request();
    check_str(due(), "");
    fact("days")->owed = 8;
    fact("days")->is_in_run = true;
    check_str(due(), "");
    fact("days")->is_in_run = false;
    check_str(due(), "days");
    request();
    make("days");
    fact("days")->owed = 9;
    check_str(due(), "days"); /* what is due of sales waits for that, too */
    fact("days")->owed = 0;
    check_str(due(), "sales(days)");
    end_world();
}

TEST("partitions do not wait for others of what they read that were rejected")
{
    model("orders", "", TABLE);
    model("days", "orders", TABLE EAGER);
    model("sales", "days", TABLE EAGER);
    begin_world();
    make("orders days sales");
    fact("days")->is_partitioned = fact("sales")->is_partitioned = true;
    fact("days")->is_rejected = true;
    fact("sales")->owed = 7;
    check_str(due(), "sales");
    fact("days")->is_partitioned = false;
    check_str(due(), "");
    end_world();
}

TEST("partitions wait for what they read, for a pause and for the minimum gap")
{
    model("orders", "", TABLE);
    model("days", "orders", TABLE EAGER "minimum_gap = \"1h\"\n");
    begin_world();
    fact("days")->is_partitioned = true;
    fact("days")->owed = 7;
    check_str(due(), ""); /* orders is missing */
    make("orders");
    check_str(due(), "days");
    fact("days")->is_paused = true;
    check_str(due(), "");
    fact("days")->is_paused = false;
    make("days");
    fact("days")->owed = 8;
    check_str(due(), "");
    now += HOUR;
    check_str(due(), "days");
    end_world();
}

/* ---- what it waits for ----------------------------------------------------------------------- */

TEST("what is not to be made says what it waits for")
{
    chain_world();
    check_str(waits("stg"), "m.orders, which is not there");
    make("orders countries stg sales");
    check_str(waits("sales"), "a change of what it reads");
    make("countries");
    check_str(waits("sales"), "nothing: it is about to be made");
    fact("stg")->is_rejected = true;
    check_str(waits("sales"), "m.stg, which was rejected by its checks");
    fact("stg")->is_rejected = false;
    fact("orders")->is_in_run = fact("orders")->is_being_made = true;
    check_str(waits("sales"), "m.stg, which is being made, or what it reads");
    fact("sales")->is_in_run = true;
    check_str(waits("sales"), "the end of the run that makes it");
    fact("sales")->is_paused = true;
    check_str(waits("sales"), "aorta resume asset:m.sales: it is paused");
    end_world();
}

TEST("what waits for a time says which")
{
    model("orders", "", TABLE);
    model("slow", "orders", TABLE EAGER "minimum_gap = \"1h\"\n");
    model("daily", "orders", TABLE "automation = { on_cron = \"0 0 * * *\" }\n");
    model("there", "orders", TABLE "automation = \"on_missing\"\n");
    begin_world();
    make("orders slow daily there");
    check_str(waits("there"), "nothing: it is there");
    check_str(waits("daily"), "its tick at 2024-10-05T00:00:00Z");
    make("orders");
    check_str(waits("slow"), "the end of its minimum gap, 2024-10-04T01:00:00Z");
    now += DAY;
    check_str(waits("slow"), "nothing: it is about to be made");
    check_str(waits("daily"), "m.orders, to be brought up to date since the tick");
    make("orders");
    check_str(waits("daily"), "nothing: it is about to be made");
    end_world();
}

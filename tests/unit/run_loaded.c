/*
 * A pipeline that was read, and whether its files have changed since.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/clock.h"
#include "run/loaded.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>

#define HOUR (3600 * CLOCK_US_PER_SECOND)

static struct loaded *loaded_at(int64_t now_us)
{
    const struct request request = {.folder = config_fixture_folder()};

    clock_set_us(now_us);
    struct loaded *loaded = loaded_read(&request);
    check_int(loaded->problems.count, 0);
    return loaded;
}

TEST("what has just been changed is read again, and no longer when that is a while ago")
{
    int64_t now_us = clock_now_us();

    config_fixture_model("x", "a", "select 1");
    struct loaded *loaded = loaded_at(clock_now_us());
    check(!loaded_is_current(loaded));
    loaded_release(loaded);
    loaded = loaded_at(now_us + HOUR);
    check(loaded_is_current(loaded));
    config_fixture_model("x", "a", "select 11");
    check(!loaded_is_current(loaded));
    loaded_release(loaded);
}

TEST("whatever is in the folder of assets is looked at, whether it is an asset or not")
{
    static const char *const others[] = {"assets/seeds/codes.csv", "assets/questions/ages.sql",
                                         "assets/README"};

    config_fixture_model("x", "a", "select 1");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct loaded *loaded = loaded_at(clock_now_us() + HOUR);
        check(loaded_is_current(loaded));
        config_fixture_write(others[i], "select 1 as code\n");
        check(!loaded_is_current(loaded));
        loaded_release(loaded);
    }
}

/* Enough of them that threads share the work: each refers to the one before; some are wrong. */
static void write_many(bool are_wrong)
{
    enum { MANY = 240 };
    char name[16], sql[80];

    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "m%03d", i);
        if (are_wrong && i % 40 == 7)
            snprintf(sql, sizeof sql, "select {{ %d", i);
        else if (are_wrong && i % 40 == 9)
            snprintf(sql, sizeof sql, "select * from {{ ref('n%03d') }}", i);
        else if (i > 0)
            snprintf(sql, sizeof sql, "select * from {{ ref('m%03d') }}", i - 1);
        else
            snprintf(sql, sizeof sql, "select 1");
        config_fixture_model(i % 2 == 0 ? "even" : "odd", name, sql);
    }
}

static void stay_on_one_processor(void)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    check_int(sched_setaffinity(0, sizeof one, &one), 0);
}

TEST("many assets are the same, in the same order, on however many processors they are read")
{
    const struct request request = {.folder = config_fixture_folder()};

    write_many(false);
    struct loaded *several = loaded_read(&request);
    stay_on_one_processor();
    struct loaded *one = loaded_read(&request);
    check_int(several->problems.count, 0);
    check_int(several->graph.count, 240);
    check_int(one->graph.count, 240);
    for (size_t i = 0; i < 240; i++) {
        char name[16];
        const struct asset *asset = several->graph.assets[i];
        snprintf(name, sizeof name, "m%03zu", i);
        check_str(asset->name, name);
        check_str(asset->name, one->graph.assets[i]->name);
        check_int(asset->parent_count, i > 0);
        check(i == 0 || asset->parents[0] == several->graph.assets[i - 1]);
    }
    check(several->signature == one->signature);
    loaded_release(several);
    loaded_release(one);
}

TEST("what is wrong with many assets is told in the same order, on however many processors")
{
    const struct request request = {.folder = config_fixture_folder()};

    write_many(true);
    struct loaded *several = loaded_read(&request);
    stay_on_one_processor();
    struct loaded *one = loaded_read(&request);
    check_int(several->problems.count, 6 + 6);
    check_int(one->problems.count, several->problems.count);
    for (size_t i = 0; i < one->problems.count; i++) {
        const struct problem *a = &several->problems.items[i], *b = &one->problems.items[i];
        check_str(a->file, b->file);
        check_int(a->line, b->line);
        check_str(a->message, b->message);
    }
    loaded_release(several);
    loaded_release(one);
}

TEST("files that were changed by a clock that was ahead are not read again and again")
{
    config_fixture_model("x", "a", "select 1");
    struct loaded *loaded = loaded_at(clock_now_us() - HOUR);

    check(loaded_is_current(loaded));
    config_fixture_model("x", "b", "select 1");
    check(!loaded_is_current(loaded));
    loaded_release(loaded);
}

TEST("of two readings the later one is the later one, whatever the wall clock shows")
{
    config_fixture_model("x", "a", "select 1");
    struct loaded *first = loaded_at(clock_now_us()), *second = loaded_at(1000);

    check(second->begun_us > first->begun_us);
    loaded_release(first);
    loaded_release(second);
}

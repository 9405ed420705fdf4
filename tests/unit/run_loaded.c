/*
 * A pipeline that was read, and whether its files have changed since.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/clock.h"
#include "run/loaded.h"

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

/*
 * A tick whose run is being asked for, and what comes between.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/clock.h"
#include "daemon/timetable.h"
#include "daemon/work.h"
#include "run/loaded.h"

#include <string.h>

#define NOW INT64_C(1712233805000000) /* 2024-04-04T12:30:05Z */
#define MINUTE (60 * CLOCK_US_PER_SECOND)

static uv_loop_t loop;
static struct daemon owner = {.loop = &loop, .stays = true};

static void fail(void *arg, const struct err *err)
{
    (void)arg;
    test_fail(__FILE__, __LINE__, "%s", err->message);
}

static void begin(void)
{
    struct err err;

    config_fixture_model("x", "a", "select 1");
    config_fixture_write("pipeline.toml", "[pipeline]\nname = \"test\"\n"
                                          "[target.dev.connection.warehouse]\n"
                                          "connector = \"duck\"\npath = \"w\"\n"
                                          "[schedule.tens]\ncron = \"*/10 * * * *\"\n"
                                          "overlap = \"queue\"\n");
    const struct request request = {.folder = config_fixture_folder()};
    clock_set_us(NOW);
    uv_loop_init(&loop);
    owner.loaded = loaded_read(&request);
    check_int(owner.loaded->problems.count, 0);
    owner.journal = journal_open(&loop, test_folder(), fail, NULL, &err);
    check(owner.journal != NULL);
    owner.store_path = (char *)(uintptr_t)journal_path(owner.journal);
    check_ok(timetable_open(&owner, &owner.timetable, &err));
}

/* What is being planned ends without a run. */
static void end(void)
{
    owner.is_ending = true;
    timetable_close(owner.timetable);
    journal_close(owner.journal);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
    work_forget_all(&owner);
    loaded_release(owner.loaded);
}

static size_t count_asked(void)
{
    size_t count = 0;

    for (const struct job *job = owner.jobs; job != NULL; job = job->next) {
        check_str(job->request->trigger, "schedule:tens");
        count++;
    }
    return count;
}

TEST("while a tick's run is asked for, neither a look nor a reload asks for it again")
{
    begin();
    timetable_look(owner.timetable);
    check_int(count_asked(), 0);
    clock_set_us(NOW + 10 * MINUTE);
    timetable_look(owner.timetable);
    check_int(count_asked(), 1);
    timetable_look(owner.timetable);
    timetable_reload(owner.timetable);
    timetable_reload(owner.timetable);
    check_int(count_asked(), 1);
    end();
}

TEST("one that drains asks for nothing")
{
    begin();
    clock_set_us(NOW + 10 * MINUTE);
    owner.is_draining = true;
    timetable_look(owner.timetable);
    check_int(count_asked(), 0);
    owner.is_draining = false;
    timetable_look(owner.timetable);
    check_int(count_asked(), 1);
    end();
}

TEST("what the daemon wants by itself is put behind what waits, however much that is")
{
    struct request request = {.verb = "run", .trigger = "schedule:tens"};

    begin();
    owner.loaded->pipeline.serve.queued_runs = 1;
    struct job *waiting = work_job(&owner, NULL);
    waiting->request = &request;
    waiting->is_queued = true;
    clock_set_us(NOW + 10 * MINUTE);
    timetable_look(owner.timetable);
    check_int(count_asked(), 2);
    end();
}

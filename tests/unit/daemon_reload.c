/*
 * Which reading of the files is believed when two overtake each other.
 */
#include "config_fixture.h"
#include "test.h"

#include "base/log.h"
#include "daemon/reload.h"
#include "daemon/work.h"

#include <stdlib.h>
#include <string.h>

static uv_loop_t loop;
static struct daemon owner = {.loop = &loop};
static const struct request request = {.verb = "run"};
static struct request of_folder;
static char believed[64]; /* how many assets there were, each time that a reading was taken over */

static void note(struct daemon *daemon)
{
    size_t used = strlen(believed);

    (void)snprintf(believed + used, sizeof believed - used, "%zu ", daemon->loaded->graph.count);
}

static struct loaded *read_now(void)
{
    struct loaded *loaded = loaded_read(&of_folder);

    check_int(loaded->problems.count, 0);
    return loaded;
}

/* One asset is believed, and the thread pool has one thread, so its work is done in order. */
static void begin(void)
{
    setenv("UV_THREADPOOL_SIZE", "1", 1);
    uv_loop_init(&loop);
    config_fixture_model("x", "a", "select 1");
    of_folder = request;
    of_folder.folder = config_fixture_folder();
    struct loaded *loaded = read_now();
    owner.reload = reload_open(&owner, &of_folder, loaded);
    owner.reloaded = note;
    loaded_release(loaded);
}

static void end(void)
{
    reload_close(owner.reload);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_int(uv_loop_close(&loop), 0);
    loaded_release(owner.loaded);
}

static void do_nothing(uv_work_t *work)
{
    uv_sem_post(work->data);
}

static void nothing_done(uv_work_t *work, int status)
{
    (void)work;
    (void)status;
}

/* Until the thread pool has done what it had to; the loop does not hear of it meanwhile. */
static void wait_for_pool(void)
{
    static uv_work_t work;
    static uv_sem_t done;

    check_int(uv_sem_init(&done, 0), 0);
    work.data = &done;
    uv_queue_work(&loop, &work, do_nothing, nothing_done);
    uv_sem_wait(&done);
    uv_sem_destroy(&done);
}

TEST("what was read before a request read the files does not take its place")
{
    int64_t taken, refused;

    begin();
    config_fixture_model("x", "b", "select 2");
    reload_now(owner.reload);
    wait_for_pool(); /* it has read two */
    config_fixture_model("x", "c", "select 3");
    struct loaded *newer = read_now();
    reload_offer(&owner, newer);
    check(owner.loaded == newer);
    check_str(believed, "3 ");
    uv_run(&loop, UV_RUN_DEFAULT);
    check_str(believed, "3 3 "); /* it was asked to read, and read once more */
    check_int(owner.loaded->graph.count, 3);
    reload_counts(owner.reload, &taken, &refused);
    check_int(taken, 3);
    check_int(refused, 0);
    loaded_release(newer);
    end();
}

TEST("what was wrong before a request read the files is not complained about")
{
    int64_t taken, refused;

    begin();
    config_fixture_model("x", "b", "select {{ ref('nobody') }}");
    reload_now(owner.reload);
    wait_for_pool(); /* it has read the mistake */
    config_fixture_model("x", "b", "select 2");
    struct loaded *newer = read_now();
    reload_offer(&owner, newer);
    uv_run(&loop, UV_RUN_DEFAULT);
    reload_counts(owner.reload, &taken, &refused);
    check_int(refused, 0);
    check_str(believed, "2 2 ");
    loaded_release(newer);
    end();
}

TEST("a request that read the files before is not believed")
{
    begin();
    config_fixture_model("x", "b", "select 2");
    struct loaded *older = read_now();
    config_fixture_model("x", "c", "select 3");
    reload_now(owner.reload);
    uv_run(&loop, UV_RUN_DEFAULT);
    check_str(believed, "3 ");
    reload_offer(&owner, older);
    check_str(believed, "3 ");
    check_int(owner.loaded->graph.count, 3);
    loaded_release(older);
    end();
}

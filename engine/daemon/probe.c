#include "daemon/probe.h"

#include "base/alloc.h"
#include "daemon/probe_way.h"
#include "schedule/sensor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct probe_way *const ways[] = {
    [SENSOR_OBJECTS] = &probe_executor, [SENSOR_QUERY] = &probe_executor,
    [SENSOR_LAG] = &probe_executor,     [SENSOR_FILE] = &probe_file,
    [SENSOR_HTTP] = &probe_http,        [SENSOR_RUN] = &probe_run,
};

static void free_probe(struct probe *probe)
{
    if (probe->way->release != NULL)
        probe->way->release(probe);
    loaded_release(probe->ask.loaded);
    free(probe->seen);
    free(probe);
}

int probe_start(const struct probe_ask *ask, struct probe **probe, struct err *err)
{
    const struct probe_way *way = ways[ask->sensor->config->kind];
    struct probe *started = alloc_zeroed(1, way->size_bytes);

    started->way = way;
    started->ask = *ask;
    started->seen = ask->seen != NULL ? alloc_strdup(ask->seen) : NULL;
    started->ask.seen = started->seen;
    loaded_retain(started->ask.loaded);
    int result = way->start(started, err);
    if (result > 0)
        *probe = started;
    else
        free_probe(started);
    return result;
}

void probe_end(struct probe *probe, const char *value, const struct err *err)
{
    const struct probe_ask ask = probe->ask;

    if (!probe->is_forgotten)
        ask.done(ask.arg, value, err);
    free_probe(probe);
}

void probe_cancel(struct probe *probe)
{
    if (probe->way->cancel != NULL)
        probe->way->cancel(probe);
}

void probe_forget(struct probe *probe)
{
    if (probe == NULL)
        return;
    probe->is_forgotten = true;
    if (probe->way->abandon != NULL && probe->way->abandon(probe))
        free_probe(probe);
}

bool probe_hear(struct probe *probe, const struct report *report)
{
    return probe->way->hear != NULL && probe->way->hear(probe, report);
}

bool probe_lose(struct probe *probe, const struct child *child, const char *reason)
{
    return probe->way->lose != NULL && probe->way->lose(probe, child, reason);
}

/* ---- a file ---------------------------------------------------------------------------------- */

struct looking_file {
    struct probe probe;
    uv_fs_t stat;
};

static void has_stat(uv_fs_t *stat)
{
    struct looking_file *looking = stat->data;
    const uv_stat_t *found = &stat->statbuf;
    ssize_t result = stat->result;
    char value[128];
    struct err err;

    snprintf(value, sizeof value, "%" PRIu64 " %ld.%09ld %" PRIu64, found->st_size,
             found->st_mtim.tv_sec, found->st_mtim.tv_nsec, found->st_ino);
    uv_fs_req_cleanup(stat);
    if (result == 0) {
        probe_end(&looking->probe, value, NULL);
    } else if (result == UV_ENOENT || result == UV_ENOTDIR) {
        probe_end(&looking->probe, SENSOR_ABSENT, NULL);
    } else {
        err_set(&err, ERR_TRANSIENT, "%s: %s", looking->probe.ask.sensor->config->path,
                uv_strerror((int)result));
        probe_end(&looking->probe, NULL, &err);
    }
}

static int start_file(struct probe *probe, struct err *err)
{
    struct looking_file *looking = (struct looking_file *)probe;
    const struct probe_ask *ask = &probe->ask;

    looking->stat.data = looking;
    int result = uv_fs_stat(ask->daemon->loop, &looking->stat, ask->sensor->path, has_stat);
    if (result == 0)
        return 1;
    uv_fs_req_cleanup(&looking->stat);
    return err_set(err, ERR_TRANSIENT, "%s: %s", ask->sensor->config->path, uv_strerror(result));
}

const struct probe_way probe_file = {.size_bytes = sizeof(struct looking_file),
                                     .start = start_file};

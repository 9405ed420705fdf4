#include "web/readers.h"

#include "base/alloc.h"
#include "store/read.h"

#include <stdlib.h>

struct worker {
    struct web_readers *readers;
    struct store_reader *reader;
    uv_work_t work;
    bool is_running;
};

struct web_readers {
    uv_loop_t *loop;
    char *store_path;
    uv_async_t async;
    uv_mutex_t mutex; /* of the two queues */
    struct web_job *first, **last;
    struct web_job *done_first, **done_last;
    struct worker workers[WEB_READERS];
    int running;
    int64_t jobs; /* queued, at work, or not told yet */
    void (*closed)(void *arg);
    void *closed_arg;
};

/* So many are read together: who comes behind a slow one should not wait long. */
enum { TOGETHER = 4 };

/* The next few that have come, a list. */
static struct web_job *next_jobs(struct web_readers *readers)
{
    uv_mutex_lock(&readers->mutex);
    struct web_job *jobs = readers->first;
    struct web_job **end = &readers->first;
    for (int i = 0; i < TOGETHER && *end != NULL; i++)
        end = &(*end)->next;
    readers->first = *end;
    *end = NULL;
    if (readers->first == NULL)
        readers->last = &readers->first;
    uv_mutex_unlock(&readers->mutex);
    return jobs;
}

static void job_done(struct web_readers *readers, struct web_job *job)
{
    uv_mutex_lock(&readers->mutex);
    bool was_empty = readers->done_first == NULL;
    job->next = NULL;
    *readers->done_last = job;
    readers->done_last = &job->next;
    uv_mutex_unlock(&readers->mutex);
    if (was_empty)
        uv_async_send(&readers->async);
}

static void work_on(struct worker *worker, struct web_job *job)
{
    struct err err;

    if (worker->reader == NULL &&
        store_reader_open(worker->readers->store_path, &worker->reader, &err) < 0)
        worker->reader = NULL;
    if (worker->reader != NULL)
        store_reader_begin(worker->reader);
    while (job != NULL) {
        struct web_job *next = job->next;
        job->work(job, worker->reader, &err);
        job_done(worker->readers, job);
        job = next;
    }
    if (worker->reader != NULL)
        store_reader_end(worker->reader);
}

static void work(uv_work_t *request)
{
    struct worker *worker = request->data;
    struct web_job *jobs;

    while ((jobs = next_jobs(worker->readers)) != NULL)
        work_on(worker, jobs);
}

static void start_worker(struct web_readers *readers);

static void work_ended(uv_work_t *request, int status)
{
    struct worker *worker = request->data;
    struct web_readers *readers = worker->readers;

    (void)status;
    worker->is_running = false;
    readers->running--;
    /* One that came after the worker had looked for the last time. */
    uv_mutex_lock(&readers->mutex);
    bool is_left = readers->first != NULL;
    uv_mutex_unlock(&readers->mutex);
    if (is_left)
        start_worker(readers);
}

static void start_worker(struct web_readers *readers)
{
    for (int i = 0; i < WEB_READERS; i++) {
        struct worker *worker = &readers->workers[i];
        if (worker->is_running)
            continue;
        worker->is_running = true;
        readers->running++;
        uv_queue_work(readers->loop, &worker->work, work, work_ended);
        return;
    }
}

static void tell(uv_async_t *async)
{
    struct web_readers *readers = async->data;

    uv_mutex_lock(&readers->mutex);
    struct web_job *job = readers->done_first;
    readers->done_first = NULL;
    readers->done_last = &readers->done_first;
    uv_mutex_unlock(&readers->mutex);
    while (job != NULL) {
        struct web_job *next = job->next;
        readers->jobs--;
        job->done(job);
        job = next;
    }
}

struct web_readers *web_readers_new(uv_loop_t *loop, const char *store_path)
{
    struct web_readers *readers = alloc_zeroed(1, sizeof *readers);

    readers->loop = loop;
    readers->store_path = alloc_strdup(store_path);
    readers->last = &readers->first;
    readers->done_last = &readers->done_first;
    uv_mutex_init(&readers->mutex);
    uv_async_init(loop, &readers->async, tell);
    readers->async.data = readers;
    uv_unref((uv_handle_t *)&readers->async);
    for (int i = 0; i < WEB_READERS; i++) {
        readers->workers[i].readers = readers;
        readers->workers[i].work.data = &readers->workers[i];
    }
    return readers;
}

void web_readers_add(struct web_readers *readers, struct web_job *job)
{
    uv_mutex_lock(&readers->mutex);
    bool was_empty = readers->first == NULL;
    job->next = NULL;
    *readers->last = job;
    readers->last = &job->next;
    uv_mutex_unlock(&readers->mutex);
    readers->jobs++;
    /* Who is at work takes it next; another one helps when there is more than that. */
    if (readers->running == 0 || !was_empty)
        start_worker(readers);
}

bool web_readers_are_busy(const struct web_readers *readers)
{
    return readers->jobs > 0 || readers->running > 0;
}

static void handle_closed(uv_handle_t *handle)
{
    struct web_readers *readers = handle->data;
    void (*closed)(void *arg) = readers->closed;
    void *arg = readers->closed_arg;

    for (int i = 0; i < WEB_READERS; i++)
        store_reader_close(readers->workers[i].reader);
    uv_mutex_destroy(&readers->mutex);
    free(readers->store_path);
    free(readers);
    closed(arg);
}

void web_readers_close(struct web_readers *readers, void (*closed)(void *arg), void *arg)
{
    readers->closed = closed;
    readers->closed_arg = arg;
    uv_close((uv_handle_t *)&readers->async, handle_closed);
}

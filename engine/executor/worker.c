#include "executor/worker.h"

#include "base/alloc.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Idle. Twice as many as the daemon lets an executor run steps at once: one that has reported may
 * still be on its way back when what follows is here. */
enum { WORKERS_KEPT = 8 };

struct worker {
    void (*run)(void *arg); /* NULL: nothing to do */
    void *arg;
    pthread_cond_t called;
    struct worker *next; /* that was idle before it */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct worker *idle; /* the last one first: what it used is still in the caches */
static int idle_count;

/* False if there are enough of them already. */
static bool wait_for_call(struct worker *worker)
{
    bool is_kept = false;

    pthread_mutex_lock(&lock);
    if (idle_count < WORKERS_KEPT) {
        is_kept = true;
        worker->run = NULL;
        worker->next = idle;
        idle = worker;
        idle_count++;
        while (worker->run == NULL)
            pthread_cond_wait(&worker->called, &lock);
    }
    pthread_mutex_unlock(&lock);
    return is_kept;
}

static void worker_free(struct worker *worker)
{
    pthread_cond_destroy(&worker->called);
    free(worker);
}

static void *work(void *arg)
{
    struct worker *worker = arg;

    do
        worker->run(worker->arg);
    while (wait_for_call(worker));
    worker_free(worker);
    return NULL;
}

static bool call_idle(void (*run)(void *arg), void *arg)
{
    pthread_mutex_lock(&lock);
    struct worker *worker = idle;
    if (worker != NULL) {
        idle = worker->next;
        idle_count--;
        worker->run = run;
        worker->arg = arg;
        pthread_cond_signal(&worker->called);
    }
    pthread_mutex_unlock(&lock);
    return worker != NULL;
}

int worker_start(void (*run)(void *arg), void *arg, struct err *err)
{
    pthread_t thread;

    if (call_idle(run, arg))
        return 0;
    struct worker *worker = alloc_zeroed(1, sizeof *worker);
    worker->run = run;
    worker->arg = arg;
    pthread_cond_init(&worker->called, NULL);
    int error = pthread_create(&thread, NULL, work, worker);
    if (error != 0) {
        worker_free(worker);
        return err_set(err, ERR_TRANSIENT, "no thread can be started: %s", strerror(error));
    }
    pthread_detach(thread);
    return 0;
}

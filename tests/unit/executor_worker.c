/* Threads that are kept for the next thing to do. */
#include "executor/worker.h"

#include "test.h"

#include <pthread.h>
#include <semaphore.h>

enum { TOGETHER = 6 }; /* more than are kept */

struct call {
    pthread_t thread;
    sem_t done;
    pthread_barrier_t *together; /* NULL: waits for nobody */
};

static void run(void *arg)
{
    struct call *call = arg;

    call->thread = pthread_self();
    if (call->together != NULL)
        pthread_barrier_wait(call->together);
    sem_post(&call->done);
}

static void start(struct call *call)
{
    struct err err;

    check_int(sem_init(&call->done, 0, 0), 0);
    check_int(worker_start(run, call, &err), 0);
}

static void wait_for(struct call *call)
{
    while (sem_wait(&call->done) != 0)
        continue;
}

/* One that has just ended may not have said yet that it is idle, so it is asked some times. */
TEST("what follows runs on the thread of what went before")
{
    struct call first = {0}, next = {0};

    start(&first);
    wait_for(&first);
    for (int i = 0; i < 100000; i++) {
        start(&next);
        wait_for(&next);
        if (pthread_equal(first.thread, next.thread))
            return;
    }
    check(false);
}

TEST("what is started together runs together, and all of it each time")
{
    struct call calls[TOGETHER] = {0};
    pthread_barrier_t together;

    check_int(pthread_barrier_init(&together, NULL, TOGETHER), 0);
    for (int round = 0; round < 100; round++) {
        for (int i = 0; i < TOGETHER; i++) {
            calls[i].together = &together;
            start(&calls[i]);
        }
        for (int i = 0; i < TOGETHER; i++)
            wait_for(&calls[i]);
        for (int i = 1; i < TOGETHER; i++)
            check(!pthread_equal(calls[i - 1].thread, calls[i].thread));
    }
}

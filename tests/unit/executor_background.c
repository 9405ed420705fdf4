/* Something that another thread does while this one goes on. */
#include "executor/background.h"

#include "test.h"

struct sum {
    pthread_t thread;
    pthread_barrier_t met; /* with who started it */
    int value;
};

static int add(void *arg, struct err *err)
{
    struct sum *sum = arg;

    sum->thread = pthread_self();
    pthread_barrier_wait(&sum->met);
    sum->value++;
    if (sum->value == 3)
        return err_set(err, ERR_DATA, "three is too many");
    return 0;
}

TEST("what was started runs beside who started it, and its result and its error are those awaited")
{
    struct background background;
    struct sum sum = {.value = 0};
    struct err err;

    check_int(pthread_barrier_init(&sum.met, NULL, 2), 0);
    background_init(&background);
    check_ok(background_await(&background, &err)); /* nothing was started */
    for (int i = 1; i <= 4; i++) {
        check(!background_is_busy(&background));
        background_start(&background, add, &sum);
        check(background_is_busy(&background));
        pthread_barrier_wait(&sum.met); /* it runs, and so do we */
        if (i == 3)
            check_fails(background_await(&background, &err), ERR_DATA, "three is too many");
        else
            check_ok(background_await(&background, &err));
        check_int(sum.value, i);
        check(!pthread_equal(sum.thread, pthread_self()));
    }
    background_release(&background);
    pthread_barrier_destroy(&sum.met);
}

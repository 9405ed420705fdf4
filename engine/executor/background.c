#include "executor/background.h"

#include "executor/worker.h"

void background_init(struct background *background)
{
    *background = (struct background){0};
    pthread_mutex_init(&background->lock, NULL);
    pthread_cond_init(&background->ended, NULL);
}

void background_release(struct background *background)
{
    pthread_cond_destroy(&background->ended);
    pthread_mutex_destroy(&background->lock);
}

static void carry_out(void *arg)
{
    struct background *background = arg;

    background->result = background->run(background->arg, &background->err);
    pthread_mutex_lock(&background->lock);
    background->has_ended = true;
    pthread_cond_signal(&background->ended);
    pthread_mutex_unlock(&background->lock);
}

void background_start(struct background *background, int (*run)(void *arg, struct err *err),
                      void *arg)
{
    struct err ignored;

    background->run = run;
    background->arg = arg;
    background->has_ended = false;
    if (worker_start(carry_out, background, &ignored) < 0)
        carry_out(background);
}

bool background_is_busy(const struct background *background)
{
    return background->run != NULL;
}

int background_await(struct background *background, struct err *err)
{
    if (background->run == NULL)
        return 0;
    pthread_mutex_lock(&background->lock);
    while (!background->has_ended)
        pthread_cond_wait(&background->ended, &background->lock);
    pthread_mutex_unlock(&background->lock);
    background->run = NULL;
    if (background->result < 0)
        *err = background->err;
    return background->result;
}

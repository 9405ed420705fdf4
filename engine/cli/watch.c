#include "cli/watch.h"

#include "cli/progress.h"
#include "daemon/daemon.h"

#include <string.h>

struct watching {
    struct listener listener;
    struct progress_view *view;
    bool is_stream;
};

static void hear(struct listener *listener, const struct frame *frame)
{
    struct watching *watching = (struct watching *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (frame->kind == MESSAGE_EVENT &&
        record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0)
        progress_hear(watching->view, &event, frame->text, frame->size);
    arena_release(&arena);
}

static void tick(struct listener *listener)
{
    progress_tick(((struct watching *)listener)->view);
}

static void canceling(struct listener *listener)
{
    const struct watching *watching = (struct watching *)listener;

    progress_canceling(watching->view, watching->is_stream);
}

int watch(const struct arguments *arguments)
{
    struct watching watching = {.listener = {.hear = hear, .tick = tick, .canceling = canceling}};
    struct err err;

    watching.is_stream = strcmp(arguments->request.verb, "stream") == 0;
    watching.view = progress_new(arguments->as_json, arguments->is_quiet);
    int done =
        daemon_request(arguments->state_folder, &arguments->request, &watching.listener, &err);
    int status = progress_end(watching.view);
    if (done < 0)
        status =
            command_fail(err.code == ERR_CANCELED ? EXIT_AT_ONCE : EXIT_FAILED, "%s", err.message);
    return status;
}

#include "cli/change.h"

#include "daemon/daemon.h"

#include <string.h>

struct changing {
    struct listener listener;
    int status;
};

static void hear(struct listener *listener, const struct frame *frame)
{
    struct changing *changing = (struct changing *)listener;
    struct event event = {0};
    struct arena arena;
    struct err err;

    arena_init(&arena);
    if (frame->kind == MESSAGE_EVENT &&
        record_decode(frame->text, frame->size, &event_shape, &arena, &event, &err) == 0) {
        if (strcmp(event.type, "ended") == 0)
            changing->status = EXIT_OK;
        else if (strcmp(event.type, "refused") == 0)
            changing->status = command_refused(&event);
    }
    arena_release(&arena);
}

int change_read_subject(const struct command *command, struct arguments *arguments)
{
    if (arguments->rest_count != 1)
        return command_fail(
            -1, "%s wants one thing, like schedule:NAME: see aorta schedules, aorta sensors",
            command->name);
    if (strchr(arguments->rest[0], ':') == NULL)
        return command_fail(-1, "%s wants to know what \"%s\" is: did you mean schedule:%s?",
                            command->name, arguments->rest[0], arguments->rest[0]);
    arguments->request.verb = command->name;
    arguments->request.subject = arguments->rest[0];
    return 0;
}

int change_subject(const struct command *command, int argc, char **argv, const char *done)
{
    struct changing changing = {.listener = {.hear = hear}, .status = EXIT_FAILED};
    struct arguments a;
    struct arena arena;
    struct err err;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(command, argc, argv, &arena, &a) < 0 || change_read_subject(command, &a) < 0)
        goto out;
    if (daemon_request(a.state_folder, &a.request, &changing.listener, &err) < 0)
        status = command_fail(EXIT_FAILED, "%s", err.message);
    else
        status = changing.status;
    if (status == EXIT_OK)
        printf("%s is %s\n", a.request.subject, done);
out:
    arena_release(&arena);
    return status;
}

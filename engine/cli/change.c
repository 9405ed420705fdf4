#include "cli/change.h"

#include "daemon/daemon.h"

#include <string.h>

struct changing {
    struct listener listener;
    struct arena *arena;
    const char *type;
    struct event found;
    int status;
};

static void hear(struct listener *listener, const struct frame *frame)
{
    struct changing *changing = (struct changing *)listener;
    struct event event = {0};
    struct err err;

    if (frame->kind != MESSAGE_EVENT ||
        record_decode(frame->text, frame->size, &event_shape, changing->arena, &event, &err) < 0)
        return;
    if (changing->type != NULL && strcmp(event.type, changing->type) == 0)
        changing->found = event;
    else if (strcmp(event.type, "ended") == 0)
        changing->status = strcmp(event.state, "succeeded") == 0 ? EXIT_OK : EXIT_FAILED;
    else if (strcmp(event.type, "refused") == 0)
        changing->status = command_refused(&event);
}

int change_ask(const struct arguments *arguments, const char *type, struct event *found)
{
    struct changing changing = {
        .listener = {.hear = hear}, .arena = arguments->arena, .type = type, .status = EXIT_FAILED};
    struct err err;

    if (daemon_request(arguments->state_folder, &arguments->request, &changing.listener, &err) < 0)
        return command_fail(EXIT_FAILED, "%s", err.message);
    if (found != NULL)
        *found = changing.found;
    return changing.status;
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
    struct arguments a;
    struct arena arena;
    int status = EXIT_USAGE;

    arena_init(&arena);
    if (arguments_read(command, argc, argv, &arena, &a) < 0 || change_read_subject(command, &a) < 0)
        goto out;
    status = change_ask(&a, NULL, NULL);
    if (status == EXIT_OK)
        printf("%s is %s\n", a.request.subject, done);
out:
    arena_release(&arena);
    return status;
}

#include "cli/change.h"

static int run(int argc, char **argv)
{
    return change_subject(&cmd_pause, argc, argv, "paused");
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_pause = {
    "pause",
    "SUBJECT",
    "Pauses a schedule, until it is resumed",
    "SUBJECT is schedule:NAME, as aorta schedules lists it. It stays paused when the daemon is\n"
    "started again, whatever the files say. What it had begun goes on.",
    flags,
    run};

#include "cli/change.h"

static int run(int argc, char **argv)
{
    return change_subject(&cmd_resume, argc, argv, "resumed");
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_resume = {
    "resume",
    "SUBJECT",
    "Resumes a schedule or a stream that is paused",
    "SUBJECT is schedule:NAME, as aorta schedules lists it, or stream:NAME. A schedule begins anew\n"
    "from now: ticks that fell into the pause are not caught up. One that has paused = true in\n"
    "pipeline.toml is resumed, too.",
    flags,
    run};

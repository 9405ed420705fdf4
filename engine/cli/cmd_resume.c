#include "cli/change.h"

static int run(int argc, char **argv)
{
    return change_subject(&cmd_resume, argc, argv, "resumed");
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_resume = {
    "resume",
    "SUBJECT",
    "Resumes a schedule that is paused",
    "SUBJECT is schedule:NAME, as aorta schedules lists it. It begins anew from now: ticks that fell\n"
    "into the pause are not caught up. A schedule that its file has paused = true is resumed, too.",
    flags,
    run};

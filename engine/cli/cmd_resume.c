#include "cli/change.h"

static int run(int argc, char **argv)
{
    return change_subject(&cmd_resume, argc, argv, "resumed");
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_resume = {
    "resume",
    "SUBJECT",
    "<schedules> <sensors> <streams> <automations>",
    "Resumes a schedule, a sensor, a stream or an asset's automation that is paused",
    "SUBJECT is schedule:NAME, as aorta schedules lists it, sensor:NAME, as aorta sensors does,\n"
    "stream:NAME or asset:NAME. A schedule begins anew from now: ticks that fell into the pause are not\n"
    "caught up. A sensor finds what has changed meanwhile. One that has paused = true in pipeline.toml is resumed,\n"
    "too.",
    flags,
    run};

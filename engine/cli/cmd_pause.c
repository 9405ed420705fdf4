#include "cli/change.h"

static int run(int argc, char **argv)
{
    return change_subject(&cmd_pause, argc, argv, "paused");
}

static const struct flag flags[] = {FLAGS_OF_PIPELINE, {0}};

const struct command cmd_pause = {
    "pause",
    "SUBJECT",
    "<schedules> <sensors> <streams> <automations>",
    "Pauses a schedule, a sensor, a stream or an asset's automation, until it is resumed",
    "SUBJECT is schedule:NAME, as aorta schedules lists it, sensor:NAME, as aorta sensors does,\n"
    "stream:NAME or asset:NAME. It stays paused when the daemon is started again, whatever the files\n"
    "say. A run that a schedule or a sensor had made goes on; a stream writes what it has read, and\n"
    "ends; an asset is still made when somebody asks for it.",
    flags,
    run};

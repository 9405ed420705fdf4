/*
 * [schedule.NAME] of pipeline.toml: when runs begin by themselves, and of what.
 *
 *     [schedule.nightly]                  [schedule.hourly]
 *     cron = "30 2 * * *"                 cron = "@hourly"
 *     timezone = "Europe/London"          select = ["tag:hourly", "+marts.sales"]
 *     overlap = "queue"                   exclude = "raw.archive"
 *     catch_up = "all"                    jitter = "30s"
 *     vars = { region = "north" }         priority = 5
 *                                         paused = true
 *
 * What an expression, a zone and a selection mean is known to engine/schedule (schedule.h there);
 * here they are texts with their places.
 */
#ifndef AORTA_CONFIG_SCHEDULE_H
#define AORTA_CONFIG_SCHEDULE_H

#include "config/keys.h"

#include <stdint.h>

/* What becomes of ticks that fell due while nobody could see them. */
enum schedule_catch_up {
    CATCH_UP_NONE,
    CATCH_UP_LAST, /* one run for all of them; the default */
    CATCH_UP_ALL,  /* a run each, of the newest hundred */
};

/* What becomes of a tick while an earlier run of its schedule is not over. Two of them never run at
 * the same time. */
enum schedule_overlap {
    OVERLAP_SKIP,  /* there is none; the default */
    OVERLAP_QUEUE, /* its run waits for the earlier one; the default with catch_up = "all" */
    OVERLAP_CANCEL /* the earlier one is canceled */
};

struct schedule_config {
    const char *name;
    const char *cron;
    const char *timezone;
    struct texts select, exclude;
    int catch_up, overlap;
    int64_t jitter_ms; /* a tick's run begins up to that much later */
    bool is_paused;    /* until somebody resumes it */
    int64_t priority;
    const char **assignments; /* NAME=VALUE */
    size_t assignment_count;
    int line, column; /* of the table */
    int cron_line, cron_column;
    int timezone_line, timezone_column;
};

struct schedules_config {
    struct schedule_config *items;
    size_t count;
};

/* As they stand in pipeline.toml, and in answers; ended by NULL. */
extern const char *const schedule_catch_up_names[];
extern const char *const schedule_overlap_names[];

struct pipeline;

/* Reads the tables below [schedule] (NULL: there is none); `pipeline` has its variables. */
void schedules_config_read(const struct toml_node *tables, const char *file,
                           const struct pipeline *pipeline, struct schedules_config *schedules,
                           struct problems *problems);

#endif

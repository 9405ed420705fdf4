/*
 * The run store as commands look at it: they read, beside whatever daemon writes.
 */
#ifndef AORTA_CLI_HISTORY_H
#define AORTA_CLI_HISTORY_H

#include "cli/command.h"
#include "run/upkept.h"
#include "store/read.h"

/* Opens the pipeline's run store; *reader is NULL when nothing has run yet. -1 after saying what is
 * wrong. */
int history_open(const struct arguments *arguments, struct store_reader **reader);

/* Opens it for `look`, whose exit status is the command's, and closes it. */
int history_look(const struct arguments *arguments,
                 int (*look)(const struct arguments *arguments, struct store_reader *reader));

/* Whether a daemon is at work: else what the store calls running was interrupted. */
bool history_is_live(const struct arguments *arguments);

/* The run that is meant by the beginning of its id, by "last", or by "previous", the one before that.
 * NULL after saying why there is none: exit with EXIT_USAGE. */
const struct store_run *history_find_run(const struct arguments *arguments,
                                         struct store_reader *reader, const char *text);

/* "published", "fresh", "failed", … for a step's state, as a run prints it. */
const char *history_step_word(enum store_state state, bool is_live);

/* The same of a run: "succeeded", "running", … */
const char *history_run_word(enum store_state state, bool is_live);

/* What was asked for: "everything", or SELECT as it was typed. */
const char *history_selection(const struct store_run *run);

/* What so many checks said: "24 ok, 1 failed"; "" for none. In the arena. */
const char *history_checks(int64_t passed, int64_t warned, int64_t failed, struct arena *arena);

/* The members "late", "late_since" and "late_at" of what has freshness, "automation" and "waits_for"
 * of what has automation. */
void history_write_upkeep(struct json_writer *json, const struct upkept *upkept);

/* An instant as a JSON text, null for 0. */
void history_write_time(struct json_writer *json, const char *key, int64_t us);

#endif

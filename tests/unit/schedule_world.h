/*
 * A small world for tests of automation: models that read each other, what is known of each, and a
 * clock that goes on by a microsecond with all that happens.
 */
#ifndef AORTA_TESTS_SCHEDULE_WORLD_H
#define AORTA_TESTS_SCHEDULE_WORLD_H

#include "config_fixture.h"
#include "test.h"

#include "schedule/automation.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MIDNIGHT (20000 * DAY)

#define EAGER "automation = \"eager\"\n"
#define TABLE "materialized = \"table\"\n"

extern struct plan *plan;
extern struct automation_fact *facts;
extern const struct automation_verdict *verdicts;
extern int64_t now;

/* A model that reads the others, with those lines in its file. */
void model(const char *name, const char *parents, const char *lines);

/* Reads what was written; nothing is known of it. */
void begin_world(void);
void end_world(void);

struct automation_fact *fact(const char *name);

/* An attempt of it begins; it is published. */
void begin(const char *name);
void publish(const char *name);

/* Of each of the names: an attempt that publishes, in one run after the other. */
void make(const char *names);

/* "sales(stg_orders) …": what is to be made now, and because of what. */
const char *due(void);

/* What it waits for now. */
const char *waits(const char *name);

/* A run of what is due is asked for. */
void request(void);

#endif

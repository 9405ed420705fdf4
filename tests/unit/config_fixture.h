/*
 * A pipeline in the test's own folder, with connectors that are described but not there: a
 * warehouse ("duck", one process only), a database ("base", source and warehouse), a message log
 * with an embedded server ("log"), a lake ("lake").
 */
#ifndef AORTA_TESTS_CONFIG_FIXTURE_H
#define AORTA_TESTS_CONFIG_FIXTURE_H

#include "run/plan.h"

/* The pipeline's folder, made at the first call with a pipeline.toml that is right: target dev with
 * connections warehouse (duck), oltp (base), broker (log, embedded) and files (lake). */
const char *config_fixture_folder(void);

/* Writes a file below it. */
void config_fixture_write(const char *name, const char *text);

/* Writes assets/group/NAME.sql. */
void config_fixture_model(const char *group, const char *name, const char *sql);

/* The plan of a selection, words split at blanks. */
struct plan *config_fixture_plan(const char *selection);
struct plan *config_fixture_plan_of(const struct request *request);

/* What is wrong with the pipeline, a line each. */
const char *config_fixture_problems(void);

/* A copy that lives as long as the test. */
const char *config_fixture_keep(const char *text);

/* "raw.users staging.stg_users …": the selected assets, in order. Ends the test if there is a
 * problem. */
const char *config_fixture_selected(const char *selection);

#endif

/*
 * A run as JUnit XML, which CI systems show: a test case for each step, and one for each check. A
 * step that is not over yet is an error: nobody knows whether it is good.
 * Shape: the one that Jenkins and GitLab read (testsuite, testcase, failure, error, skipped, system-out).
 */
#ifndef AORTA_CLI_JUNIT_H
#define AORTA_CLI_JUNIT_H

#include "base/err.h"

#include <jansson.h>

/* Writes the file: of the run, its steps and its check results, as the API has them. */
int junit_write(const char *path, const json_t *run, const json_t *steps, const json_t *checks,
                struct err *err);

#endif

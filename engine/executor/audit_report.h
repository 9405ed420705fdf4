/*
 * Check results as the daemon hears of them.
 */
#ifndef AORTA_EXECUTOR_AUDIT_REPORT_H
#define AORTA_EXECUTOR_AUDIT_REPORT_H

#include "executor/step.h"
#include "model/audit.h"

/* Puts the results into the step's report; texts are borrowed from the results' arena. */
void audit_report(struct step *step, const struct check_result *results, size_t count);

#endif

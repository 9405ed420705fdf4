#include "executor/audit_report.h"

void audit_report(struct step *step, const struct check_result *results, size_t count)
{
    static const char *const statuses[] = {
        [CHECK_PASSED] = "pass",
        [CHECK_WARNED] = "warn",
        [CHECK_FAILED] = "fail",
    };
    struct check_report *reports = arena_calloc(&step->arena, count, sizeof *reports);

    for (size_t i = 0; i < count; i++) {
        const struct check_result *result = &results[i];
        reports[i] = (struct check_report){
            .name = result->check->name,
            .column = result->check->column,
            .status = statuses[result->status],
            .failures = result->failures,
            .severity = result->check->severity == CHECK_WARN ? "warn" : "error",
            .detail = result->message,
            .sample = result->samples,
        };
    }
    step->report.checks = reports;
    step->report.check_count = count;
}

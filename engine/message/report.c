#include "message/report.h"

static const struct record_field hello_fields[] = {
    RECORD_FIELD(hello, version, INT),
    RECORD_FIELD(hello, pid, INT),
    RECORD_FIELD(hello, address, TEXT),
    {0},
};
const struct record_shape hello_shape = {hello_fields, sizeof(struct hello)};

static const struct record_field progress_fields[] = {
    RECORD_FIELD(progress, step, INT),           RECORD_FIELD(progress, rows, INT),
    RECORD_FIELD(progress, total, INT),          RECORD_FIELD(progress, lag, INT),
    RECORD_FIELD(progress, watermark, TEXT),     RECORD_FIELD(progress, hours, TEXTS),
    RECORD_FIELD(progress, lake_position, TEXT), {0},
};
const struct record_shape progress_shape = {progress_fields, sizeof(struct progress)};

static const struct record_field check_fields[] = {
    RECORD_FIELD(check_report, name, TEXT),     RECORD_FIELD(check_report, column, TEXT),
    RECORD_FIELD(check_report, status, TEXT),   RECORD_FIELD(check_report, failures, INT),
    RECORD_FIELD(check_report, severity, TEXT), RECORD_FIELD(check_report, detail, TEXT),
    RECORD_FIELD(check_report, sample, JSON),   {0},
};
static const struct record_shape check_shape = {check_fields, sizeof(struct check_report)};

static const struct record_field report_fields[] = {
    RECORD_FIELD(report, step, INT),
    RECORD_FIELD(report, outcome, TEXT),
    RECORD_FIELD(report, error_code, TEXT),
    RECORD_FIELD(report, error, TEXT),
    RECORD_FIELD(report, rows, INT),
    RECORD_FIELD(report, table_rows, INT),
    RECORD_FIELD(report, version, INT),
    RECORD_FIELD(report, fingerprint, TEXT),
    RECORD_FIELD(report, partitions, TEXTS),
    RECORD_FIELD(report, hours, TEXTS),
    RECORD_FIELD(report, is_whole, BOOL),
    RECORD_FIELD(report, confirms, BOOL),
    RECORD_FIELD(report, why, TEXT),
    RECORD_FIELD(report, note, TEXT),
    {"checks", RECORD_MANY, offsetof(struct report, checks), &check_shape},
    RECORD_FIELD(report, action, TEXT),
    RECORD_FIELD(report, cause, TEXT),
    RECORD_FIELD(report, is_conditional, BOOL),
    RECORD_FIELD(report, restarts, BOOL),
    RECORD_FIELD(report, has_more, BOOL),
    RECORD_FIELD(report, found, TEXT),
    {0},
};
const struct record_shape report_shape = {report_fields, sizeof(struct report)};

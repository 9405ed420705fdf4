#include "message/report.h"

#define FIELD(type, member, kind)                                   \
    {                                                               \
#member, RECORD_##kind, offsetof(struct type, member), NULL \
    }

static const struct record_field hello_fields[] = {
    FIELD(hello, version, INT),
    FIELD(hello, pid, INT),
    FIELD(hello, address, TEXT),
    {0},
};
const struct record_shape hello_shape = {hello_fields, sizeof(struct hello)};

static const struct record_field progress_fields[] = {
    FIELD(progress, step, INT),
    FIELD(progress, rows, INT),
    FIELD(progress, total, INT),
    {0},
};
const struct record_shape progress_shape = {progress_fields, sizeof(struct progress)};

static const struct record_field check_fields[] = {
    FIELD(check_report, name, TEXT),     FIELD(check_report, column, TEXT),
    FIELD(check_report, status, TEXT),   FIELD(check_report, failures, INT),
    FIELD(check_report, severity, TEXT), FIELD(check_report, detail, TEXT),
    FIELD(check_report, sample, JSON),   {0},
};
static const struct record_shape check_shape = {check_fields, sizeof(struct check_report)};

static const struct record_field report_fields[] = {
    FIELD(report, step, INT),
    FIELD(report, outcome, TEXT),
    FIELD(report, error_code, TEXT),
    FIELD(report, error, TEXT),
    FIELD(report, rows, INT),
    FIELD(report, table_rows, INT),
    FIELD(report, version, INT),
    FIELD(report, fingerprint, TEXT),
    FIELD(report, note, TEXT),
    {"checks", RECORD_MANY, offsetof(struct report, checks), &check_shape},
    {0},
};
const struct record_shape report_shape = {report_fields, sizeof(struct report)};

/*
 * A zone as its file has it: the changes that are listed, and those that its rule makes.
 *
 * The rule is written out for the years in which the calendar goes round once, so a look-up is one
 * binary search:
 *
 *     first kind ─┬─ listed changes ─┬─ the rule's, of 402 years ─┐
 *                 │                  │      ├──── 400 years ──────┤  a later instant is looked up
 *                                         cycle_s                    as many cycles earlier
 */
#ifndef AORTA_SCHEDULE_ZONE_FILE_H
#define AORTA_SCHEDULE_ZONE_FILE_H

#include "schedule/zone_rule.h"

/* 400 years of the Gregorian calendar: 146,097 days, which are whole weeks too. */
#define ZONE_CYCLE_S (INT64_C(146097) * 86400)

/* The file counts its kinds in a byte; the rule adds two. */
enum { ZONE_KINDS = 256 + 2 };

struct zone_change {
    int64_t at_s;
    uint16_t kind; /* from then on */
};

struct zone {
    char name[ZONE_NAME_SIZE];
    struct zone_kind kinds[ZONE_KINDS];
    size_t kind_count;
    uint16_t first_kind;         /* before all changes */
    struct zone_change *changes; /* ascending, all between ZONE_BEGIN_US and ZONE_END_US */
    size_t change_count;
    int64_t cycle_s; /* where the cycle begins; INT64_MAX if nothing comes back */
};

/* Fills a zone that is all zero but for its name, out of a TZif file. On failure too the changes
 * are the caller's to free. */
int zone_file_parse(const void *data, size_t size, struct zone *zone, struct err *err);

#endif

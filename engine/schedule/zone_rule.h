/*
 * The rule by which a zone goes on for ever: the footer of a TZif file, a POSIX TZ string.
 *
 *     GMT0BST,M3.5.0/1,M10.5.0         last Sunday of March 01:00 to last Sunday of October 02:00
 *     <+0330>-3:30                     no summer time; signs are the other way round
 *
 * Source: POSIX.1-2017, Base Definitions, 8.3 "TZ", with the extensions of RFC 9636, 3.3.1: hours
 * of a rule's time go from -167 to 167. Summer time without dates is refused.
 */
#ifndef AORTA_SCHEDULE_ZONE_RULE_H
#define AORTA_SCHEDULE_ZONE_RULE_H

#include "schedule/zone.h"

/* One way in which clocks stand. */
struct zone_kind {
    int32_t offset_s; /* east of UTC */
    bool is_dst;
    char abbreviation[ZONE_ABBREVIATION_SIZE];
};

enum zone_date_form {
    ZONE_DATE_MONTH,     /* Mm.w.d: day d (Sunday is 0) of week w (5: the last) of month m */
    ZONE_DATE_JULIAN,    /* Jn: day 1 to 365, 29 February is never counted */
    ZONE_DATE_ZERO_BASED /* n: day 0 to 365 */
};

struct zone_date {
    enum zone_date_form form;
    int month, week, day;
    int32_t time_s; /* wall time since midnight, as before the change */
};

struct zone_rule {
    struct zone_kind standard;
    struct zone_kind summer;
    bool has_summer;
    struct zone_date summer_from, summer_until;
};

/* False if the text, all of it, is no such rule. */
bool zone_rule_parse(const char *text, size_t size, struct zone_rule *rule);

/* The instants, in seconds, of a year's two changes. The rule must have summer time. */
int64_t zone_rule_summer_from(const struct zone_rule *rule, int64_t year);
int64_t zone_rule_summer_until(const struct zone_rule *rule, int64_t year);

#endif

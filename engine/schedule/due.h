/*
 * What is to be done about a schedule's next tick. Pure: the time is given.
 *
 *            reached_us        seen_from_us            now_us
 *     ───────────┼───────────────────┼───────────────────┼──────────▶ wall clock
 *                │   nobody looked   │  somebody looked  │
 *      accounted │  ticks are late:  │  ticks are on     │  ticks are
 *      for       │  catch_up decides │  time: they fire  │  not due
 *
 * Each tick behind reached_us is accounted for once, in order: whoever asks writes down what became
 * of it together with the new reached_us, and asks again.
 *
 * The clock may jump. Somebody looked since now_us less what a monotonic clock has counted since
 * the last look: so what a jump forward leaves out was not seen, like what fell into a sleep of the
 * machine, a time without daemon, or one in which it was stopped (DUE_BLIND_US). After a jump back the clock shows times that are accounted for;
 * they pass without a tick. If that would take more than DUE_CORRECTION_US the clock had been wrong
 * before, and the schedule begins anew from now (cron(8) of Debian draws the line at three hours,
 * too).
 */
#ifndef AORTA_SCHEDULE_DUE_H
#define AORTA_SCHEDULE_DUE_H

#include "schedule/schedule.h"

/* The line between a clock that was set back and one that had been wrong. */
#define DUE_CORRECTION_US (3 * 3600 * CLOCK_US_PER_SECOND)

/* A tick that is a little late, because the two clocks drift or the loop was busy, is on time. */
#define DUE_SLACK_US CLOCK_US_PER_SECOND

/* Who did not look for so long, though he does each minute, was stopped: he saw nothing of it. */
#define DUE_BLIND_US (5 * 60 * CLOCK_US_PER_SECOND)

/* Of ticks that are late so many are looked at one by one: enough for four days of an hourly
 * schedule, and a start that is not held up. Older ones are missed, also where all are caught up. */
enum { DUE_LATE_TICKS = 100 };

enum due_verdict {
    DUE_LATER,  /* nothing is due: look again at again_us (INT64_MAX: never) */
    DUE_FIRE,   /* a run of tick_us */
    DUE_MISSED, /* tick_us, by the policy; with `also_before`, all from reached_us to it */
    DUE_ANEW    /* reached_us is in a future that was a mistake: it becomes now */
};

struct due_time {
    int64_t now_us;
    int64_t seen_from_us; /* not later than now_us */
};

struct due {
    enum due_verdict verdict;
    int64_t tick_us;
    int64_t again_us;
    bool is_late;     /* of FIRE: it is caught up */
    bool also_before; /* of MISSED: there were too many to name each */
};

/* Since when somebody has been looking: begins zeroed, and is told of each look. */
struct due_watch {
    int64_t seen_from_us;
    int64_t looked_us, looked_mono_us; /* the last look; 0: there was none */
};

/* A look at both clocks; true if the wall clock has jumped since the last one. Looks must be so
 * close that the clocks drift less than DUE_SLACK_US between them: a minute is. */
bool due_look(struct due_watch *watch, int64_t now_us, int64_t mono_us, struct due_time *time);

void due_find(const struct schedule *schedule, int64_t reached_us, const struct due_time *time,
              struct due *due);

/* The next `count` ticks behind an instant, jitter left out; how many there are. */
size_t due_list(const struct schedule *schedule, int64_t after_us, int64_t *ticks_us, size_t count);

#endif

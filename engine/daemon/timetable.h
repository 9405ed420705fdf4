/*
 * Runs that begin by themselves: the schedules of the believed pipeline, and one timer.
 *
 *     due ─▶ paused? ─▶ late? ─▶ is an earlier run at work? ─▶ a run is asked for ─▶ queued
 *                       missed   skipped, or that is canceled                     └▶ refused
 *
 * What becomes of a tick, the instant until which the schedule's ticks are accounted for, and the
 * queued run are one transaction: whenever the daemon dies, a tick has either its run or is looked
 * at again by the next one. Between due and queued a tick is nowhere but in memory, and the
 * schedule looks at no other.
 *
 * A schedule that is new, or whose expression or zone has changed, begins now; so does one that is
 * resumed. One that is paused forgets where it was.
 *
 * While nothing can be written down it looks at nothing: what falls due then is as late as if no
 * daemon had been there.
 *
 * The timer runs for a minute at most, so that a wall clock that jumps is noticed (schedule/due.h
 * says what is made of it); without schedules it does not run.
 */
#ifndef AORTA_DAEMON_TIMETABLE_H
#define AORTA_DAEMON_TIMETABLE_H

#include "base/err.h"

struct daemon;
struct job;
struct loaded;
struct timetable;

/* For a daemon that stays, with what it believes. Blocks while it reads the store. */
int timetable_open(struct daemon *daemon, struct timetable **timetable, struct err *err);

/* Asks for nothing more. */
void timetable_close(struct timetable *timetable);

/* Another pipeline is believed. */
void timetable_reload(struct timetable *timetable);

/* Something was paused or resumed: looks at the clock at once. Accepts NULL. */
void timetable_look(struct timetable *timetable);

/* The verb `tick`, when its subject is found in what is loaded: a run of the schedule, now. The
 * listener hears of it as if he had asked for that run; where a daemon stays, only that it is
 * queued. */
void timetable_tick(struct job *job, struct loaded *loaded);

#endif

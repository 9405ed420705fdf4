/*
 * Sensors: what is looked at again and again, and the runs that follow.
 *
 *     timer ─▶ probe.h looks ─▶ schedule/sensor.h decides ─▶ a run is asked for ─▶ queued
 *       ▲          │ fails             │ nothing, or not yet                        │
 *       └── later ─┴───────────────────┘◀─────────────── the cursor has moved ──────┘
 *
 * The cursor moves in the transaction of the run that it makes: whenever the daemon dies, there is
 * either the run with the new cursor or neither, and the next one finds the same again. What was
 * found and has no run yet is kept in the store as well.
 *
 * A sensor makes one look at a time, and one run: what is found while its run is queued or at work is
 * a run when that has ended. A look that fails, or takes longer than it may, is logged when what is
 * wrong changes, and made again later each time. Sensors of runs look when one has ended, too.
 *
 * One thread, the loop's. All functions but sensors_open accept NULL: a daemon that does not stay has
 * none.
 */
#ifndef AORTA_DAEMON_SENSORS_H
#define AORTA_DAEMON_SENSORS_H

#include "daemon/work.h"
#include "message/sensor.h"

struct sensors;

/* For a daemon that stays, with what it believes. Blocks while it reads the store. */
int sensors_open(struct daemon *daemon, struct sensors **sensors, struct err *err);

/* Asks for nothing more. */
void sensors_close(struct sensors *sensors);

/* Another pipeline is believed: a sensor that looks at the same goes on where it was. */
void sensors_reload(struct sensors *sensors);

/* Something was paused or resumed: looks whether there is anything to do. */
void sensors_wake(struct sensors *sensors);

/* A run has ended, or a step of one is over, and that is committed. */
void sensors_run_moved(struct sensors *sensors);

/* An executor's report, of no step: whether it is a sensor's. And an executor that is gone. */
bool sensors_hear(struct sensors *sensors, const struct report *report);
void sensors_lose(struct sensors *sensors, const struct child *child, const char *reason);

/* The verb `tick`, when its subject is found in what is loaded: a run of the sensor, now. */
void sensors_tick(struct job *job, struct loaded *loaded);

/* What is known of each now, in the order of the file; texts are lent for the turn of the loop. */
struct sensor_state *sensors_list(const struct sensors *sensors, struct arena *arena,
                                  size_t *count);

#endif

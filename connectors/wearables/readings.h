/*
 * The stream "heart_rates": a message a reading, in the order of arrival.
 *
 *     key         text     the user id
 *     value       text     {"user_id":10001,"heart_rate":128,"timestamp":1711943972,"meta":{…}}
 *     partition   integer  where Kafka's Java client would put that key
 *     position    text     the record's place (place.h)
 *
 * A session arrives in the slot of its own hour, or up to SESSION_DELAY_MAX slots later; a record
 * exists once its slot has ended. Who wears a watch and what can be done is fed from the
 * operational database before the first record.
 */
#ifndef AORTA_WEARABLES_READINGS_H
#define AORTA_WEARABLES_READINGS_H

#include "rows.h"
#include "settings.h"

#include <stdatomic.h>

struct readings;

extern const struct aorta_stream readings_stream;
extern const char *const readings_inputs[]; /* ended by NULL */

/* position: JSON or NULL; AORTA_BROKEN if it is none. The settings are lent for its life. */
int readings_new(const struct settings *settings, const char *position, int64_t as_of_us,
                 struct readings **readings, struct aorta_error *error);
void readings_free(struct readings *readings);

/* Rows of the input "users" (wearer_list.h has its columns) or "activities" (activity_id,
 * activity_name). AORTA_CONFIG: a column is missing; AORTA_DATA: a null, an unknown country, a
 * number that cannot be. */
int readings_feed(struct readings *readings, const char *input, const struct aorta_batch *batch,
                  struct aorta_error *error);

/* Appends records until the rows are full or all records are given. AORTA_CONFIG: there are users
 * but no activity; AORTA_DATA: an id came twice; AORTA_CANCELED once *cancel is true. */
int readings_fill(struct readings *readings, struct rows *rows, const atomic_bool *cancel,
                  struct aorta_error *error);

/* How much of the time that is to be given has been: from 0 to 1; negative: it has not begun. */
double readings_share(const struct readings *readings);

/* JSON: after the records given so far. Lent until the next call. */
const char *readings_position(struct readings *readings);

#endif

/*
 * Columns that get a wider type, in a table that stays what it is: its rows are copied into one with
 * the new types, which takes its place (see model/publish.h: views and indexes follow).
 *
 *     bigint 12 ─▶ double 12.0        bigint, double, boolean ─▶ text, json
 *
 * For changes that no database can make in place (SQLite), and that are rare.
 */
#ifndef AORTA_MODEL_WIDEN_H
#define AORTA_MODEL_WIDEN_H

#include "model/publish.h"

/* The values of a column of one type as an expression of another, for the pairs above; anything else
 * is cast. Appends it. */
void widen_expression(struct buf *out, const struct aorta_dialect *dialect, const char *column,
                      enum aorta_type from, enum aorta_type to);

/* Gives columns of the table the types that `fields` have; names that it has not are passed over. In
 * the transaction that publishes. Nothing happens if all types are right. */
int widen_columns(struct session *session, const struct relation *target,
                  const struct aorta_field *fields, int32_t field_count,
                  struct publish_report *report, struct err *err);

#endif

/*
 * SQL whose result changes though nothing that it reads does: it asks for the time, or for chance.
 * Such a model is never fresh.
 */
#ifndef AORTA_GRAPH_VOLATILE_H
#define AORTA_GRAPH_VOLATILE_H

/* The first word of the SQL that names such a function ("now", "current_date", "random", "uuid", …),
 * or NULL. Comments and texts in single quotes do not count. A column of that name does: a model
 * too many that is built again is better than one that is stale. */
const char *volatile_find(const char *sql);

#endif

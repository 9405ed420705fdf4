/*
 * How runs are told, by whoever answers with one.
 */
#ifndef AORTA_WEB_RUNS_H
#define AORTA_WEB_RUNS_H

#include "web/exchange.h"

/* A `read`'s answer: the run with its steps, or 404. The Location is the run's with status 202. */
void web_run_answer(struct web_exchange *exchange, struct store_reader *reader, const char *id,
                    int status);

/* Likewise what the checks of the asset said last; NULL: those of all. */
void web_checks_answer(struct web_exchange *exchange, struct store_reader *reader,
                       const char *asset);

#endif

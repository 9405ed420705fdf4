/*
 * How runs are told, by whoever answers with one.
 */
#ifndef AORTA_WEB_RUNS_H
#define AORTA_WEB_RUNS_H

#include "web/exchange.h"

/* A `read`'s answer: the run with its steps, or 404. The Location is the run's with status 202. */
void web_run_answer(struct web_exchange *exchange, struct store_reader *reader, const char *id,
                    int status);

/* The results as a list named "checks". */
void web_write_checks(struct json_writer *json, const struct store_check_result *results,
                      size_t count);

#endif

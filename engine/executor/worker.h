/*
 * The threads of an executor: each carries out one thing at a time and is then kept for the next.
 *
 *     worker_start ─▶ a worker that is idle, else a new thread ─▶ run(arg) ─▶ idle ─▶ …
 *
 * A thread that begins and ends with its step costs some milliseconds of that step, and most of them
 * where nobody looks: the allocators of the C library and of DuckDB keep a cache for each thread,
 * which begins empty and is given back piece by piece.
 */
#ifndef AORTA_EXECUTOR_WORKER_H
#define AORTA_EXECUTOR_WORKER_H

#include "base/err.h"

/* Calls run(arg) on a worker. Who wants to know when it has returned sees to that himself. Any
 * thread. */
int worker_start(void (*run)(void *arg), void *arg, struct err *err);

#endif

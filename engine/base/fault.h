/*
 * Named points where a test can end the process.
 *
 *     fault_point("duckdb.commit.before");
 *     ... COMMIT ...
 *     fault_point("duckdb.commit.after");
 *
 * One stands before and after every commit, PUT, rename, offset commit and checkpoint of what a later
 * run goes on from. A report for somebody else (file_write_atomic) is no such state: whoever wants it
 * asks again. In normal operation a point costs one load. The environment arms it:
 *
 *     AORTA_FAULT=duckdb.commit.before         SIGKILL at the first pass
 *     AORTA_FAULT=duckdb.commit.before:3       at the third
 *     AORTA_FAULT=duckdb.commit.before:1:stop  SIGSTOP instead (the test sends SIGCONT)
 *     AORTA_FAULT_ONCE=/tmp/once               only if this file is not there, and makes it: one
 *                                              process of many, one time
 *     AORTA_FAULT_TRACE=/tmp/trace             appends each point's name at its first pass
 *
 * Names are string literals `room.what.before|after`, found by the crash test in the source text.
 * The count is per process. Any thread.
 */
#ifndef AORTA_BASE_FAULT_H
#define AORTA_BASE_FAULT_H

#include <stdbool.h>

extern bool fault_is_armed; /* set before main from the environment */

void fault_pass(const char *name);

#define fault_point(name)                        \
    do {                                         \
        if (__builtin_expect(fault_is_armed, 0)) \
            fault_pass(name);                    \
    } while (0)

#endif

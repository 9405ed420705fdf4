/*
 * Identifiers of runs.
 */
#include "test.h"

#include "base/clock.h"
#include "base/ulid.h"

#include <string.h>

TEST("identifiers sort by time and by order, also when the clock goes back")
{
    static const int64_t times[] = {1711943972000000, 1711943972000000, 1711943972001000, 5};
    char id[ULID_SIZE + 1], last[ULID_SIZE + 1] = "";
    struct ulid_source source = {{0}};

    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 1000; j++) {
            clock_set_us(times[i]);
            ulid_next(&source, id);
            check_int(strlen(id), ULID_SIZE);
            check(strcmp(last, id) < 0);
            memcpy(last, id, sizeof id);
        }
    check(strncmp(id, "01HTBWZX51", 10) == 0); /* 1711943972001 in Crockford's base 32 */
}

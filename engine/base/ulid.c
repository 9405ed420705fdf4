#include "base/ulid.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/* 128 bits as 26 digits of Crockford's base 32, the highest first. */
static void print(const unsigned char id[16], char text[ULID_SIZE + 1])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    for (int i = 0; i < ULID_SIZE; i++) {
        int low = 5 * (ULID_SIZE - 1 - i); /* the digit's lowest bit, counted from the end */
        unsigned int pair = id[15 - low / 8];
        if (low / 8 < 15)
            pair |= (unsigned int)id[14 - low / 8] << 8;
        text[i] = digits[(pair >> low % 8) & 31];
    }
    text[ULID_SIZE] = '\0';
}

static void put_time(unsigned char id[16], uint64_t ms)
{
    for (int i = 0; i < 6; i++)
        id[i] = (unsigned char)(ms >> (8 * (5 - i)));
}

void ulid_floor(int64_t us, char text[ULID_SIZE + 1])
{
    unsigned char id[16] = {0};

    put_time(id, us > 0 ? (uint64_t)us / 1000 : 0);
    print(id, text);
}

void ulid_next(struct ulid_source *source, char text[ULID_SIZE + 1])
{
    unsigned char fresh[16];

    put_time(fresh, (uint64_t)clock_now_us() / 1000);
    if (memcmp(fresh, source->last, 6) > 0) {
        if (getrandom(fresh + 6, 10, 0) != 10)
            alloc_fail(10);
        memcpy(source->last, fresh, sizeof fresh);
    } else {
        /* The same millisecond, or a clock that went back: one more than the last. */
        for (int i = 15; i >= 0 && ++source->last[i] == 0; i--)
            continue;
    }
    print(source->last, text);
}

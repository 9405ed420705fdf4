#include "base/ulid.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <stdint.h>
#include <sys/random.h>

void ulid_make(char text[ULID_SIZE + 1])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint64_t time = (uint64_t)(clock_now_us() / 1000);
    unsigned char random[ULID_SIZE - 10];

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        alloc_fail(sizeof random);
    for (int i = 9; i >= 0; i--, time >>= 5)
        text[i] = digits[time & 31];
    for (int i = 10; i < ULID_SIZE; i++)
        text[i] = digits[random[i - 10] & 31];
    text[ULID_SIZE] = '\0';
}

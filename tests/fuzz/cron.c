/* The first byte chooses the zone and the instant, the rest is an expression. Its ticks, found
 * forward and back, are the same. */
#include "fuzz.h"

#include "base/clock.h"
#include "schedule/cron.h"

#include <string.h>

enum { TICKS = 8 };

/* London, whose file lists no change; Apia, which left out 30 December 2011. */
static const char london[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                             "\0\0\0\0\0\0\0\0"
                             "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                             "\0\0\0\1\0\0\0\4"
                             "\0\0\0\0\0\0GMT\0\nGMT0BST,M3.5.0/1,M10.5.0\n";
static const char apia[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                           "\0\0\0\0\0\0\0\0"
                           "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
                           "\0\0\0\2\0\0\0\4"
                           "\0\0\0\0\x4e\xfd\x8b\x20\1"
                           "\xff\xff\x73\x60\0\0\0\0\xc4\xe0\0\0APA\0\n<+14>-14\n";

static void look(const struct cron *cron, const struct zone *zone, int64_t from_us)
{
    int64_t ticks[TICKS], tick, at = from_us;
    int count = 0;

    for (; count < TICKS && cron_next(cron, zone, at, &ticks[count]); at = ticks[count++]) {
        must(ticks[count] > at && ticks[count] < ZONE_END_US);
        must(ticks[count] % CLOCK_US_PER_SECOND == 0);
        must(cron_next(cron, zone, ticks[count] - 1, &tick) && tick == ticks[count]);
    }
    for (int i = count; i-- > 0;) {
        must(cron_previous(cron, zone, ticks[i] + 1, &tick) && tick == ticks[i]);
        must(cron_previous(cron, zone, ticks[i], &tick) == (i > 0) || tick <= from_us);
        must(i == 0 || tick == ticks[i - 1]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t from_us[] = {0,
                                      1325152800000000,
                                      1711843200000000,
                                      1729987200000000,
                                      -62135596800000000,
                                      253402300700000000};
    struct zone *zone;
    struct cron cron;
    struct err err;
    char text[400];

    if (size < 1 || size > sizeof text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (cron_parse(text, &cron, &err) < 0) {
        must(err.code == ERR_CONFIG && strchr(err.message, '\n') == NULL);
        return 0;
    }
    must(zone_parse("fuzz", data[0] % 2 == 0 ? london : apia,
                    data[0] % 2 == 0 ? sizeof london - 1 : sizeof apia - 1, &zone, &err) == 0);
    look(&cron, zone, from_us[data[0] / 2 % (sizeof from_us / sizeof *from_us)]);
    zone_free(zone);
    return 0;
}

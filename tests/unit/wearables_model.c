/*
 * The models of the connector "wearables": what they are made of, and that they hold at the edges.
 */
#include "test.h"

#include "base/alloc.h"

#include "wearables/physiology.h"
#include "wearables/wave.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 4000, YEAR_SECONDS = 31556952, LATITUDE_60 = 60000000, SEPTEMBER = 1725148800 };

static const double turn = 6.283185307179586;

TEST("a wave is a cosine to within three thousandths, whatever has passed")
{
    for (int64_t elapsed = -200000; elapsed <= 200000; elapsed += 7) {
        double wanted = 1000 * cos(turn * (double)elapsed / 86400);
        check(fabs(wave_thousandths(elapsed, 86400) - wanted) <= 3);
    }
    check_int(wave_thousandths(0, 86400), 1000);
    check_int(wave_thousandths(43200, 86400), -1000);
    check_int(wave_thousandths(INT64_C(86400) * 1000000000, 86400), 1000);
}

/* ---------------------------------------------------------------------------------- repertoire */

static struct repertoire *every_activity(void)
{
    struct repertoire *repertoire = alloc_zeroed(1, sizeof *repertoire);

    for (int i = 0; i < ACTIVITIES; i++)
        repertoire_add(repertoire, &(struct known_activity){20001 + i, (enum activity_kind)i});
    check_int(repertoire_sort(repertoire), -1);
    return repertoire;
}

static void release(struct repertoire *repertoire)
{
    repertoire_release(repertoire);
    free(repertoire);
}

/* Sessions of the kind, in thousandths. */
static int count_kind(const struct repertoire *repertoire, const char *country, int hour,
                      enum activity_kind kind)
{
    struct moment moment = {(int16_t)country_find(country, 2), (int16_t)(hour * 60)};
    int count = 0;

    for (uint64_t session = 0; session < DRAWS; session++)
        count += repertoire_at(repertoire, &moment, hash_mix(session))->kind == kind;
    return count * 1000 / DRAWS;
}

TEST("people sleep at night and train in the morning and the evening")
{
    struct repertoire *repertoire = every_activity();

    check(count_kind(repertoire, "DE", 3, ACTIVITY_SLEEP) > 900);
    check(count_kind(repertoire, "DE", 14, ACTIVITY_SLEEP) < 30);
    check(count_kind(repertoire, "DE", 7, ACTIVITY_RUN) >
          2 * count_kind(repertoire, "DE", 14, ACTIVITY_RUN));
    check(count_kind(repertoire, "DE", 18, ACTIVITY_RUN) >
          2 * count_kind(repertoire, "DE", 22, ACTIVITY_RUN));
    check_int(count_kind(repertoire, "NO", 2, ACTIVITY_HIKING), 0);
    release(repertoire);
}

TEST("countries differ: Spain is up late, the Netherlands cycle")
{
    struct repertoire *repertoire = every_activity();

    check(count_kind(repertoire, "ES", 8, ACTIVITY_SLEEP) >
          4 * count_kind(repertoire, "DE", 8, ACTIVITY_SLEEP));
    check(count_kind(repertoire, "NL", 18, ACTIVITY_CYCLING) >
          2 * count_kind(repertoire, "DE", 18, ACTIVITY_CYCLING));
    release(repertoire);
}

TEST("activities of names that nobody knows are shared out; one alone is always chosen")
{
    struct repertoire *two = alloc_zeroed(1, sizeof *two), *one = alloc_zeroed(1, sizeof *one);
    struct moment night = {(int16_t)country_find("NO", 2), 120};
    int first = 0;

    check_int(activity_find("Juggling", 8), ACTIVITY_OTHER);
    check_int(activity_find("Bicycling", 9), ACTIVITY_CYCLING);
    repertoire_add(two, &(struct known_activity){20500, ACTIVITY_OTHER});
    repertoire_add(two, &(struct known_activity){20400, ACTIVITY_OTHER});
    repertoire_add(one, &(struct known_activity){20001, ACTIVITY_HIKING}); /* never at night */
    check_int(repertoire_sort(two), -1);
    check_int(repertoire_sort(one), -1);
    for (uint64_t session = 0; session < DRAWS; session++) {
        first += repertoire_at(two, &night, hash_mix(session))->activity_id == 20400;
        check_int(repertoire_at(one, &night, hash_mix(session))->activity_id, 20001);
    }
    check(first > DRAWS * 45 / 100 && first < DRAWS * 55 / 100);
    repertoire_add(two, &(struct known_activity){20500, ACTIVITY_RUN});
    check_int(repertoire_sort(two), 20500);
    release(two);
    release(one);
}

/* ---------------------------------------------------------------------------------- physiology */

static int32_t born(int age)
{
    return SEPTEMBER / 86400 - age * 36525 / 100;
}

/* The mean over many wearers, in hundredths of a beat a minute. */
static int mean_rate(struct body body, enum activity_kind kind)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < DRAWS; i++) {
        struct wearer wearer = {.user_id = 10001 + i, .body = body};
        struct chance chance = chance_of(7, CHANCE_READING, (uint64_t)i, 0);
        struct exertion exertion = {
            .wearer = &wearer, .kind = kind, .second = SEPTEMBER, .local_second = SEPTEMBER};
        model_physiological.prepare(7, &wearer);
        sum += model_physiological.first(&exertion, &chance);
        sum += model_physiological.next(&exertion, &chance);
    }
    return (int)(sum * 50 / DRAWS);
}

static void check_near(int got, int wanted, int tolerance)
{
    if (abs(got - wanted) > tolerance)
        test_fail(__FILE__, __LINE__, "%d and not %d, give or take %d", got, wanted, tolerance);
}

TEST("rest, effort and age are those of the header")
{
    const struct body man = {.birth_day = born(50), .height = 180, .weight = 65, .sex = 'M'};
    const struct body woman = {.birth_day = born(50), .height = 180, .weight = 65, .sex = 'F'};
    const struct body old = {.birth_day = born(90), .height = 180, .weight = 65, .sex = 'M'};
    const struct body heavy = {.birth_day = born(50), .height = 180, .weight = 97, .sex = 'M'};
    /* At the equator the time of day alone takes something. */
    int midnight = physiology_of_day(SEPTEMBER) / 10;

    check_near(mean_rate(man, ACTIVITY_SIT), 6450 + midnight, 40);
    check_near(mean_rate(woman, ACTIVITY_SIT) - mean_rate(man, ACTIVITY_SIT), 300, 10);
    check_near(mean_rate(heavy, ACTIVITY_SIT) - mean_rate(man, ACTIVITY_SIT), 278, 10);
    check_near(mean_rate(old, ACTIVITY_SIT) - mean_rate(man, ACTIVITY_SIT), -288, 10);
    /* 8.8 of 11 METs of a reserve of 208 - 35 - 64.5 and so on. */
    check_near(mean_rate(man, ACTIVITY_RUN) - mean_rate(man, ACTIVITY_SIT),
               800 * (17300 - 6450 - midnight) / 1000, 60);
    check_near(mean_rate(old, ACTIVITY_RUN) - mean_rate(man, ACTIVITY_RUN), -2240 - 58, 60);
}

static double deviation(double sum, double squares, int count)
{
    return sqrt(squares / count - sum / count * (sum / count));
}

TEST("people differ in rest and in the most they can, as far as the header says")
{
    double rest[2] = {0}, most[2] = {0};

    for (int32_t i = 0; i < DRAWS; i++) {
        struct wearer wearer = {.user_id = 10001 + i, .body = {.height = 180, .weight = 65}};
        model_physiological.prepare(7, &wearer);
        rest[0] += wearer.body.rest;
        rest[1] += (double)wearer.body.rest * wearer.body.rest;
        most[0] += wearer.body.most;
        most[1] += (double)wearer.body.most * wearer.body.most;
    }
    check_near((int)deviation(rest[0], rest[1], DRAWS), 7341, 250); /* of 3 and 6.7 */
    check_near((int)deviation(most[0], most[1], DRAWS), 8000, 250);
    check_near((int)(most[0] / DRAWS), 208000, 400);
}

TEST("a reading keeps four fifths of how far the one before it was off, and they stay as far off")
{
    struct wearer wearer = {.user_id = 10001,
                            .body = {.birth_day = born(50), .height = 180, .weight = 65}};
    double product = 0, squares[2] = {0};

    model_physiological.prepare(7, &wearer);
    for (int32_t i = 0; i < DRAWS; i++) {
        struct chance chance = chance_of(7, CHANCE_READING, (uint64_t)i, 0);
        struct exertion exertion = {.wearer = &wearer, .kind = ACTIVITY_SIT, .second = SEPTEMBER};
        model_physiological.first(&exertion, &chance);
        double before = exertion.deviation;
        model_physiological.next(&exertion, &chance);
        product += before * exertion.deviation;
        squares[0] += before * before;
        squares[1] += (double)exertion.deviation * exertion.deviation;
    }
    check_near((int)(1000 * product / squares[0]), 800, 30);
    check_near((int)sqrt(squares[0] / DRAWS), 3000, 100);
    check_near((int)sqrt(squares[1] / DRAWS), 3000, 100);
}

TEST("hearts are fastest in the afternoon and in the winter of where they are")
{
    int64_t new_year = 1704067200, noon = 1704110400;

    check(physiology_of_day(noon + 4 * 3600) > 2900);
    check(physiology_of_day(noon - 8 * 3600) < -2800);
    check_int(physiology_of_year(new_year, LATITUDE_60), 1400);
    check_int(physiology_of_year(new_year + YEAR_SECONDS / 2, LATITUDE_60), -1400);
    check_int(physiology_of_year(new_year, -LATITUDE_60 / 2), -700);
    check_int(physiology_of_year(new_year, 0), 0);
}

TEST("the strangest bodies have rates between 30 and 230, in every activity")
{
    static const int16_t heights[] = {50, 170, 300}, weights[] = {10, 70, 700};
    static const int ages[] = {-10, 18, 120, 220};
    const struct model *const models[] = {&model_physiological, &model_reference};
    bool was_lowest = false, was_highest = false;

    for (int i = 0; i < 3 * 3 * 4 * ACTIVITIES * 10; i++) {
        struct wearer wearer = {.user_id = i,
                                .body = {.birth_day = born(ages[i % 4]),
                                         .height = heights[i / 4 % 3],
                                         .weight = weights[i / 12 % 3],
                                         .sex = '?'}};
        struct exertion exertion = {.wearer = &wearer,
                                    .kind = (enum activity_kind)(i / 36 % ACTIVITIES),
                                    .second = SEPTEMBER,
                                    .local_second = SEPTEMBER - 43200,
                                    .latitude = 90000000};
        struct chance chance = chance_of(1, CHANCE_READING, (uint64_t)i, 1);
        model_physiological.prepare(1, &wearer);
        int rate = models[i % 2]->first(&exertion, &chance);
        for (int k = 0; k < 20; k++) {
            check(rate >= 30 && rate <= 230);
            was_lowest = was_lowest || rate == 30;
            was_highest = was_highest || rate == 230;
            rate = models[i % 2]->next(&exertion, &chance);
        }
    }
    check(was_lowest && was_highest);
}

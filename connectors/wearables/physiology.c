#include "physiology.h"

#include "wave.h"

/* Thousandths of a beat a minute, unless it says otherwise. */
enum {
    BEAT = 1000,
    REST = 66 * BEAT,
    REST_OF_WOMEN = 1500,
    REST_OF_MEN = -1500,
    REST_AGE = 50,                   /* years, at which rest is highest */
    REST_PER_SQUARE_CENTURY = 18000, /* what it falls by in a hundred years, off that age */
    REST_PER_MASS = 350,             /* for each kg/m^2 */
    MASS_FROM = 22 * 1000,           /* thousandths of a kg/m^2 */
    REST_PER_FITNESS = -3 * BEAT,
    REST_SPREAD = 6700,
    MOST = 208 * BEAT,
    MOST_PER_YEAR = -700,
    MOST_SPREAD = 8 * BEAT,
    RESERVE_LEAST = 20 * BEAT, /* so that more effort is more, whoever it is */
    DAY_HEIGHT = 3 * BEAT,
    YEAR_HEIGHT = 1050,
    SESSION_SPREAD = 3500,
    DEVIATION_SPREAD = 3 * BEAT,
    DEVIATION_NEW = 1800, /* sqrt(1 - 0.8^2) of the spread: the next has the spread again */
};

enum {
    SECONDS_PER_DAY = 86400,
    SECONDS_PER_YEAR = 31556952, /* Gregorian */
    YEAR_CREST = 1704067200,     /* 2024-01-01 */
    DAY_CREST = (16 * 60 + 36) * 60,
    YEAR_LATITUDE = 45000000, /* millionths of a degree, where YEAR_HEIGHT is meant */
};

/* Efforts, in thousandths of the reserve. METs are those of B. E. Ainsworth et al., "2011 Compendium
 * of Physical Activities", Medicine & Science in Sports & Exercise 43 (2011) 1575-1581,
 * doi:10.1249/MSS.0b013e31821ece12; where they are in brackets, they are chosen. */
#define OF_METS(tenths) (((tenths)-10) * 1000 / (120 - 10))

static const int32_t efforts[ACTIVITIES] = {
    [ACTIVITY_STAND] = 60,                /* chosen: a few beats above sitting */
    [ACTIVITY_SIT] = 0,                   /* what rest is measured at */
    [ACTIVITY_SLEEP] = -70,               /* about 8 beats */
    [ACTIVITY_WALK] = OF_METS(35),        /* level, moderate pace */
    [ACTIVITY_RUN] = OF_METS(98),         /* 10 km/h */
    [ACTIVITY_CYCLING] = OF_METS(75),     /* general */
    [ACTIVITY_ELLIPTICAL] = OF_METS(50),  /* moderate effort */
    [ACTIVITY_ROWER] = OF_METS(48),       /* stationary, moderate effort */
    [ACTIVITY_STAIRS] = OF_METS(90),      /* stair-treadmill ergometer */
    [ACTIVITY_HIIT] = OF_METS(80),        /* circuit training, minimal rest */
    [ACTIVITY_HIKING] = OF_METS(60),      /* cross country */
    [ACTIVITY_YOGA] = OF_METS(25),        /* Hatha */
    [ACTIVITY_STRENGTH] = OF_METS(35),    /* multiple exercises, 8 to 15 repetitions */
    [ACTIVITY_DANCE] = OF_METS(78),       /* general: disco, folk, line dancing */
    [ACTIVITY_COOLDOWN] = OF_METS(40),    /* (stretching and what is left of the effort before) */
    [ACTIVITY_CORE] = OF_METS(38),        /* calisthenics, moderate effort */
    [ACTIVITY_PILATES] = OF_METS(30),     /* general */
    [ACTIVITY_TAI_CHI] = OF_METS(30),     /* general */
    [ACTIVITY_SWIMMING] = OF_METS(58),    /* laps, crawl, moderate effort */
    [ACTIVITY_WHEELCHAIR] = OF_METS(40),  /* (wheeling outdoors) */
    [ACTIVITY_MULTISPORT] = OF_METS(85),  /* (between cycling and running) */
    [ACTIVITY_KICKBOXING] = OF_METS(103), /* martial arts, moderate pace */
    [ACTIVITY_OTHER] = OF_METS(40),       /* (anything) */
};

static void prepare(uint64_t seed, struct wearer *wearer)
{
    struct chance chance = chance_of(seed, CHANCE_BODY, (uint64_t)wearer->user_id, 0);
    struct body *body = &wearer->body;
    int64_t mass = INT64_C(10000000) * body->weight / (body->height * body->height);
    int64_t rest = REST;

    rest += body->sex == 'F' ? REST_OF_WOMEN : body->sex == 'M' ? REST_OF_MEN : 0;
    rest += mass > MASS_FROM ? REST_PER_MASS * (mass - MASS_FROM) / 1000 : 0;
    rest += chance_normal(&chance, 0, REST_PER_FITNESS);
    rest += chance_normal(&chance, 0, REST_SPREAD);
    body->rest = (int32_t)rest;
    body->most = (int32_t)(MOST + chance_normal(&chance, 0, MOST_SPREAD));
}

int32_t physiology_of_day(int64_t local_second)
{
    return DAY_HEIGHT * wave_thousandths(local_second - DAY_CREST, SECONDS_PER_DAY) / 1000;
}

int32_t physiology_of_year(int64_t second, int32_t latitude)
{
    int64_t wave = wave_thousandths(second - YEAR_CREST, SECONDS_PER_YEAR);

    return (int32_t)(wave * YEAR_HEIGHT / 1000 * latitude / YEAR_LATITUDE);
}

static int beats(const struct exertion *exertion)
{
    int32_t rate = exertion->level + exertion->deviation;

    rate = (rate + BEAT / 2) / BEAT;
    return rate < MODEL_LOWEST ? MODEL_LOWEST : rate > MODEL_HIGHEST ? MODEL_HIGHEST : rate;
}

static int first(struct exertion *exertion, struct chance *chance)
{
    const struct body *body = &exertion->wearer->body;
    int64_t days = exertion->second / SECONDS_PER_DAY - body->birth_day;
    int64_t age = days * 100000 / 36525;         /* thousandths of a year */
    int64_t off = (age - REST_AGE * 1000) / 100; /* tenths of a year */

    int64_t rest = body->rest - REST_PER_SQUARE_CENTURY * off * off / 1000000;
    rest += physiology_of_day(exertion->local_second);
    rest += physiology_of_year(exertion->second, exertion->latitude);
    int64_t reserve = body->most + MOST_PER_YEAR * age / 1000 - rest;
    reserve = reserve < RESERVE_LEAST ? RESERVE_LEAST : reserve;
    int64_t effort = efforts[exertion->kind];
    effort += chance_normal(chance, 0, effort / 10);
    effort = effort > 1000 ? 1000 : effort;
    rest += chance_normal(chance, 0, SESSION_SPREAD);
    exertion->level = (int32_t)(rest + effort * reserve / 1000);
    exertion->deviation = (int32_t)chance_normal(chance, 0, DEVIATION_SPREAD);
    return beats(exertion);
}

static int next(struct exertion *exertion, struct chance *chance)
{
    int64_t fresh = chance_normal(chance, 0, DEVIATION_NEW);

    exertion->deviation = (int32_t)(exertion->deviation * 4 / 5 + fresh);
    return beats(exertion);
}

const struct model model_physiological = {
    .name = "physiological",
    .needs_body = true,
    .prepare = prepare,
    .choose = repertoire_at,
    .first = first,
    .next = next,
};

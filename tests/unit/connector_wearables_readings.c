/*
 * The connector "wearables": the stream of readings.
 */
#include "test.h"
#include "wearables.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"

#include "wearables/murmur2.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { USERS = 9999, PARTITIONS = 6, HASHED = 100000 };

static const struct {
    const char *model, *leaves, *hash;
} hashes[] = {
    {"physiological", "numbers",
     "99236b33e17c4dbdc4e83c0595c71a7d9343a9a0906f8f464eb493af501be532"},
    {"physiological", "mixed", "3592b5dba6ea6a7896bd866f4b444fa02ac7819e4dcf9df1637f29ec1fcf8fa5"},
    {"reference", "numbers", "d121fec4b01442587d7484878fa895eca7ff642754695807dfc3ecab830c9028"},
};

static const char *const country_codes[] = {"US", "GB", "AU", "BR", "ES", "FR", "DE",
                                            "IT", "NL", "SE", "NO", "FI", "DK", "PL"};

static struct wearables_activity activities[] = {
    {20017, "Sleep"}, {20890, "Run"}, {20100, "Walk"}, {20500, "Yoga"}, {20501, "Multisport"}};

enum { ACTIVITIES = sizeof activities / sizeof *activities };

static struct wearables_user users[USERS];

static void make_users(void)
{
    for (int i = 0; i < USERS; i++)
        users[i] = (struct wearables_user){
            .user_id = 10001 + i,
            .country = country_codes[i % 14],
            .sex = i % 2 == 0 ? "M" : "F",
            .date_of_birth = (1930 + i % 76) * 10000 + (1 + i % 12) * 100 + 1 + i % 28,
            .height = 150 + i % 45,
            .weight = 50 + i % 60,
        };
}

/* A record, taken apart. */
struct reading {
    int64_t user_id, heart_rate, timestamp, activity_id, latitude, longitude;
    int64_t slot, index;
    int partition;
};

static int64_t degrees(const char *text)
{
    const char *point = strchr(text, '.');
    int64_t whole = strtoll(text, NULL, 10), fraction = strtoll(point + 1, NULL, 10);

    check_int(strspn(point + 1, "0123456789"), 6);
    return text[0] == '-' ? whole * 1000000 - fraction : whole * 1000000 + fraction;
}

static struct reading parse(const struct aorta_batch *batch, int64_t row)
{
    struct reading reading;
    const char *value = wearables_text(batch, "value", row);
    long long user_id, heart_rate, timestamp, activity_id, slot, user, index;
    char latitude[24], longitude[24];
    int end = 0;

    sscanf(value,
           "{\"user_id\":%lld,\"heart_rate\":%lld,\"timestamp\":%lld,\"meta\":{\"activity_id\":%lld"
           ",\"location\":{\"latitude\":%23[-0-9.],\"longitude\":%23[-0-9.]}}}%n",
           &user_id, &heart_rate, &timestamp, &activity_id, latitude, longitude, &end);
    if (end != (int)strlen(value))
        test_fail(__FILE__, __LINE__, "not a message: %s", value);
    check_int(
        sscanf(wearables_text(batch, "position", row), "%lld/%lld/%lld", &slot, &user, &index), 3);
    check_int(user, user_id);
    check_int(strtoll(wearables_text(batch, "key", row), NULL, 10), user_id);
    reading.user_id = user_id;
    reading.heart_rate = heart_rate;
    reading.timestamp = timestamp;
    reading.activity_id = activity_id;
    reading.latitude = degrees(latitude);
    reading.longitude = degrees(longitude);
    reading.slot = slot;
    reading.index = index;
    reading.partition = (int)wearables_int(batch, "partition", row);
    return reading;
}

/* ---------------------------------------------------------------------------------- three days */

struct totals {
    int64_t records, sessions, late;
    struct reading before;
    uint64_t *seen; /* user and timestamp of each record */
};

static void check_box(const struct reading *reading)
{
    static const int boxes[][4] = {
        {34, 41, -117, -80}, {51, 54, -3, 0},  {-30, -22, 120, 145}, {-20, -8, -55, -42},
        {38, 42, -6, -1},    {44, 49, 0, 6},   {49, 53, 8, 12},      {44, 46, 7, 12},
        {51, 53, 5, 6},      {57, 61, 13, 16}, {59, 62, 8, 11},      {61, 64, 24, 29},
        {55, 57, 8, 10},     {51, 54, 16, 23},
    };
    const int *box = boxes[(reading->user_id - 10001) % 14];

    check(reading->latitude >= box[0] * 1000000 && reading->latitude <= box[1] * 1000000);
    check(reading->longitude >= box[2] * 1000000 && reading->longitude <= box[3] * 1000000);
}

static void check_rate(const struct reading *reading, bool is_first)
{
    static const int ranges[][2] = {{40, 80}, {130, 205}, {70, 150}, {70, 150}, {130, 205}};
    int activity = 0;

    while (activities[activity].activity_id != reading->activity_id)
        check(++activity < ACTIVITIES);
    check(reading->heart_rate >= 30 && reading->heart_rate <= 230);
    if (is_first)
        check(reading->heart_rate >= ranges[activity][0] &&
              reading->heart_rate <= ranges[activity][1]);
}

static void count_reading(void *arg, const struct aorta_batch *batch, int64_t row)
{
    struct totals *totals = arg;
    struct reading reading = parse(batch, row), *before = &totals->before;
    int64_t delay = reading.slot - reading.timestamp / 3600;
    bool same_user = reading.slot == before->slot && reading.user_id == before->user_id;
    bool same_session = same_user && reading.timestamp / 3600 == before->timestamp / 3600;

    check(delay >= 0 && delay <= 6);
    check(reading.timestamp >= WEARABLES_START_US / CLOCK_US_PER_SECOND);
    /* In order of arrival: slot, user, time. */
    check(reading.slot >= before->slot);
    check(reading.slot > before->slot || reading.user_id >= before->user_id);
    check(!same_user || reading.timestamp > before->timestamp);
    check_int(reading.index, same_user ? before->index + 1 : 0);
    check_box(&reading);
    check_rate(&reading, !same_session);
    if (same_session) {
        check_int(reading.activity_id, before->activity_id);
        check_int(reading.latitude, before->latitude);
        check_int(reading.longitude, before->longitude);
        check(llabs(reading.heart_rate - before->heart_rate) <= 8);
    }
    totals->sessions += !same_session;
    totals->late += !same_session && delay > 0;
    totals->seen[totals->records++] = (uint64_t)reading.user_id << 32 | (uint64_t)reading.timestamp;
    *before = reading;
}

static int compare_uint64(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

TEST("three days have over 200,000 readings, in order, unique, within range and country")
{
    static struct totals totals;
    static uint64_t seen[300000];
    void *connection = wearables_open(&(struct wearables_options){
        .as_of_us = WEARABLES_START_US + 3 * WEARABLES_DAY_US, .model = "reference"});
    void *reader = wearables_read(connection, "heart_rates", NULL);

    make_users();
    totals.seen = seen;
    wearables_feed(reader, users, USERS, activities, ACTIVITIES);
    wearables_rows(reader, false, count_reading, &totals);
    check(totals.records > 200000 && totals.records < 220000);
    /* 1 to 4 readings a session. */
    check(totals.records * 100 / totals.sessions >= 245);
    check(totals.records * 100 / totals.sessions <= 255);
    check(totals.late * 1000 / totals.sessions >= 17 && totals.late * 1000 / totals.sessions <= 22);
    qsort(seen, (size_t)totals.records, sizeof *seen, compare_uint64);
    for (int64_t i = 1; i < totals.records; i++)
        check(seen[i] != seen[i - 1]);
    wearables_load()->close(connection);
}

/* --------------------------------------------------------------------------------------- records */

/* The records of each partition, one a line. */
struct partitions {
    struct buf lines[PARTITIONS];
};

static void partitions_init(struct partitions *partitions)
{
    for (int i = 0; i < PARTITIONS; i++)
        buf_init(&partitions->lines[i]);
}

static void partitions_release(struct partitions *partitions)
{
    for (int i = 0; i < PARTITIONS; i++)
        buf_release(&partitions->lines[i]);
}

static void append_record(void *arg, const struct aorta_batch *batch, int64_t row)
{
    struct partitions *partitions = arg;
    size_t partition = wearables_index(batch, "partition", row, 0, PARTITIONS);

    buf_printf(&partitions->lines[partition], "%s %s %s\n", wearables_text(batch, "position", row),
               wearables_text(batch, "key", row), wearables_text(batch, "value", row));
}

static void read_records(const struct wearables_options *options, int64_t first, int64_t count,
                         const char *position, struct partitions *partitions)
{
    void *connection = wearables_open(options);
    void *reader = wearables_read(connection, "heart_rates", position);

    make_users();
    partitions_init(partitions);
    wearables_feed(reader, users + first, count, activities, ACTIVITIES);
    wearables_rows(reader, false, append_record, partitions);
    wearables_load()->close(connection);
}

/* The beginning of a partition's records up to a random line; its position goes to the JSON. */
static size_t cut_at_random(const struct buf *lines, int partition, uint64_t *state,
                            struct buf *json)
{
    size_t at = (*state = hash_mix(*state)) % (lines->size + 1);

    while (at > 0 && lines->data[at - 1] != '\n')
        at--;
    if (at == 0)
        return 0;
    size_t start = at - 1;
    while (start > 0 && lines->data[start - 1] != '\n')
        start--;
    buf_printf(json, "%s\"%d\": \"%.*s\"", json->size > 1 ? ", " : "", partition,
               (int)strcspn(lines->data + start, " "), lines->data + start);
    return at;
}

TEST("from any record of each partition on, exactly the rest comes")
{
    struct wearables_options options = {.as_of_us = WEARABLES_START_US + 2 * WEARABLES_DAY_US,
                                        .late_share = 0.3};
    struct partitions whole, rest;
    uint64_t state = 5;

    read_records(&options, 0, 150, NULL, &whole);
    for (int round = 0; round < 200; round++) {
        size_t cuts[PARTITIONS];
        struct buf json;
        buf_init(&json);
        buf_append_char(&json, '{');
        for (int i = 0; i < PARTITIONS; i++)
            cuts[i] = cut_at_random(&whole.lines[i], i, &state, &json);
        buf_append_char(&json, '}');
        read_records(&options, 0, 150, json.data, &rest);
        for (int i = 0; i < PARTITIONS; i++)
            check_str(rest.lines[i].data, whole.lines[i].data + cuts[i]);
        partitions_release(&rest);
        buf_release(&json);
    }
    partitions_release(&whole);
}

TEST("the position after each batch gives exactly the rest")
{
    struct wearables_options options = {.as_of_us = WEARABLES_START_US + 4 * WEARABLES_DAY_US};
    struct partitions whole, pieces;
    struct aorta_batch batch;
    struct aorta_error err;
    char *position = NULL;
    int got, batches = 0;

    make_users();
    read_records(&options, 0, 1000, NULL, &whole);
    partitions_init(&pieces);
    void *connection = wearables_open(&options);
    do {
        void *reader = wearables_read(connection, "heart_rates", position);
        wearables_feed(reader, users, 1000, activities, ACTIVITIES);
        got = wearables_load()->source->next(reader, &batch, &err);
        check_ok(got);
        for (int64_t row = 0; got == 1 && row < batch.row_count; row++)
            append_record(&pieces, &batch, row);
        free(position);
        position = strdup(wearables_load()->source->position(reader));
        wearables_load()->source->read_close(reader);
        batches += got;
    } while (got == 1);
    check(batches > 2);
    for (int i = 0; i < PARTITIONS; i++)
        check_str(pieces.lines[i].data, whole.lines[i].data);
    free(position);
    partitions_release(&whole);
    partitions_release(&pieces);
    wearables_load()->close(connection);
}

TEST("a later as_of only adds records at the end of each partition")
{
    struct wearables_options options = {.late_share = 0.3};
    struct partitions whole, part;

    options.as_of_us = WEARABLES_START_US + 30 * WEARABLES_HOUR_US;
    read_records(&options, 0, 300, NULL, &whole);
    for (int hours = -1; hours < 30; hours++) {
        /* A slot exists once it has ended: a second before, it does not. */
        options.as_of_us = WEARABLES_START_US + hours * WEARABLES_HOUR_US + WEARABLES_HOUR_US - 1;
        read_records(&options, 0, 300, NULL, &part);
        for (int i = 0; i < PARTITIONS; i++) {
            check(hours > 0 ? part.lines[i].size > 0 : part.lines[i].size == 0);
            check(part.lines[i].size <= whole.lines[i].size);
            check(memcmp(part.lines[i].data, whole.lines[i].data, part.lines[i].size) == 0);
        }
        partitions_release(&part);
    }
    partitions_release(&whole);
}

TEST("other users, added or deleted, change nothing in a user's records")
{
    struct wearables_options options = {.as_of_us = WEARABLES_START_US + 2 * WEARABLES_DAY_US};
    struct partitions all, some;

    read_records(&options, 0, 100, NULL, &all);
    read_records(&options, 40, 20, NULL, &some);
    int lines = 0;
    for (int i = 0; i < PARTITIONS; i++) {
        char *save = NULL;
        for (char *line = strtok_r(some.lines[i].data, "\n", &save); line != NULL;
             line = strtok_r(NULL, "\n", &save), lines++)
            check_contains(all.lines[i].data, line);
    }
    check(lines > 150);
    partitions_release(&all);
    partitions_release(&some);
}

static void check_without_sleep(const char *model)
{
    struct wearables_options options = {.as_of_us = WEARABLES_START_US + 2 * WEARABLES_DAY_US,
                                        .model = model};
    struct partitions all, fewer;
    int same = 0, others = 0;

    read_records(&options, 0, 100, NULL, &all);
    void *connection = wearables_open(&options);
    void *reader = wearables_read(connection, "heart_rates", NULL);
    partitions_init(&fewer);
    wearables_feed(reader, users, 100, activities + 1, ACTIVITIES - 1);
    wearables_rows(reader, false, append_record, &fewer);
    for (int i = 0; i < PARTITIONS; i++) {
        char *save = NULL;
        for (char *line = strtok_r(all.lines[i].data, "\n", &save); line != NULL;
             line = strtok_r(NULL, "\n", &save)) {
            bool was_of_it = strstr(line, "\"activity_id\":20017,") != NULL;
            check((strstr(fewer.lines[i].data, line) == NULL) == was_of_it);
            same += !was_of_it;
            others += was_of_it;
        }
    }
    check(same > 400 && others > 100);
    partitions_release(&all);
    partitions_release(&fewer);
    wearables_load()->close(connection);
}

TEST("an activity that is gone changes only the sessions that were of it")
{
    check_without_sleep("physiological");
    check_without_sleep("reference");
}

/* A line of numbers with its leaves as text. */
static void quote_leaves(const char *at, size_t size, struct buf *out)
{
    const char *end = at + size;

    while (at < end) {
        bool is_leaf = *at == ':' && (at[1] == '-' || (at[1] >= '0' && at[1] <= '9'));
        buf_append_char(out, *at++);
        if (!is_leaf)
            continue;
        size_t digits = strspn(at, "-0123456789.");
        buf_printf(out, "\"%.*s\"", (int)digits, at);
        at += digits;
    }
}

TEST("leaves are numbers, text, or both by message; the digits are the same")
{
    struct wearables_options options = {.as_of_us = WEARABLES_START_US + WEARABLES_DAY_US};
    struct partitions numbers, text, mixed;
    int as_text = 0, as_numbers = 0;

    read_records(&options, 0, 40, NULL, &numbers);
    options.leaves = "text";
    read_records(&options, 0, 40, NULL, &text);
    options.leaves = "mixed";
    read_records(&options, 0, 40, NULL, &mixed);
    for (int i = 0; i < PARTITIONS; i++) {
        const char *got = mixed.lines[i].data;
        struct buf quoted;
        buf_init(&quoted);
        quote_leaves(numbers.lines[i].data, numbers.lines[i].size, &quoted);
        check_str(text.lines[i].data, quoted.data);
        for (const char *line = numbers.lines[i].data; *line != '\0';) {
            size_t size = strcspn(line, "\n") + 1;
            buf_reset(&quoted);
            quote_leaves(line, size, &quoted);
            bool is_text = strncmp(got, quoted.data, quoted.size) == 0;
            check(is_text || strncmp(got, line, size) == 0);
            as_text += is_text;
            as_numbers += !is_text;
            got += is_text ? quoted.size : size;
            line += size;
        }
        check_str(got, "");
        buf_release(&quoted);
    }
    check(as_text * 3 > as_numbers && as_numbers * 3 > as_text && as_text > 50);
    partitions_release(&numbers);
    partitions_release(&text);
    partitions_release(&mixed);
}

/* ----------------------------------------------------------------------------------- same always */

struct hashing {
    struct hash *hash;
    int records;
};

static void hash_record(void *arg, const struct aorta_batch *batch, int64_t row)
{
    struct hashing *hashing = arg;
    char partition[16];

    if (hashing->records++ >= HASHED)
        return;
    snprintf(partition, sizeof partition, "%lld",
             (long long)wearables_int(batch, "partition", row));
    hash_add_str(hashing->hash, partition);
    hash_add_str(hashing->hash, wearables_text(batch, "position", row));
    hash_add_str(hashing->hash, wearables_text(batch, "key", row));
    hash_add_str(hashing->hash, wearables_text(batch, "value", row));
}

TEST("the first 100,000 records of each model are the same on every machine")
{
    char hex[HASH_HEX_SIZE + 1];

    make_users();
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        struct hashing hashing = {.hash = hash_new()};
        void *connection = wearables_open(
            &(struct wearables_options){.as_of_us = WEARABLES_START_US + 2 * WEARABLES_DAY_US,
                                        .model = hashes[i].model,
                                        .leaves = hashes[i].leaves});
        void *reader = wearables_read(connection, "heart_rates", NULL);
        wearables_feed(reader, users, USERS, activities, ACTIVITIES);
        wearables_rows(reader, false, hash_record, &hashing);
        check(hashing.records > HASHED);
        hash_finish(hashing.hash, hex);
        check_str(hex, hashes[i].hash);
        wearables_load()->close(connection);
    }
}

/* The vectors of Apache Kafka's own test (UtilsTest.testMurmur2). */
TEST("murmur2 gives what Kafka's Java client gives")
{
    check_int((int32_t)murmur2("21", 2), -973932308);
    check_int((int32_t)murmur2("foobar", 6), -790332482);
    check_int((int32_t)murmur2("a-little-bit-long-string", 24), -985981536);
    check_int((int32_t)murmur2("a-little-bit-longer-string", 26), -1486304829);
    check_int((int32_t)murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", 48), -58897971);
    check_int((int32_t)murmur2("abc", 3), 479470107);
    check_int(murmur2_partition("21", 2, 6), (-973932308 & 0x7fffffff) % 6);
}

/* ----------------------------------------------------------------------------------------- speed */

static void count_row(void *arg, const struct aorta_batch *batch, int64_t row)
{
    (void)batch;
    (void)row;
    ++*(int64_t *)arg;
}

/* Of this process, so that it says the same beside others. */
static int64_t processor_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec * CLOCK_US_PER_SECOND + time.tv_nsec / 1000;
}

static void print_speed(const char *model)
{
    void *connection = wearables_open(&(struct wearables_options){
        .as_of_us = WEARABLES_START_US + 5 * WEARABLES_DAY_US, .model = model});
    void *reader = wearables_read(connection, "heart_rates", NULL);
    int64_t records = 0;

    make_users();
    wearables_feed(reader, users, USERS, activities, ACTIVITIES);
    int64_t start = processor_us();
    wearables_rows(reader, false, count_row, &records);
    int64_t took_us = processor_us() - start;
    check(records > 300000);
    printf("        %s: %.2f M readings/s a core\n", model, (double)records / (double)took_us);
    wearables_load()->close(connection);
}

TEST("how many readings a second are made (for information)")
{
    print_speed("physiological");
    print_speed("reference");
}
